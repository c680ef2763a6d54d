/** A checkpoint: everything a run needs to go on, and what tensors and text it is kept as. */
import { UserError } from '../../base/failure/user-error.ts';
import type { StoredTensor, TensorFile } from '../../base/files/tensor-bytes.ts';
import type { EpisodeSnapshot, Sensor } from '../../envs/env.ts';
import type { CurriculumState } from '../judge/curriculum.ts';
import type { LearnerState, OptimiserState } from '../learn/learner-state.ts';
import { type ReturnMoments, RewardNormaliser } from '../learn/reward-normaliser.ts';
import { Normaliser } from '../policy/normaliser.ts';
import { type Network, parameterTable } from '../policy/policy.ts';
import type { AverageState } from '../policy/policy-average.ts';
import type { RunProgress } from './progress.ts';
import type { SummaryState } from './summary.ts';

export interface Checkpoint extends LearnerState {
  /** Where in the run it was taken. */
  readonly progress: RunProgress;
  readonly network: Network;
  readonly behaviorName: string;
  /** Where the observations come from more than one sensor. */
  readonly sensors?: readonly Sensor[] | undefined;
  /** Where the policy is averaged over updates; `policyOf` has it in its place. */
  readonly average?: AverageState | undefined;
  /** Where rewards are normalised. */
  readonly rewardNormaliser?: RewardNormaliser | undefined;
  /** The episode each agent is in, so that it goes on exactly there; absent where the world can't be kept. */
  readonly snapshots?: readonly EpisodeSnapshot[] | undefined;
  /** The lessons it is in; absent where there are none. */
  readonly curriculum?: CurriculumState | undefined;
  /** Observations met in the last iteration, [rows, observationSize]: what the exported file is proved on. */
  readonly sample: Float32Array;
  /** What came together since the last summary; absent in a checkpoint from before there was any. */
  readonly summary?: SummaryState;
  /** By what it was trained last; absent in a checkpoint from before it was kept. */
  readonly origin?: Origin | undefined;
}

/** By which settings and which Gaitsmith a policy was trained. */
export interface Origin {
  /** SHA-256 of the run's config.yaml, */
  readonly configuration: string;
  /** and the file that it came from, as it was named. */
  readonly file: string;
  /** Of Gaitsmith, "-dirty" where files had been changed since; null where nobody knows. */
  readonly commit: string | null;
}

const FORMAT = 'gaitsmith-checkpoint-1';

/** A checkpoint as it is kept. */
export function tensorsOf(checkpoint: Checkpoint): TensorFile {
  const { progress, network, behaviorName, sensors, parameters, optimiser, normaliser } = checkpoint;
  const { average, rewardNormaliser, sample, snapshots, curriculum, summary, origin } = checkpoint;
  const tensors = learnerTensors(network, { parameters, optimiser, normaliser });
  for (const { name, shape } of parameterTable(network)) {
    const data = average?.parameters[name];
    if (data) tensors[`average.${name}`] = { shape, data };
  }
  if (rewardNormaliser) {
    const { inOrder } = rewardNormaliser;
    tensors['rewards.returns'] = { shape: [inOrder.length], data: inOrder };
  }
  tensors['sample'] = { shape: [sample.length / network.observationSize, network.observationSize], data: sample };
  snapshots?.forEach(({ state }, agent) => {
    tensors[`episode.${agent}`] = { shape: [state.length], data: state };
  });
  const metadata = {
    format: FORMAT,
    behavior: behaviorName,
    network: JSON.stringify(network),
    // In one order, whatever it came to be in: what a resumed run writes is the same to the byte.
    progress: JSON.stringify(Object.fromEntries(Object.entries(progress).sort(([a], [b]) => (a < b ? -1 : 1)))),
    adamCounts: JSON.stringify(optimiser.counts),
    normaliserRows: String(normaliser.rows),
    ...(normaliser.leastDeviation > 0 ? { normaliserLeast: String(normaliser.leastDeviation) } : {}),
    ...(snapshots ? { episodes: JSON.stringify(snapshots.map(({ episode }) => episode)) } : {}),
    ...(average ? { averageUpdates: String(average.updates) } : {}),
    ...(curriculum ? { curriculum: JSON.stringify(curriculum) } : {}),
    ...(summary ? { summary: JSON.stringify(summary) } : {}),
    ...(rewardNormaliser ? { rewards: JSON.stringify(rewardNormaliser.moments) } : {}),
    ...(sensors ? { sensors: JSON.stringify(sensors) } : {}),
    ...(origin ? { origin: JSON.stringify(origin) } : {}),
  };
  return { metadata, tensors };
}

