/**
 * A checkpoint: everything a run needs to go on, in one file that is whole or not there at all.
 *
 * Files are named step-<decisions>.safetensors; the one with the most decisions is the latest. A latest one that is damaged
 * is passed over for the one before it.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EpisodeHistory } from '../envs/env.ts';
import { UserError } from '../failure/user-error.ts';
import { readTensorFile, type StoredTensor, writeTensorFile } from '../files/safetensors.ts';
import { Normaliser } from './normaliser.ts';
import { type Network, parameterTable } from './policy.ts';
import { type ReturnStatistics, RewardNormaliser } from './reward-normaliser.ts';

export interface Checkpoint {
  /** Where in the run it was taken. */
  readonly progress: RunProgress;
  readonly network: Network;
  readonly behaviorName: string;
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly optimiser: {
    readonly first: Readonly<Record<string, Float32Array>>;
    readonly second: Readonly<Record<string, Float32Array>>;
    /** Adam steps taken. */
    readonly counts: { readonly actor: number; readonly critic: number };
  };
  readonly normaliser: Normaliser;
  /** Where rewards are normalised. */
  readonly rewardNormaliser?: RewardNormaliser | undefined;
  /** The episode each agent is in, so that it goes on exactly there; absent where the world can't be repeated. */
  readonly histories?: readonly EpisodeHistory[] | undefined;
  /** Observations met in the last iteration, [rows, observationSize]: what the exported file is proved on. */
  readonly sample: Float32Array;
}

/** The run's counters. */
export interface RunProgress {
  readonly seed: number;
  readonly agents: number;
  /** Decisions of all agents since the run began. */
  readonly step: number;
  readonly iteration: number;
  readonly episodes: number;
  /** The episodes that ended in the first iterations, up to 20,000 decisions: where the run started from. */
  readonly early: { readonly episodes: number; readonly rewardSum: number };
  /** Mean reward of the episodes that ended in the last iteration; null while there is none. */
  readonly lastReward: number | null;
  /** What the learning rate has been multiplied by so far, where it adapts to the divergence. */
  readonly learningRateFactor?: number;
}

const FORMAT = 'gaitsmith-checkpoint-1';
const NAME = /^step-(\d+)\.safetensors$/;

/** Writes a checkpoint into the folder and returns its path. */
export function writeCheckpoint(folder: string, checkpoint: Checkpoint): string {
  const { progress, network, behaviorName, parameters, optimiser, normaliser, rewardNormaliser, sample, histories } =
    checkpoint;
  const tensors: Record<string, StoredTensor> = {};
  for (const { name, shape } of parameterTable(network)) {
    tensors[`parameter.${name}`] = { shape, data: parameters[name]! };
    tensors[`adam.first.${name}`] = { shape, data: optimiser.first[name]! };
    tensors[`adam.second.${name}`] = { shape, data: optimiser.second[name]! };
  }
  tensors['normaliser.mean'] = { shape: [network.observationSize], data: normaliser.mean };
  tensors['normaliser.squares'] = { shape: [network.observationSize], data: normaliser.squares };
  if (rewardNormaliser) {
    const { returns } = rewardNormaliser;
    tensors['rewards.returns'] = { shape: [returns.length], data: returns };
  }
  tensors['sample'] = { shape: [sample.length / network.observationSize, network.observationSize], data: sample };
  histories?.forEach(({ actions }, agent) => {
    tensors[`history.${agent}`] = { shape: [actions.length / network.actionSize, network.actionSize], data: actions };
  });
  const metadata = {
    format: FORMAT,
    behavior: behaviorName,
    network: JSON.stringify(network),
    progress: JSON.stringify(progress),
    adamCounts: JSON.stringify(optimiser.counts),
    normaliserRows: String(normaliser.rows),
    ...(rewardNormaliser ? { rewards: JSON.stringify(rewardNormaliser.statistics) } : {}),
    ...(histories ? { historyEpisodes: JSON.stringify(histories.map(({ episode }) => episode)) } : {}),
  };
  const path = join(folder, `step-${String(progress.step).padStart(9, '0')}.safetensors`);
  writeTensorFile(path, { metadata, tensors });
  return path;
}

