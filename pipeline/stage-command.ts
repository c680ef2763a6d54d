/**
 * The command of one stage: `npm run export`. It always runs, up to date or not: who names a stage wants it run.
 */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { LOCK_TOKEN_VARIABLE } from '../base/files/lock-folder.ts';
import type { CommandLine, CommandResult } from '../cli/command-line.ts';
import { durationText } from '../cli/duration.ts';
import { type OptionSpecs, wholeNumber } from '../cli/options.ts';
import { commandLineText, type Given } from '../cli/parse-options.ts';
import type { StageRecord } from './manifest.ts';
import { stageOutput } from './output.ts';
import { type RunFolder, shownPath } from './run-folder.ts';
import { runFolderOf, runOptions } from './run-options.ts';
import { runStage } from './run-stage.ts';
import type { SeedsRun } from './seeds.ts';
import type { Seeded, Stage } from './stage.ts';

export function stageCommand(stage: Stage): CommandLine {
  const typed = commandText(stage.name);
  const options = {
    ...stage.options,
    ...(stage.seeded ? seedsOption : {}),
    ...stage.besides?.options,
    ...runOptions,
  } satisfies OptionSpecs;
  const command: CommandLine<typeof options> = {
    name: stage.name,
    typed,
    summary: stage.summary,
    options,
    output: stageOutput(stage),
    async run(values, { terminal, interrupts, given }) {
      const { seeds } = values as { readonly seeds?: number | undefined };
      if (stage.seeded && seeds !== undefined) {
        const setup = { options: values, force: values.force, given, terminal, signal: interrupts.signal, seeds };
        return seedsResult({ ...stage, seeded: stage.seeded }, typed, setup, interrupts.exitCode);
      }
      const run = runFolderOf(values);
      const besides = await stage.besides?.run(values, { run, terminal });
      if (besides) return besides;
      const lockToken = process.env[LOCK_TOKEN_VARIABLE];
      const { record, error } = await runStage(stage, {
        run,
        options: values,
        force: values.force,
        terminal,
        signal: interrupts.signal,
        command: commandLineText(typed, given),
        lockToken,
      });
      const json = { run: { id: run.id, path: run.path }, stage: { name: stage.name, ...record } };
      if (record.status === 'done') {
        terminal.print(endText(stage, record, run));
        return { json, exitCode: 0 };
      }
      const exitCode = record.status === 'interrupted' ? (interrupts.exitCode() ?? 130) : 1;
      // The pipeline tells what happened and how to go on; a bug keeps its stack.
      if (lockToken) return { json, exitCode, ...(error instanceof UserError ? {} : { error }) };
      if (record.status === 'interrupted') terminal.printError(`${stage.name} was interrupted: ${reasonOf(record)}`);
      const goOn = canGoOn(record, run) ? goOnOf(stage, values, run, record, given) : undefined;
      return { json, error, exitCode, goOn } satisfies CommandResult;
    },
  };
  return command as CommandLine;
}

const seedsOption = {
  seeds: {
    argument: 'N',
    description:
      'so many runs one after the other, NAME-seed1, NAME-seed2, ..., each with the next seed from --seed or 1 on, and a table at the end; what is done is skipped',
    schema: wholeNumber(1).optional(),
  },
} satisfies OptionSpecs;

async function seedsResult(
  stage: Stage & { readonly seeded: Seeded },
  typed: string,
  setup: SeedsRun,
  interruptedWith: () => number | undefined,
): Promise<CommandResult> {
  const { overSeeds, runSeeds, scoreOf, seedsText } = await import('./seeds.ts');
  const steps = await runSeeds(stage, setup);
  setup.terminal.print(`\n${seedsText(stage.seeded, steps)}`);
  const all = overSeeds(stage.seeded, steps);
  const json = {
    seeds: steps.map((step) => ({
      seed: step.seed,
      run: { id: step.run.id, path: step.run.path },
      result: step.result,
      [stage.seeded.scoreName]: scoreOf(stage.seeded, step) ?? null,
    })),
    mean: all?.mean ?? null,
    mean_ci95: all?.plusMinus ?? null,
  };
  const failed = steps.find(({ result }) => result === 'failed');
  if (failed) return { json, error: failed.error ?? new UserError({ what: reasonOf(failed.record!) }) };
  if (steps.every(({ result }) => result === 'done' || result === 'up to date')) return { json, exitCode: 0 };
  const { force, ...given } = setup.given;
  return {
    json: { ...json, interrupted: true },
    exitCode: interruptedWith() ?? 130,
    goOn: commandLineText(typed, given),
  };
}

/** Whether the same command is of any help: not after a failure that it would come to again, unless something was saved since. */
export function canGoOn({ wouldFailAgain, started }: StageRecord, { checkpoints }: RunFolder): boolean {
  if (!wouldFailAgain) return true;
  const isThere = statSync(checkpoints, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const files = isThere ? readdirSync(checkpoints) : [];
  return files.some((name) => statSync(join(checkpoints, name)).mtimeMs >= Date.parse(started));
}

/** What a record says of its end, in one line. */
export function reasonOf({ reason, summary }: StageRecord): string {
  return reason ?? summary ?? 'no reason is known';
}

function endText(stage: Stage, { seconds, summary, outputs }: StageRecord, run: RunFolder): string {
  const file = Object.values(outputs)[0]?.path;
  const where = file === undefined ? '' : ` -> ${shownPath(run, file)}`;
  return `${stage.name}: done in ${durationText(seconds)}: ${summary}${where}`;
}

function goOnOf(
  stage: Stage,
  options: Record<string, unknown>,
  run: RunFolder,
  record: StageRecord,
  { force, ...given }: Given,
): string {
  const canResume = stage.resume?.possible(options, run, record);
  return commandLineText(commandText(stage.name), canResume ? { ...given, [stage.resume!.option]: true } : given);
}
