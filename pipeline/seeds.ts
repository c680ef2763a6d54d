/**
 * `--seeds N`: the same stage with several seeds, each in a run of its own (NAME-seed1, NAME-seed2, ...), one after the other,
 * and one table at the end. What is done already is skipped, and what was stopped goes on: the same command again is enough.
 */

import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { commandText } from '../base/command-text.ts';
import { commandLineText, type Given } from '../cli/parse-options.ts';
import { plainTable } from '../cli/table.ts';
import type { Terminal } from '../cli/terminal.ts';
import { type Estimate, estimate } from '../evaluate/estimate.ts';
import { readManifest, type StageRecord } from './manifest.ts';
import { type RunFolder, runFolder } from './run-folder.ts';
import { runStage } from './run-stage.ts';
import type { Seeded, Stage } from './stage.ts';
import { hashInputs, reasonToRun } from './up-to-date.ts';

export interface SeedsRun {
  readonly seeds: number;
  /** The stage's options, checked, with those that name the run. */
  readonly options: Readonly<Record<string, unknown>> & { readonly runId: string; readonly runsDir: string };
  readonly force: boolean;
  readonly given: Given;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

export interface SeedStep {
  readonly seed: number;
  readonly run: RunFolder;
  readonly result: 'done' | 'up to date' | 'failed' | 'interrupted' | 'not run';
  readonly record?: StageRecord | undefined;
  /** What was thrown, where it failed. */
  readonly error?: unknown;
}

/**
 * Runs them; after one that failed or was interrupted, the others are not run.
 *
 * @throws UserError where one could not even begin.
 */
export async function runSeeds(stage: Stage & { readonly seeded: Seeded }, setup: SeedsRun): Promise<SeedStep[]> {
  const { seeds, options, signal, terminal } = setup;
  const first = (options[stage.seeded.option] as number | undefined) ?? 1;
  if (stage.seeded.isSharedOut?.(options)) return runAllAtOnce(stage, setup, first);
  const steps: SeedStep[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    const run = runFolder(`${options.runId}-seed${seed}`, options.runsDir);
    const isStopped = signal.aborted || steps.some(({ result }) => result === 'failed' || result === 'interrupted');
    if (isStopped) {
      steps.push({ seed, run, result: 'not run' });
      continue;
    }
    const heading = terminal.color.bold(`[${steps.length + 1}/${seeds}] ${run.id}`);
    steps.push(await runSeed(stage, seed, run, setup, (what) => terminal.print(`${heading}: ${what}`)));
  }
  return steps;
}

/** Every one waits for others to do its work: none is in the way of another. */
function runAllAtOnce(stage: Stage & { readonly seeded: Seeded }, setup: SeedsRun, first: number): Promise<SeedStep[]> {
  const { seeds, options, signal, terminal } = setup;
  // Each listens for its end and for Ctrl-C.
  process.setMaxListeners(process.getMaxListeners() + seeds);
  setMaxListeners(10 + 5 * seeds, signal);
  const runs = Array.from({ length: seeds }, async (_, index) => {
    const seed = first + index;
    const run = runFolder(`${options.runId}-seed${seed}`, options.runsDir);
    const own: Terminal = {
      ...terminal,
      live: false, // there is one live line, and many that would have it
      print: (line) => terminal.print(`${run.id}: ${line}`),
      showLive: () => {},
    };
    return runSeed(stage, seed, run, { ...setup, terminal: own }, own.print);
  });
  return Promise.all(runs);
}

async function runSeed(
  stage: Stage & { readonly seeded: Seeded },
  seed: number,
  run: RunFolder,
  { options, force, given, terminal, signal }: SeedsRun,
  tell: (what: string) => void,
): Promise<SeedStep> {
  const last = existsSync(run.path) ? readManifest(run).stages[stage.name] : undefined;
  const own: Record<string, unknown> = { ...options, runId: run.id, [stage.seeded.option]: seed };
  const { seeds: _, ...flags } = given;
  const typed: Record<string, string | true> = { ...flags, runId: run.id, [stage.seeded.option]: String(seed) };
  const { resume } = stage;
  if (!force && resume?.possible(own, run, last)) {
    own[resume.option] = true;
    typed[resume.option] = true;
  }
  if (!force && last && reasonToRun(last, await hashInputs(stage, own, run), run) === undefined) {
    tell('up to date');
    return { seed, run, result: 'up to date', record: last };
  }
  tell(resume && own[resume.option] === true ? 'goes on' : 'begins');
  const command = commandLineText(commandText(stage.name), typed);
  const { record, error } = await runStage(stage, { run, options: own, force, terminal, signal, command });
  return { seed, run, result: record.status === 'running' ? 'failed' : record.status, record, error };
}

/** What they came to together: Student's interval over the seeds; undefined where fewer than two have a score. */
export function overSeeds(seeded: Seeded, steps: readonly SeedStep[]): Estimate | undefined {
  const scores = steps.flatMap((step) => scoreOf(seeded, step) ?? []);
  return scores.length < 2 ? undefined : estimate(scores);
}

/** The table, and the mean under it. */
export function seedsText(seeded: Seeded, steps: readonly SeedStep[]): string {
  const rows = steps.map((step) => [
    step.run.id,
    step.result,
    scoreOf(seeded, step)?.toFixed(2) ?? '-',
    step.record?.summary ?? step.record?.reason ?? '-',
  ]);
  const table = plainTable(['run', 'result', seeded.scoreName, 'what came of it'], rows);
  const all = overSeeds(seeded, steps);
  if (!all) return table;
  const count = steps.filter((step) => scoreOf(seeded, step) !== undefined).length;
  const sureness = `95 % interval over ${count} seeds, by Student's t`;
  return `${table}\n\nmean ${seeded.scoreName} ${all.mean.toFixed(2)} +- ${all.plusMinus.toFixed(2)} (${sureness})`;
}

/** Of a run that is done. */
export function scoreOf(seeded: Seeded, { record, result }: SeedStep): number | undefined {
  return record && (result === 'done' || result === 'up to date') ? seeded.scoreOf(record) : undefined;
}