/** @throws UserError where the file is missing, damaged, or no checkpoint of ours. */
export function readCheckpoint(path: string): Checkpoint {
  const { metadata, tensors } = readTensorFile(path);
  if (metadata['format'] !== FORMAT) {
    throw new UserError({
      what: 'no checkpoint of this version',
      where: path,
      value: metadata['format'],
      expected: FORMAT,
    });
  }
  const network = JSON.parse(metadata['network']!) as Network;
  const named = (prefix: string) =>
    Object.fromEntries(
      parameterTable(network).map(({ name }) => [name, tensors[`${prefix}.${name}`]!.data as Float32Array]),
    );
  const normaliser = new Normaliser(network.observationSize);
  normaliser.rows = Number(metadata['normaliserRows']);
  normaliser.mean.set(tensors['normaliser.mean']!.data);
  normaliser.squares.set(tensors['normaliser.squares']!.data);
  return {
    progress: JSON.parse(metadata['progress']!) as RunProgress,
    network,
    behaviorName: metadata['behavior']!,
    parameters: named('parameter'),
    optimiser: { first: named('adam.first'), second: named('adam.second'), counts: adamCounts(metadata) },
    normaliser,
    ...rewardNormaliserFrom(metadata, tensors),
    sample: tensors['sample']!.data as Float32Array,
    ...(metadata['historyEpisodes'] === undefined
      ? {}
      : {
          histories: (JSON.parse(metadata['historyEpisodes']) as number[]).map((episode, agent) => ({
            episode,
            actions: tensors[`history.${agent}`]!.data as Float32Array,
          })),
        }),
  };
}

function rewardNormaliserFrom(
  { rewards }: Readonly<Record<string, string>>,
  tensors: Readonly<Record<string, StoredTensor>>,
): Pick<Checkpoint, 'rewardNormaliser'> {
  if (rewards === undefined) return {};
  const { data } = tensors['rewards.returns']!;
  const rewardNormaliser = new RewardNormaliser(data.length, JSON.parse(rewards) as ReturnStatistics);
  rewardNormaliser.returns.set(data as Float64Array);
  return { rewardNormaliser };
}

/** Before the two could differ, there was one count. */
function adamCounts({ adamCounts, adamCount }: Readonly<Record<string, string>>): Checkpoint['optimiser']['counts'] {
  if (adamCounts !== undefined) return JSON.parse(adamCounts) as Checkpoint['optimiser']['counts'];
  return { actor: Number(adamCount), critic: Number(adamCount) };
}

/** The checkpoints in a folder, latest first. */
export function listCheckpoints(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort((one, other) => Number(NAME.exec(other)![1]) - Number(NAME.exec(one)![1]))
    .map((name) => join(folder, name));
}

/**
 * The latest checkpoint that is whole.
 *
 * @param warn told of each damaged one that was passed over.
 * @throws UserError where there is none.
 */
export function latestCheckpoint(
  folder: string,
  warn: (message: string) => void,
): { path: string; checkpoint: Checkpoint } {
  const paths = listCheckpoints(folder);
  for (const path of paths) {
    try {
      return { path, checkpoint: readCheckpoint(path) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      warn(`${error.message}; going back to the checkpoint before it`);
    }
  }
  throw new UserError({
    what: paths.length > 0 ? `none of the ${paths.length} checkpoints is whole` : 'there is no checkpoint',
    where: folder,
    mend: 'npm run train',
  });
}

/** Deletes all but the latest `keep`. */
export function pruneCheckpoints(folder: string, keep: number): void {
  for (const path of listCheckpoints(folder).slice(keep)) rmSync(path, { force: true });
}
