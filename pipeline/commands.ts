/**
 * Finds the command that was asked for in the table and runs it. Only that one's code is loaded.
 */
import { commandText } from '../base/command-text.ts';
import { nearestName } from '../base/failure/nearest-name.ts';
import { UserError } from '../base/failure/user-error.ts';
import { type CommandEntry, type CommandLine, endWith, runCommandLine } from '../cli/command-line.ts';
import { exitCodes, exitCodesText } from '../cli/exit-codes.ts';

/** Runs the command and ends the process. */
export async function runCommands(
  commands: readonly CommandEntry[],
  argv: readonly string[] = process.argv.slice(2),
): Promise<never> {
  const [name = '', ...rest] = argv;
  const entry = commands.find((each) => each.name === name);
  if (entry) return runCommandLine(withNeeds(await entry.load(), entry), rest);
  return endWith(argv, 'gaitsmith', async (terminal) => {
    if (name === '--version') {
      const { versions } = await import('./versions.ts');
      const { gaitsmith: version } = versions();
      terminal.print(version);
      return { json: { version } };
    }
    const isHelp = name === '' || name === '--json' || name === '--help' || name === '-h';
    if (!isHelp) {
      const error = new UserError({
        what: 'unknown command',
        value: name,
        expected: nearestName(
          name,
          commands.map((each) => each.name),
        ),
        mend: `see ${commandText('pipeline', '--help')}`,
      });
      return { json: {}, error, exitCode: exitCodes.usage.code };
    }
    const help = listOf(commands);
    terminal.print(help);
    return { json: { help } };
  });
}

/** The command, whose help text also tells what it needs. */
function withNeeds(command: CommandLine, { needs }: CommandEntry): CommandLine {
  return needs ? { ...command, epilogue: [command.epilogue, needs.join('\n')].filter(Boolean).join('\n\n') } : command;
}

function listOf(commands: readonly CommandEntry[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `Commands (each is told by: ${commandText('<command>', '--help')}):`,
    ...commands.map(({ name, summary }) => `  ${commandText(name.padEnd(width))}  ${summary}`),
    '',
    exitCodesText(),
  ].join('\n');
}
