/**
 * Finds the command that was asked for in the table and runs it. Only that one's code is loaded.
 */
import { commandText } from '../base/command-text.ts';
import { nearestName } from '../base/failure/nearest-name.ts';
import { UserError } from '../base/failure/user-error.ts';
import { type CommandEntry, endWith, runCommandLine } from '../cli/command-line.ts';

/** Runs the command and ends the process. */
export async function runCommands(
  commands: readonly CommandEntry[],
  argv: readonly string[] = process.argv.slice(2),
): Promise<never> {
  const [name = '', ...rest] = argv;
  const entry = commands.find((each) => each.name === name);
  if (entry) return runCommandLine(await entry.load(), rest);
  return endWith(argv, 'gaitsmith', async (terminal) => {
    const isHelp = name === '' || name.startsWith('-');
    if (!isHelp) {
      throw new UserError({
        what: 'unknown command',
        value: name,
        expected: nearestName(
          name,
          commands.map((each) => each.name),
        ),
        mend: `see ${commandText('pipeline', '--help')}`,
      });
    }
    const help = listOf(commands);
    terminal.print(help);
    return { json: { help } };
  });
}

function listOf(commands: readonly CommandEntry[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `Commands (each is told by: ${commandText('<command>', '--help')}):`,
    ...commands.map(({ name, summary }) => `  ${commandText(name.padEnd(width))}  ${summary}`),
  ].join('\n');
}
