/** Plays episodes with a policy, and with another one beside it where that is asked for, and tells how it fares. */
import { sha256 } from '../base/files/hash.ts';
import type { ParameterValues } from '../envs/env.ts';
import { checkParameters } from '../envs/walker/parameters.ts';
import { decodeModel } from '../onnx/decode.ts';
import type { EpisodePlan, TargetSpeeds } from './episodes.ts';
import { type ObservationDifference, ObservationStatistics } from './observation-statistics.ts';
import type { MeteredEpisode } from './play.ts';
import { type Playing, type PlayWatch, withPlayers } from './players.ts';
import type { PolicyFile } from './policy-file.ts';
import { normalizerOf } from './policy-graph.ts';
import { type Band, bandsOf, type Comparison, comparisonOf, type Fared, faredIn } from './report.ts';
import type { Subject } from './subject.ts';
import { subjectOf } from './subject-of.ts';

export interface EvaluationOptions extends Playing {
  readonly policy: PolicyFile;
  /** Another policy, on the same episodes. */
  readonly compare?: PolicyFile | undefined;
  /** Default 300, which a verdict needs. */
  readonly episodes?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Default: a grid. */
  readonly speeds?: TargetSpeeds;
  /** The mean action instead of a sampled one; default false, as in Unity's scene. */
  readonly deterministic?: boolean;
  /** Which of its worlds, by name; default unity. */
  readonly world?: string | undefined;
  /** Path of the character's file whose policy it is; default: the Walker's. */
  readonly character?: string | undefined;
  /** Environment parameters, such as target_speed_max; samplers draw for every episode. */
  readonly parameters?: ParameterValues;
  /** Whether to compare what is observed with what the file's normaliser saw. */
  readonly statistics?: boolean;
}

/** Walkers that were played by onnxruntime-web in Node and in a browser alike: each decision of theirs, as a hash. */
export interface WebEpisodes {
  /** "Chromium 150.0.7871.114". */
  readonly browser: string;
  readonly world: string;
  readonly seed: number;
  readonly agents: number;
  readonly decisions: number;
  /** SHA-256 of the trajectory in Node, and in the browser. */
  readonly node: string;
  readonly web: string;
  /** The first decision, from 0, that is another one there; null where none is. */
  readonly partsAt: number | null;
  /** The same of onnxruntime-node, which rounds otherwise. */
  readonly nativePartsAt: number | null;
}

/** Also what `npm run ship` wants to know of a policy. Names are those of the JSON. */
export interface EvaluationReport extends Fared, Partial<Comparison> {
  readonly policy: string;
  /** Of the file. */
  readonly sha256: string;
  /** The world that it was judged in, */
  readonly world: string;
  /** The character that was judged; absent: the Walker. */
  readonly character?: string;
  /** and whose solver that world's simulator is set like; null: it is PhysX itself. */
  readonly dialect: string | null;
  readonly deterministic: boolean;
  readonly seed: number;
  readonly speeds: TargetSpeeds;
  /** Environment parameters other than Unity's scene. */
  readonly parameters: ParameterValues;
  /** Those that an episode had its target speed in. */
  readonly bands: readonly Band[];
  /** Observations against the file's normaliser, worst first; where that was asked for, and the file has one. */
  readonly observations?: readonly ObservationDifference[];
  /** The same seeded episodes here and in a browser; where that was asked for. */
  readonly web?: WebEpisodes;
  /** The policy that it was compared with, on the same episodes. */
  readonly compared_with?: Fared & { readonly policy: string; readonly sha256: string };
}

/** @throws UserError where a file is no policy of the Walker, or an environment parameter or a world is none. */
export async function evaluate(options: EvaluationOptions, watch: PlayWatch = {}): Promise<EvaluationReport> {
  const { policy, compare, episodes = 300, seed = 0, speeds = 'grid', deterministic = false } = options;
  const { parameters = {}, statistics = false, character } = options;
  const subject = await subjectOf(character);
  const world = subject.worldNamed(options.world);
  checkParameters(parameters, undefined, subject.task.parameters);
  if (world === 'physx') checkParameters(parameters, world);
  const plan: EpisodePlan = { seed, speeds, parameters };
  const request = {
    policy,
    deterministic,
    world,
    character,
    plan,
    from: 0,
    to: episodes,
    gait: true,
    observed: statistics,
  } as const;
  const [played, other] = await withPlayers(
    options,
    async (players) =>
      [
        await players.play(request, watch),
        compare && (await players.play({ ...request, policy: compare, observed: false }, watch)),
      ] as const,
  );
  return {
    policy: policy.name,
    sha256: sha256(policy.bytes),
    world,
    dialect: world === 'physx' ? null : world,
    deterministic,
    seed,
    speeds,
    parameters,
    ...(character === undefined ? {} : { character }),
    ...faredIn(played, subject.figure),
    bands: bandsOf(played, subject.figure),
    ...(compare && other ? comparedWith(compare, played, other, subject) : {}),
    ...(statistics ? { observations: observationsOf(policy, played, subject) } : {}),
  };
}

function comparedWith(
  { name, bytes }: PolicyFile,
  played: readonly MeteredEpisode[],
  other: readonly MeteredEpisode[],
  { figure }: Subject,
) {
  return {
    ...comparisonOf(played, other),
    compared_with: { policy: name, sha256: sha256(bytes), ...faredIn(other, figure) },
  };
}

function observationsOf(
  { name, bytes }: PolicyFile,
  played: readonly MeteredEpisode[],
  { task: { behavior } }: Subject,
): ObservationDifference[] {
  const normalizer = normalizerOf(decodeModel(bytes, name), behavior);
  if (!normalizer) return [];
  const statistics = new ObservationStatistics(behavior.observationNames);
  // In the order of the episodes: sums that are added up in another order have other last places.
  for (const { targetSpeed, observed } of played) statistics.add(targetSpeed, observed!);
  return statistics.differencesFrom(normalizer);
}
