/** The winner, put where it can be used: its configuration as a file, and its training as a run's folder. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { commandText, quoted } from '../base/command-text.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import { configurationAsYaml } from '../train/configuration/write.ts';
import { bestCheckpointPath } from '../train/keep/checkpoint-files.ts';
import { bestSeedOf, type Candidate, freshOf, lineageOf } from './outcome.ts';
import type { History } from './plan/plan.ts';
import type { ReadSweep } from './read-sweep.ts';
import { phaseNameOf, toldValues, trialConfiguration } from './settings.ts';
import { checkpointsOf, type SweepFolder } from './sweep-folder.ts';
import type { SweptWorld } from './world.ts';

export interface Best {
  /** The configuration's file. */
  readonly config: string;
  /** The command that trains by it. */
  readonly train: string;
  /** The one that exports the policy that is there already. */
  readonly export: string;
}

/** Writes `best.yaml` and `best/`. */
export function writeBest(
  read: ReadSweep,
  world: SweptWorld,
  folder: SweepFolder,
  history: History,
  winner: Candidate,
): Best {
  const seed = bestSeedOf(winner);
  const { stages } = winner.outcome.leg;
  const configuration = { ...trialConfiguration(read.base, read.sweep, stages, world), seed };
  const yaml = configurationAsYaml(configuration);
  const name = `${basename(folder.path)}-best`;
  const train = commandText('train', `--run-id ${name} --config ${quoted(folder.best)}`);
  writeAtomically(folder.best, `${headOf(read, winner, seed, train)}${yaml}`);
  writeRun(folder, history, winner, seed, yaml);
  const runs = commandText(
    'export',
    `--run-id ${basename(folder.bestRun)} --runs-dir ${quoted(dirname(folder.bestRun))}`,
  );
  return { config: folder.best, train, export: runs };
}

/** What the file begins with: where it comes from. */
function headOf({ path, sweep }: ReadSweep, winner: Candidate, seed: number, train: string): string {
  const { stages } = winner.outcome.leg;
  const fresh = freshOf(winner);
  const lost = Object.keys(sweep.settings).filter((setting) => stages.length > 1 && phaseNameOf(setting) === undefined);
  return [
    `The best of the sweep ${path}: ${winner.name} of ${sweep.kind}, with the seed ${seed}.`,
    ...stages.map(({ from, values }) => `From ${from} decisions on: ${toldValues(values)}.`),
    `Held-out reward ${winner.score!.toFixed(2)}${fresh === undefined ? '' : `, on fresh episodes ${fresh.toFixed(2)}`} (mean over seeds).`,
    ...(lost.length === 0 ? [] : [`What no phase can change stands here as it was at the end: ${lost.join(', ')}.`]),
    `To train by it: ${train}`,
  ]
    .map((line) => `# ${line}\n`)
    .join('');
}

/** A folder that `export`, `report` and `view` take for a run's. */
function writeRun(folder: SweepFolder, history: History, winner: Candidate, seed: number, yaml: string): void {
  const checkpoints = join(folder.bestRun, 'checkpoints');
  const { checkpoint, best } = checkpointsOf(folder.leg(winner.round, winner.name, seed));
  rmSync(checkpoints, { recursive: true, force: true });
  mkdirSync(checkpoints, { recursive: true });
  copyFileSync(checkpoint.path, join(checkpoints, checkpoint.file));
  copyFileSync(best, bestCheckpointPath(checkpoints));
  writeAtomically(join(folder.bestRun, 'config.yaml'), yaml);
  writeAtomically(join(folder.bestRun, 'metrics.jsonl'), metricsOf(folder, history, winner, seed));
}

/** Of the whole training, through all its legs: as metrics.jsonl has them. */
export function metricsOf(folder: SweepFolder, history: History, { round, name }: Candidate, seed: number): string {
  return lineageOf(history, round, name)
    .map((stage) => folder.leg(stage.round, stage.leg.candidate, seed).metrics)
    .map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''))
    .join('');
}
