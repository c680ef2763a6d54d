/**
 * The folder of a sweep. It is all that a sweep that was stopped goes on from, and each file in it is written whole.
 *
 *     sweep.json       what is swept: the file as it was understood, and the configuration's hash
 *     legs/            one folder for each stretch of a training: leg.ts
 *     best.yaml        the best configuration, whole
 *     best/            a run's folder with the training that did best
 *     results.json     what came of it, as --json tells it
 *     report.html
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deepEqual } from '../base/deep-equal.ts';
import { UserError } from '../base/failure/user-error.ts';
import { sha256, sha256OfFile } from '../base/files/hash.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import { toJson } from '../base/json.ts';
import { configurationAsYaml } from '../train/configuration/write.ts';
import { bestCheckpointPath } from '../train/keep/checkpoint-files.ts';
import { type LegFolder, type LegRecord, type LegResult, legFolder, readRecord, readResult } from './leg.ts';
import type { Leg } from './plan/plan.ts';
import type { ReadSweep } from './read-sweep.ts';
import { trialConfiguration } from './settings.ts';
import type { SweptWorld } from './world.ts';

export class SweepFolder {
  readonly path: string;
  readonly best: string;
  readonly bestRun: string;
  readonly results: string;
  readonly report: string;
  readonly lock: string;

  constructor(path: string) {
    this.path = path;
    this.best = join(path, 'best.yaml');
    this.bestRun = join(path, 'best');
    this.results = join(path, 'results.json');
    this.report = join(path, 'report.html');
    this.lock = join(path, 'sweep.lock');
  }

  /**
   * Makes it the folder of this sweep.
   *
   * @param force throws away what another one left.
   * @throws UserError where it is that of another.
   */
  claim({ path, sweep, base }: ReadSweep, force: boolean): void {
    const file = join(this.path, 'sweep.json');
    const own = toJson({ format: 1, sweep, configuration: sha256(base.text) });
    if (force) {
      for (const name of ['legs', 'best', 'best.yaml', 'results.json', 'report.html', 'sweep.json'])
        rmSync(join(this.path, name), { recursive: true, force: true });
    }
    if (existsSync(file)) {
      if (deepEqual(parsed(file), own)) return;
      throw new UserError({
        what: 'another sweep lies in this folder: its file or the configuration that it begins from has changed since',
        where: this.path,
        value: path,
        mend: 'name another folder with --out, or throw away what lies there with --force',
      });
    }
    mkdirSync(this.path, { recursive: true });
    writeAtomically(file, `${JSON.stringify(own, undefined, 2)}\n`);
  }

  leg(round: number, candidate: string, seed: number): LegFolder {
    return legFolder(join(this.path, 'legs', legName(round, candidate, seed)));
  }

  /** Of a leg that is over. @throws UserError where it is damaged. */
  result(round: number, candidate: string, seed: number): LegResult | undefined {
    return readResult(this.leg(round, candidate, seed));
  }

  /**
   * Lays a leg out: its record, and the checkpoints that it goes on from. The record comes last, so that one which lies there
   * stands for a folder that is whole.
   *
   * @throws UserError where what it goes on from is damaged.
   */
  layOut(record: LegRecord, round: number, leg: Leg): LegFolder {
    const folder = this.leg(round, leg.candidate, record.seed);
    if (existsSync(folder.record)) {
      if (deepEqual(toJson(readRecord(folder)), toJson(record))) return folder;
      throw new UserError({
        what: 'this stretch of a training was planned otherwise, by another version of Gaitsmith or by another file',
        where: folder.record,
        mend: 'name another folder with --out, or throw away what lies there with --force',
      });
    }
    rmSync(folder.path, { recursive: true, force: true });
    mkdirSync(folder.checkpoints, { recursive: true });
    if (record.from !== null) this.#copyCheckpoints(record.from, round - 1, leg.from!, record.seed, folder);
    writeAtomically(folder.record, `${JSON.stringify(record, undefined, 2)}\n`);
    return folder;
  }

  #copyCheckpoints(
    wanted: NonNullable<LegRecord['from']>,
    round: number,
    candidate: string,
    seed: number,
    to: LegFolder,
  ): void {
    const from = this.leg(round, candidate, seed);
    const { checkpoint, best } = checkpointsOf(from);
    for (const [path, hash, name] of [
      [checkpoint.path, wanted.checkpoint, checkpoint.file],
      [best, wanted.best, 'best.safetensors'],
    ] as const) {
      if (sha256OfFile(path) !== hash) {
        throw new UserError({
          what: 'this checkpoint is not the one that its training ended with',
          where: path,
          mend: `remove ${from.path} and give the same command again: that stretch is then trained once more`,
        });
      }
      copyFileSync(path, join(to.checkpoints, name));
    }
  }
}

export function legName(round: number, candidate: string, seed: number): string {
  return `r${round}-${candidate}-seed${seed}`;
}

/** Where the checkpoints lie that a leg has ended with. */
export function checkpointsOf(folder: LegFolder) {
  const result = readResult(folder);
  if (!result || 'failed' in result) throw new Error(`${folder.path}: there is no checkpoint to go on from`);
  const { file } = result.checkpoint;
  return {
    checkpoint: { file, path: join(folder.checkpoints, file) },
    best: bestCheckpointPath(folder.checkpoints),
    result,
  };
}

/** The record of a leg with one of the seeds. @param before what came of the leg that it goes on from. */
export function recordOf(
  { base, sweep }: ReadSweep,
  world: SweptWorld,
  { round, leg, seed, before }: { round: number; leg: Leg; seed: number; before: LegResult | undefined },
): LegRecord {
  if (before && 'failed' in before) throw new Error(`${leg.candidate}: nothing can go on from what has failed`);
  const configuration = { ...trialConfiguration(base, sweep, leg.stages, world), seed };
  return {
    format: 1,
    name: legName(round, leg.candidate, seed),
    configuration: configurationAsYaml(configuration),
    file: base.path,
    seed,
    until: leg.until,
    from: before ? { checkpoint: before.checkpoint.sha256, best: before.bestSha256 } : null,
  };
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError(
      {
        what: 'the record of this sweep is damaged',
        where: path,
        mend: 'name another folder with --out, or throw away what lies there with --force',
      },
      { cause: error },
    );
  }
}
