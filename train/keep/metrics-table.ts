/**
 * The one table of what an iteration is told by: each number's name, unit and meaning, what it is made of, and by which tag
 * TensorBoard shows it. From it come the lines of metrics.jsonl, the summaries of TensorBoard, and the table in docs/runs.md.
 */
import type { Rollout } from '../collect/rollout.ts';
import type { LearningBuffer, UpdateSettings, UpdateStatistics } from '../learn/learner.ts';
import { momentsOf } from './moments.ts';
import type { RunProgress } from './progress.ts';

/** What is known of an iteration that is over. */
export interface Iterated {
  /** As it stands now. */
  readonly progress: RunProgress;
  readonly rollout: Rollout;
  /** The bodies that an episode's `fallenBody` numbers; none where the world knows of no such thing. */
  readonly bodyNames: readonly string[];
  /** Number of the lesson, from 0, that each environment parameter was in. */
  readonly lessons: Readonly<Record<string, number>>;
  readonly settings: UpdateSettings;
  readonly losses: UpdateStatistics;
  /** Of the policy after the update from the one before it. */
  readonly divergence: number;
  /** What rewards were divided by; undefined where they are not normalised. */
  readonly rewardScale: number | undefined;
  /** What was learnt from. */
  readonly buffer: Pick<LearningBuffer, 'returns'> & Required<Pick<LearningBuffer, 'values'>>;
  /** Of the policy as it is now, [actionSize]. */
  readonly logDeviation: Float32Array;
  /** Milliseconds of one clock: when the iteration began, had collected, and had learnt. */
  readonly clock: Readonly<Record<'began' | 'collected' | 'learnt', number>>;
}

export interface MetricRow<Value = unknown> {
  /** Empty for a plain number. */
  readonly unit: string;
  /** What it is, in a sentence that begins in lower case. */
  readonly what: string;
  /** Its value; undefined where it is not in use: it is left out then. */
  of(iterated: Iterated): Value;
  /** TensorBoard's, which shows the mean of a summary's period. Of a record: the beginning of one tag for each of its names. */
  readonly tag?: string;
  /** What a period's mean is over; default: iterations, each counting the same. `own`: summaries come by it otherwise. */
  readonly over?: 'episodes' | 'seconds' | 'own';
}

/** A row, with the type of its value. */
const row = <Value>(each: MetricRow<Value>): MetricRow<Value> => each;

