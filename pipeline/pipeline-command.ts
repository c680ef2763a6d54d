/**
 * The command of the whole: `npm run pipeline`. It has the flags of every stage, and hands each to the stage it belongs to.
 */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import type { CommandContext, CommandLine, CommandResult } from '../cli/command-line.ts';
import { flag, type OptionSpec, type OptionSpecs } from '../cli/options.ts';
import { checkOptions, commandLineText, type Given } from '../cli/parse-options.ts';
import { type TableRow, tableText } from '../cli/table.ts';
import { pipelineOutput } from './output.ts';
import { isSound, type PipelineStep } from './pipeline-step.ts';
import { type RunFolder, shownPath } from './run-folder.ts';
import { runFolderOf, runOptions } from './run-options.ts';
import type { Stage } from './stage.ts';
import { canGoOn, reasonOf } from './stage-command.ts';

const typed = commandText('pipeline');

/**
 * Writes what people look at, once the stages are through.
 *
 * @returns its path.
 */
export type Report = (run: RunFolder, context: CommandContext) => Promise<string>;

/** What is done before the stages run. @returns the flags that they are run by. */
export type Prepare = (given: Given, context: CommandContext) => Promise<Given>;

/** @param report none where not said; so with `prepare`. */
export function pipelineCommand(stages: readonly Stage[], report?: Report, prepare?: Prepare): CommandLine {
  const stageName = z.enum(stages.map((stage) => stage.name)).optional();
  const options = {
    from: { argument: 'STAGE', description: 'run this stage and all after it, up to date or not', schema: stageName },
    only: { argument: 'STAGE', description: 'run this stage alone, up to date or not', schema: stageName },
    ...runOptions,
    withoutReport: { description: 'write no report.html at the end', schema: flag() },
    force: { ...runOptions.force, description: 'run every stage, with --from those from there on, and begin afresh' },
  } satisfies OptionSpecs;
  const command: CommandLine<typeof options> = {
    name: 'pipeline',
    typed,
    summary: `runs ${stages.map((stage) => stage.name).join(', ')} in this order; what is up to date is skipped`,
    options: { ...optionsOfAll(stages), ...options },
    output: pipelineOutput,
    epilogue: [
      'Examples:',
      `  ${commandText('pipeline', '--run-id first --max-steps 2e6')}`,
      `  ${commandText('pipeline', '--run-id first --from export')}`,
      `  ${commandText('pipeline', '--rig Assets/Hero/Hero.prefab --unity-project ../MyGame')}   # a character of your own, from its prefab on`,
    ].join('\n'),
    async run({ from, only, force, withoutReport }, context) {
      const { terminal, interrupts, json, quiet } = context;
      if (from && only) {
        throw new UserError({ what: 'only one of the two can be given', where: '--from and --only' });
      }
      const given = (await prepare?.(context.given, context)) ?? context.given;
      const run = runFolderOf(checkOptions(runOptions, given));
      const { runPipeline } = await import('./run-pipeline.ts'); // execa is not needed for --help
      const steps = await runPipeline(stages, { run, given, from, only, force, terminal, interrupts, json, quiet });
      terminal.print(`\n${tableText(steps.map((step) => rowOf(step, run)))}`);
      // An interruption wants an end, and what failed is told at its best.
      const reported =
        report && !withoutReport && interrupts.exitCode() === undefined
          ? await tryReport(report, run, context)
          : undefined;
      return resultOf(steps, run, given, interrupts.exitCode(), reported);
    },
  };
  return command as CommandLine;
}

/** Undefined where it could not be written: a warning, for the run is what it is without it. */
async function tryReport(report: Report, run: RunFolder, context: CommandContext): Promise<string | undefined> {
  const { terminal, interrupts } = context;
  if (!existsSync(run.path)) return undefined;
  try {
    const path = await report(run, context);
    terminal.print(`report: ${path}`);
    return path;
  } catch (error) {
    if (interrupts.signal.aborted) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    terminal.printError(terminal.color.yellow(`warning: no report was written: ${why}`));
    return undefined;
  }
}

/** The stages' options side by side. Two stages may share one, if it takes the same kind of value. */
function optionsOfAll(stages: readonly Stage[]): OptionSpecs {
  const all: Record<string, OptionSpec> = {};
  for (const stage of stages) {
    for (const [key, spec] of Object.entries(stage.options)) {
      if ((all[key] ?? spec).argument !== spec.argument) throw new Error(`two stages differ about the option ${key}`);
      all[key] ??= { ...spec, description: `${stage.name}: ${spec.description}` };
    }
  }
  return all;
}

function rowOf({ stage, result, record }: PipelineStep, run: RunFolder): TableRow {
  const file = Object.values(record?.outputs ?? {})[0]?.path;
  const summary = record?.summary ? `: ${record.summary}` : '';
  return {
    stage,
    result: result === 'not run' ? result : `${result}${summary}`,
    seconds: result === 'up to date' || result === 'not run' ? undefined : record?.seconds,
    file: file === undefined || result === 'not run' ? undefined : shownPath(run, file),
  };
}

function resultOf(
  steps: readonly PipelineStep[],
  run: RunFolder,
  given: Given,
  interruptedWith: number | undefined,
  report: string | undefined,
): CommandResult {
  const json = {
    run: { id: run.id, path: run.path },
    stages: steps.map(({ stage, result, record }) => ({ stage, result, ...record })),
    ...(report === undefined ? {} : { report }),
  };
  const failed = steps.find(({ result }) => result === 'failed');
  if (failed) {
    const why = failed.error instanceof Error ? failed.error.message : reasonOf(failed.record!);
    const error = new UserError({ what: `${failed.stage} failed: ${why}` });
    // What could not even begin is for the user to mend first.
    const goOn = failed.record && canGoOn(failed.record, run) ? goOnOf(run, given) : undefined;
    return { json, error, goOn };
  }
  const isWhole = steps.every(({ result }) => isSound(result));
  if (isWhole) return { json, exitCode: 0 };
  return { json: { ...json, interrupted: true }, exitCode: interruptedWith ?? 130, goOn: goOnOf(run, given) };
}

/** The user's own flags, but for those that would run again what is done by now. */
function goOnOf(run: RunFolder, { from, force, json, ...given }: Given): string {
  return commandLineText(typed, { runId: run.id, ...given });
}