/** The whole state of the learner but for its counters, by name. */
export function learnerTensors(
  network: Network,
  { parameters, optimiser, normaliser }: LearnerState,
): Record<string, StoredTensor> {
  const tensors: Record<string, StoredTensor> = {};
  for (const { name, shape } of parameterTable(network)) {
    tensors[`parameter.${name}`] = { shape, data: parameters[name]! };
    tensors[`adam.first.${name}`] = { shape, data: optimiser.first[name]! };
    tensors[`adam.second.${name}`] = { shape, data: optimiser.second[name]! };
  }
  tensors['normaliser.mean'] = { shape: [network.observationSize], data: normaliser.mean };
  tensors['normaliser.squares'] = { shape: [network.observationSize], data: normaliser.squares };
  return tensors;
}

/**
 * The checkpoint that was kept so.
 *
 * @param where what errors call it.
 * @throws UserError where it is no checkpoint of ours.
 */
export function checkpointOf({ metadata, tensors }: TensorFile, where: string): Checkpoint {
  if (metadata['format'] !== FORMAT) {
    throw new UserError({
      what: 'no checkpoint of this version',
      where,
      value: metadata['format'],
      expected: FORMAT,
      mend: 'name a checkpoint (step-....safetensors) that this version of Gaitsmith has written, or train anew',
    });
  }
  const network = JSON.parse(metadata['network']!) as Network;
  const named = (prefix: string) =>
    Object.fromEntries(
      parameterTable(network).map(({ name }) => [name, tensors[`${prefix}.${name}`]!.data as Float32Array]),
    );
  const normaliser = new Normaliser(network.observationSize);
  normaliser.rows = Number(metadata['normaliserRows']);
  normaliser.leastDeviation = Number(metadata['normaliserLeast'] ?? 0);
  normaliser.mean.set(tensors['normaliser.mean']!.data);
  normaliser.squares.set(tensors['normaliser.squares']!.data);
  return {
    progress: JSON.parse(metadata['progress']!) as RunProgress,
    network,
    behaviorName: metadata['behavior']!,
    ...(metadata['sensors'] === undefined ? {} : { sensors: JSON.parse(metadata['sensors']) as Sensor[] }),
    parameters: named('parameter'),
    optimiser: { first: named('adam.first'), second: named('adam.second'), counts: adamCounts(metadata) },
    normaliser,
    ...averageFrom(metadata, tensors),
    ...rewardNormaliserFrom(metadata, tensors),
    sample: tensors['sample']!.data as Float32Array,
    ...(metadata['summary'] === undefined ? {} : { summary: JSON.parse(metadata['summary']) as SummaryState }),
    ...(metadata['origin'] === undefined ? {} : { origin: JSON.parse(metadata['origin']) as Origin }),
    ...(metadata['episodes'] === undefined ? {} : { snapshots: readSnapshots({ metadata, tensors }) }),
    ...(metadata['curriculum'] === undefined
      ? {}
      : { curriculum: JSON.parse(metadata['curriculum']) as CurriculumState }),
  };
}

function readSnapshots({ metadata, tensors }: TensorFile): EpisodeSnapshot[] {
  const episodes = JSON.parse(metadata['episodes']!) as number[];
  return episodes.map((episode, agent) => ({ episode, state: tensors[`episode.${agent}`]!.data as Uint8Array }));
}

function averageFrom(
  { averageUpdates }: Readonly<Record<string, string>>,
  tensors: Readonly<Record<string, StoredTensor>>,
): Pick<Checkpoint, 'average'> {
  if (averageUpdates === undefined) return {};
  const own = Object.entries(tensors).filter(([name]) => name.startsWith('average.'));
  const parameters = own.map(([name, { data }]) => [name.slice('average.'.length), data as Float32Array] as const);
  return { average: { updates: Number(averageUpdates), parameters: Object.fromEntries(parameters) } };
}

function rewardNormaliserFrom(
  { rewards }: Readonly<Record<string, string>>,
  tensors: Readonly<Record<string, StoredTensor>>,
): Pick<Checkpoint, 'rewardNormaliser'> {
  if (rewards === undefined) return {};
  const { data } = tensors['rewards.returns']!;
  return { rewardNormaliser: new RewardNormaliser(data as Float64Array, JSON.parse(rewards) as ReturnMoments) };
}

/** Before the two could differ, there was one count. */
function adamCounts({ adamCounts, adamCount }: Readonly<Record<string, string>>): OptimiserState['counts'] {
  if (adamCounts !== undefined) return JSON.parse(adamCounts) as OptimiserState['counts'];
  return { actor: Number(adamCount), critic: Number(adamCount) };
}
