/**
 * A leg: one training's stretch from a checkpoint, or from nothing, to a number of decisions. It is a pure function of its record,
 * wherever it is done and however often it was cut off: a training that goes on from its last checkpoint comes to the bytes of one
 * that was never stopped.
 *
 *     leg.json             the record
 *     checkpoints/         begins with the checkpoint that the leg goes on from
 *     config.yaml          the configuration, whole
 *     metrics.jsonl        of this leg alone
 *     result.json          what came of it; with it the leg is done, and is not done again
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../base/failure/user-error.ts';
import { sha256, sha256OfFile } from '../base/files/hash.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import type { EnvironmentModule } from '../envs/env.ts';
import { type Configuration, parseConfiguration } from '../train/configuration/parse.ts';
import { bestCheckpointPath, listCheckpoints, pruneCheckpoints } from '../train/keep/checkpoint-files.ts';
import { bestCheckpoint, latestCheckpoint } from '../train/keep/checkpoint-folder.ts';
import { isNotFinite } from '../train/keep/dump.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What a leg is: data, never code. */
export const legRecord = z.strictObject({
  format: z.literal(1),
  /** "r1-c01-seed1": its folder. */
  name: z.string().regex(/^r\d+-c\d+-seed\d+$/),
  /** YAML with every setting. */
  configuration: z.string(),
  /** As the file was named that it came from. */
  file: z.string(),
  seed: z.int().min(0),
  /** Decisions of the whole training after which it ends. */
  until: z.int().positive(),
  /** SHA-256 of the checkpoint that it goes on from, and of the best one so far; null: it begins. */
  from: z.strictObject({ checkpoint: hash, best: hash }).nullable(),
});
export type LegRecord = z.infer<typeof legRecord>;

const heldOut = z.object({
  step: z.number(),
  reward: z.number(),
  rewardInterval: z.number(),
  returns: z.array(z.number()).readonly().exactOptional(),
  fresh: z.object({ reward: z.number(), rewardInterval: z.number(), episodes: z.number() }).exactOptional(),
});

/** What came of a leg. */
export const legResult = z.union([
  z.strictObject({
    /** Decisions of the whole training. */
    step: z.int().nonnegative(),
    /** Of the policy at its end, and of the best so far. */
    heldOut,
    best: heldOut,
    /** Files in `checkpoints/`: the latest, and the best in a held-out evaluation. */
    checkpoint: z.strictObject({ file: z.string(), sha256: hash }),
    bestSha256: hash,
  }),
  /** A number that is none came up: it would again. */
  z.strictObject({ failed: z.string() }),
]);
export type LegResult = z.infer<typeof legResult>;

export interface LegFolder {
  readonly path: string;
  readonly record: string;
  readonly config: string;
  readonly metrics: string;
  readonly checkpoints: string;
  readonly result: string;
  /** Held by the process that works here. */
  readonly lock: string;
}

export function legFolder(path: string): LegFolder {
  return {
    path,
    record: join(path, 'leg.json'),
    config: join(path, 'config.yaml'),
    metrics: join(path, 'metrics.jsonl'),
    checkpoints: join(path, 'checkpoints'),
    result: join(path, 'result.json'),
    lock: join(path, 'leg.lock'),
  };
}

/** What came of it; undefined while it is not done. @throws UserError where the file is damaged. */
export function readResult({ result }: LegFolder): LegResult | undefined {
  return existsSync(result) ? readChecked(result, legResult) : undefined;
}

/** @throws UserError where it is damaged or not there. */
export function readRecord({ record }: LegFolder): LegRecord {
  return readChecked(record, legRecord);
}

export interface LegHooks {
  /** Decisions of the whole training so far. */
  progress(step: number): void;
  /** Once aborted, the iteration under way is finished and saved. */
  readonly signal: AbortSignal;
}

/** How much of the machine it may use: changes the speed and nothing else. */
export interface LegShare {
  readonly workers: number;
  readonly threads: number;
}

/**
 * Trains a leg in its folder, which has the record and, where it goes on from one, the checkpoint.
 *
 * @param module URL of the `EnvironmentModule` that it takes place in.
 * @returns what came of it, which then also lies there; undefined where it was asked to stop before.
 */
export async function trainLeg(
  folder: LegFolder,
  module: string,
  { workers, threads }: LegShare,
  hooks: LegHooks,
): Promise<LegResult | undefined> {
  const done = readResult(folder);
  if (done) return done;
  const record = readRecord(folder);
  const result = await trained(record, folder, module, { workers, threads }, hooks);
  return result && endLeg(folder, result);
}

/** Writes what came of a leg, and keeps no more checkpoints than others go on from: its last one and the best. */
export function endLeg(folder: LegFolder, result: LegResult): LegResult {
  writeAtomically(folder.result, `${JSON.stringify(result, undefined, 2)}\n`);
  if (!('failed' in result)) pruneCheckpoints(folder.checkpoints, 1, result.step);
  return result;
}

async function trained(
  record: LegRecord,
  folder: LegFolder,
  module: string,
  { workers, threads }: LegShare,
  { signal, progress }: LegHooks,
): Promise<LegResult | undefined> {
  const { train } = await import('../train/train.ts');
  const { behavior } = (await import(module)) as EnvironmentModule;
  const configuration = configurationOf(record, behavior.name);
  const { max_steps, gaitsmith } = configuration.behavior;
  const { until, seed, file } = record;
  try {
    const { progress: reached, interrupted } = await train(
      {
        configuration,
        environment: { kind: 'embedded', module, world: gaitsmith.world ?? undefined },
        behavior,
        seed,
        agents: gaitsmith.agents,
        until,
        workers,
        engine: { threads },
        checkpointFolder: folder.checkpoints,
        metricsPath: folder.metrics,
        resume: listCheckpoints(folder.checkpoints).length > 0,
        origin: { configuration: sha256(record.configuration), file, commit: null },
      },
      {
        info() {},
        warn() {},
        begin: () => writeAtomically(folder.config, record.configuration),
        iteration: ({ step }) => progress(step),
        signal,
      },
    );
    // The last leg ends as a training does, with the best policy on fresh episodes.
    const isWhole = until < max_steps ? reached.step >= until && !reached.isEvaluationDue : !interrupted;
    return isWhole ? resultIn(folder.checkpoints) : undefined;
  } catch (error) {
    if (error instanceof UserError && isNotFinite(error.problem)) return { failed: error.problem.what };
    throw error;
  }
}

function configurationOf({ configuration, seed, name }: LegRecord, behaviorName: string): Configuration {
  return { ...parseConfiguration(configuration, `${name}/config.yaml`, behaviorName), seed };
}

/** What came of a leg, from the checkpoints that it ended with. */
export function resultIn(checkpoints: string): LegResult {
  const { path, checkpoint } = latestCheckpoint(checkpoints, () => {});
  const { step, latest } = checkpoint.progress;
  const best = bestCheckpoint(checkpoints)?.progress.best;
  if (!latest || !best) throw new Error(`${path}: a leg ends with a held-out evaluation, and here is none`);
  return {
    step,
    heldOut: latest,
    best,
    checkpoint: { file: basename(path), sha256: sha256OfFile(path)! },
    bestSha256: sha256OfFile(bestCheckpointPath(checkpoints))!,
  };
}

function readChecked<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new UserError(
      {
        what: 'this file of a sweep is damaged',
        where: path,
        mend: 'remove the folder that it lies in and give the same command again: that stretch is then trained once more',
      },
      { cause: error },
    );
  }
}