export const metricsTable = {
  iteration: row({ unit: '', what: 'number of the iteration, from 1', of: ({ progress }) => progress.iteration }),
  step: row({ unit: 'decisions', what: 'of all agents since the run began', of: ({ progress }) => progress.step }),
  episodes: row({
    unit: '',
    what: 'episodes that ended in the iteration',
    of: ({ rollout }) => rollout.episodes.length,
  }),
  reward: row({
    unit: 'reward',
    what: 'mean of the episodes that ended; null where none did, as in the others of episodes',
    of: ({ rollout }) => momentsOf(rollout.episodes.map(({ reward }) => reward))?.mean ?? null,
    tag: 'Environment/Cumulative Reward',
    over: 'own',
  }),
  taskReward: row({
    unit: 'reward',
    what: "their mean by the task alone: without what the reward's terms with a weight added, where there are any",
    of: taskReward,
    tag: 'Gaitsmith/Task Reward',
    over: 'episodes',
  }),
  rewardStd: row({
    unit: 'reward',
    what: 'their standard deviation',
    of: ({ rollout }) => momentsOf(rollout.episodes.map(({ reward }) => reward))?.deviation ?? null,
  }),
  episodeLength: row({
    unit: 'decisions',
    what: 'mean length of those episodes (TensorBoard: one less, as ML-Agents counts)',
    of: ({ rollout }) => momentsOf(rollout.episodes.map(({ decisions }) => decisions))?.mean ?? null,
    tag: 'Environment/Episode Length',
    over: 'own',
  }),
  meanSpeed: row({
    unit: 'm/s',
    what: 'mean velocity along the way to the target over those episodes, where the world tells it',
    of: (iterated) => meanDetail(iterated, 'meanSpeed'),
    tag: 'Gaitsmith/Mean Speed',
    over: 'episodes',
  }),
  targetSpeed: row({
    unit: 'm/s',
    what: 'the speed that was asked for in them',
    of: (iterated) => meanDetail(iterated, 'targetSpeed'),
    tag: 'Gaitsmith/Target Speed',
    over: 'episodes',
  }),
  fallen: row({
    unit: 'share',
    what: 'of those episodes, by the body whose touch of the ground ended them, where the world tells it',
    of: fallenShares,
    tag: 'Gaitsmith/Fallen',
    over: 'episodes',
  }),
  rewardTerms: row({
    unit: 'reward',
    what: 'mean of what each term of the reward earned in a physics step, weighted, where the world tells it; `task` is the task itself beside terms that have a weight',
    of: ({ rollout }) => earnedByTerm(rollout.episodes),
    tag: 'Gaitsmith/Reward Term',
    over: 'episodes',
  }),
  blowUps: row({
    unit: '',
    what: 'episodes that were cut off because the physics blew up',
    of: ({ rollout }) => countBlowUps(rollout.episodes),
    tag: 'Gaitsmith/Blow-ups',
  }),
  lessons: row({
    unit: '',
    what: 'number of the lesson, from 0, that each environment parameter was in',
    of: ({ lessons }) => lessons,
    tag: 'Environment/Lesson Number',
    over: 'own',
  }),
  policyLoss: row({ unit: '', what: "mean over the update's minibatches", of: ({ losses }) => losses.policyLoss }),
  absolutePolicyLoss: row({
    unit: '',
    what: 'mean of its size, which is what ML-Agents shows',
    of: ({ losses }) => losses.absolutePolicyLoss,
    tag: 'Losses/Policy Loss',
  }),
  valueLoss: row({
    unit: 'reward^2',
    what: 'mean squared error of the values over the minibatches (half the squared error is learnt from, unless value_loss_weight says otherwise)',
    of: ({ losses, rewardScale = 1 }) => losses.valueLoss * rewardScale ** 2,
    tag: 'Losses/Value Loss',
  }),
  entropy: row({
    unit: 'nats',
    what: 'of the action distribution, mean over its dimensions',
    of: ({ losses }) => losses.entropy,
    tag: 'Policy/Entropy',
  }),
  kl: row({
    unit: 'nats',
    what: "divergence of the policy that is learnt from the one that collected, sampled: mean over the update's minibatches",
    of: ({ losses }) => losses.divergence,
    tag: 'Gaitsmith/KL',
  }),
  klLastEpoch: row({
    unit: 'nats',
    what: 'the same over the last minibatches that the actor saw, as many as an epoch has',
    of: ({ losses }) => losses.lastDivergence,
    tag: 'Gaitsmith/KL, last epoch',
  }),
  klAnalytic: row({
    unit: 'nats',
    what: 'divergence of the policy after the update from the one before it, by the formula for two Gaussians: what adaptive_learning_rate goes by',
    of: ({ divergence }) => divergence,
    tag: 'Gaitsmith/KL, analytic',
  }),
  clipFraction: row({
    unit: 'share',
    what: 'of the ratios that were beyond 1 +- epsilon, mean over the minibatches; PPO alone',
    of: ({ losses }) => losses.clipFraction,
    tag: 'Gaitsmith/Clip Fraction',
  }),
  mirrorLoss: row({
    unit: 'action^2',
    what: 'mean squared difference between the mirrored action and the action in the mirrored state, with mirror_loss',
    of: ({ losses }) => losses.mirrorLoss,
    tag: 'Gaitsmith/Mirror Loss',
  }),
  actorGradientNorm: row({
    unit: '',
    what: "norm of the actor's gradient (and of a body that both share), mean over the minibatches, before anything scales it down",
    of: ({ losses }) => losses.actorGradientNorm,
    tag: 'Gaitsmith/Gradient Norm, actor',
  }),
  criticGradientNorm: row({
    unit: '',
    what: "the same of the critic's",
    of: ({ losses }) => losses.criticGradientNorm,
    tag: 'Gaitsmith/Gradient Norm, critic',
  }),
  gradientNorm: row({
    unit: '',
    what: 'of both together, with max_gradient_norm',
    of: ({ losses }) => losses.gradientNorm,
    tag: 'Gaitsmith/Gradient Norm',
  }),
  actorMinibatches: row({
    unit: '',
    what: 'minibatches that the actor learnt from',
    of: ({ losses }) => losses.actorMinibatches,
  }),
  explainedVariance: row({
    unit: '',
    what: '1 - variance of (return - value) / variance of the returns, of the values before the update: 1 for a critic that foretells all, 0 for one that tells a constant',
    of: ({ buffer }) => explainedVariance(buffer.values, buffer.returns),
    tag: 'Gaitsmith/Explained Variance',
  }),
  valueEstimate: row({
    unit: 'reward',
    what: 'mean of what the critic expected of the states that were met',
    of: ({ buffer: { values }, rewardScale = 1 }) =>
      (rewardScale * values.reduce((sum, value) => sum + value, 0)) / values.length,
    tag: 'Policy/Extrinsic Value Estimate',
  }),
  rewardScale: row({
    unit: 'reward',
    what: 'what rewards were divided by, with normalize_rewards; values and their loss are told as if they had not been',
    of: ({ rewardScale }) => rewardScale,
    tag: 'Gaitsmith/Reward Scale',
  }),
  actionStd: row({
    unit: '',
    what: 'mean standard deviation of the action distribution, before the division by 3',
    of: ({ logDeviation }) => logDeviation.reduce((sum, value) => sum + Math.exp(value), 0) / logDeviation.length,
    tag: 'Gaitsmith/Action Std',
  }),
  learningRate: row({
    unit: '',
    what: 'of the update, as all the settings below',
    of: ({ settings }) => settings.learningRate,
    tag: 'Policy/Learning Rate',
  }),
  criticLearningRate: row({
    unit: '',
    what: 'where it is one of its own',
    of: ({ settings }) => settings.criticLearningRate,
    tag: 'Gaitsmith/Learning Rate, critic',
  }),
  epsilon: row({ unit: '', what: 'the clip range', of: ({ settings }) => settings.epsilon, tag: 'Policy/Epsilon' }),
  beta: row({ unit: '', what: 'the weight of the entropy', of: ({ settings }) => settings.beta, tag: 'Policy/Beta' }),
  epochs: row({ unit: '', what: 'passes over the buffer', of: ({ settings }) => settings.epochs }),
  statistics: row({
    unit: '',
    what: 'what a Unity project measures, by names of its own; TensorBoard shows them by those',
    of: ({ rollout }) => rollout.statistics,
  }),
  decisionsPerSecond: row({
    unit: '1/s',
    what: 'decisions a second, learning included',
    of: ({ rollout: { agents, decisions }, clock }) => (1000 * agents * decisions) / (clock.learnt - clock.began),
    tag: 'Gaitsmith/Decisions per Second',
    over: 'seconds',
  }),
  seconds: row({
    unit: 's',
    what: "physics, inference, learning and all of the iteration; collecting is parted as the workers' own clocks say",
    of: ({ rollout, clock }) => secondsOf(rollout.seconds, clock),
  }),
} satisfies Record<string, MetricRow>;

