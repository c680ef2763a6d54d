/**
 * Finds the command that was asked for: `pipeline`, one of the stages, or a tool. Only that one's code is loaded.
 */
import { nearestName } from '../base/failure/nearest-name.ts';
import { UserError } from '../base/failure/user-error.ts';
import { type CommandEntry, endWith, runCommandLine } from '../cli/command-line.ts';
import { stageCommand } from './stage-command.ts';
import type { StageEntry } from './stages.ts';

/** Runs the command and ends the process. */
export async function runCommands(
  stages: readonly StageEntry[],
  tools: readonly CommandEntry[] = [],
  argv = process.argv.slice(2),
): Promise<never> {
  const [name = '', ...rest] = argv;
  if (name === 'pipeline') {
    const { pipelineCommand } = await import('./pipeline-command.ts');
    const loaded = await Promise.all(stages.map((stage) => stage.load()));
    return runCommandLine(pipelineCommand(loaded), rest);
  }
  const entry = stages.find((stage) => stage.name === name);
  if (entry) return runCommandLine(stageCommand(await entry.load()), rest);
  const tool = tools.find((each) => each.name === name);
  if (tool) return runCommandLine(await tool.load(), rest);
  return endWith(argv, 'gaitsmith', async (terminal) => {
    const help = listOf(stages, tools);
    const isHelp = name === '' || name.startsWith('-');
    if (!isHelp) {
      throw new UserError({
        what: 'unknown command',
        value: name,
        expected: nearestName(name, ['pipeline', ...[...stages, ...tools].map((each) => each.name)]),
        mend: 'see npm run pipeline -- --help',
      });
    }
    terminal.print(help);
    return { json: { help } };
  });
}

function listOf(stages: readonly StageEntry[], tools: readonly CommandEntry[]): string {
  const rows = [{ name: 'pipeline', summary: 'runs all stages in this order' }, ...stages, ...tools];
  const width = Math.max(...rows.map(({ name }) => name.length));
  return [
    'Commands (each is told by: npm run <command> -- --help):',
    ...rows.map(({ name, summary }) => `  npm run ${name.padEnd(width)}  ${summary}`),
  ].join('\n');
}