type Table = typeof metricsTable;
type ValueOf<Name extends keyof Table> = ReturnType<Table[Name]['of']>;
type Optional = { [Name in keyof Table]: undefined extends ValueOf<Name> ? Name : never }[keyof Table];

/** What one iteration looked like, its update included: a line of metrics.jsonl. */
export type IterationMetrics = { readonly [Name in Exclude<keyof Table, Optional>]: ValueOf<Name> } & {
  readonly [Name in Optional]?: Exclude<ValueOf<Name>, undefined>;
};

export function metricsOf(iterated: Iterated): IterationMetrics {
  const told = Object.entries(metricsTable).map(([name, { of }]) => [name, of(iterated)] as const);
  return Object.fromEntries(told.filter(([, value]) => value !== undefined)) as unknown as IterationMetrics;
}

/** How many of the episodes were cut off because the world's physics blew up. */
export function countBlowUps(episodes: Rollout['episodes']): number {
  return episodes.reduce((sum, { details }) => sum + (details['blowUps'] ?? 0), 0);
}

/** Undefined in a world that doesn't tell it. */
function meanDetail({ rollout: { episodes }, bodyNames }: Iterated, name: string): number | null | undefined {
  const told = episodes.flatMap(({ details }) => details[name] ?? []);
  // A world that tells which body fell tells speeds too, in episodes to come.
  return momentsOf(told)?.mean ?? (bodyNames.length > 0 ? null : undefined);
}

/** Undefined where no term has a weight: it is the reward then. */
function taskReward({ rollout: { episodes } }: Iterated): number | undefined {
  if (!episodes.some(({ details }) => 'addedReward' in details)) return undefined;
  return momentsOf(episodes.map(({ reward, details }) => reward - (details['addedReward'] ?? 0)))!.mean;
}

/** Details of episodes that tell what a term of the reward earned begin so. */
const earned = 'reward ';

/** By term; undefined where no episode tells of any. */
function earnedByTerm(episodes: Rollout['episodes']): Record<string, number> | undefined {
  const names = new Set(
    episodes.flatMap(({ details }) => Object.keys(details).filter((name) => name.startsWith(earned))),
  );
  if (names.size === 0) return undefined;
  const mean = (name: string) => momentsOf(episodes.map(({ details }) => details[name] ?? 0))!.mean;
  return Object.fromEntries([...names].map((name) => [name.slice(earned.length), mean(name)]));
}

/** By body; null where no episode ended, undefined in a world that knows of no bodies. */
function fallenShares({ rollout: { episodes }, bodyNames }: Iterated): Record<string, number> | null | undefined {
  if (bodyNames.length === 0) return undefined;
  if (episodes.length === 0) return null;
  const share = (body: number) =>
    episodes.filter(({ details }) => details['fallenBody'] === body).length / episodes.length;
  return Object.fromEntries(bodyNames.map((name, body) => [name, share(body)]));
}

/** 0 where all returns are the same: there is nothing to explain. */
export function explainedVariance(values: Float32Array, returns: Float32Array): number {
  const variance = varianceOf(returns);
  return variance === 0 ? 0 : 1 - varianceOf(Float64Array.from(returns, (each, row) => each - values[row]!)) / variance;
}

function varianceOf(numbers: Float32Array | Float64Array): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  const mean = sum / numbers.length;
  let squares = 0;
  for (const number of numbers) squares += (number - mean) ** 2;
  return squares / numbers.length;
}

function secondsOf(workers: Rollout['seconds'], { began, collected, learnt }: Iterated['clock']) {
  const collecting = (collected - began) / 1000;
  const worldShare = workers.world / (workers.world + workers.policy);
  return {
    physics: collecting * worldShare,
    inference: collecting * (1 - worldShare),
    learning: (learnt - collected) / 1000,
    all: (learnt - began) / 1000,
  };
}
