/**
 * The settings that Gaitsmith has and ML-Agents doesn't. They stand in a block of their own inside the behaviour, so that
 * none can be mistaken for one of ML-Agents'; without the block everything is as ML-Agents does it.
 *
 *     behaviors:
 *       Walker:
 *         trainer_type: ppo
 *         ...
 *         gaitsmith:
 *           target_kl: 0.2
 *
 * What each does, and what it did here: docs/ppo.md.
 */
import { z } from 'zod';

const count = () => z.int().positive();

/** The range that ML-Agents has for it in SAC; far outside, its exponential is 0 or infinite. */
const logDeviation = z.number().min(-20).max(2);
const logDeviationLimit = logDeviation.nullable();
const adaptiveLearningRate = z
  .strictObject({
    desired_kl: z
      .number()
      .positive()
      .describe('how far an update is to move the policy: the divergence of the two Gaussians, before and after it'),
    factor: z
      .number()
      .gt(1)
      .default(1.5)
      .describe('by which the rate changes outside desired_kl / 2 to desired_kl * 2'),
    min: z.number().positive().default(1e-5),
    max: z.number().positive().default(1e-2),
  })
  .refine(({ min, max }) => min <= max, {
    path: ['min'],
    error: 'the smallest learning rate (min) is above the greatest (max)',
  })
  .nullable();

/** What may change as training goes on; what a phase doesn't name stays as it was. */
const phase = {
  from_step: count().describe('decisions after which it begins, with the next update'),
  batch_size: count().optional(),
  buffer_size: count().optional(),
  learning_rate: z.number().positive().optional(),
  beta: z.number().nonnegative().optional(),
  gamma: z.number().gt(0).lt(1).optional().describe('of the extrinsic reward'),
  min_log_deviation: logDeviationLimit.optional(),
  max_log_deviation: logDeviationLimit.optional(),
  adaptive_learning_rate: adaptiveLearningRate.optional().describe('like learning_rate, lets the rate start anew'),
  average_updates: count().nullable().optional().describe('an average that there was none of before begins anew'),
};

const ppoPhase = {
  ...phase,
  epsilon: z.number().gt(0).lt(1).optional(),
  num_epoch: count().optional(),
};

function phases<Shape extends typeof phase>(shape: Shape) {
  return z
    .array(z.strictObject(shape))
    .nullable()
    .default(null)
    .describe('settings that change as training goes on, the earliest first');
}

/** What any trainer has. */
const settings = {
  evaluation_interval: z
    .int()
    .nonnegative()
    .default(0)
    .describe('decisions between two held-out evaluations, whose best policy is kept beside the latest; 0: none'),
  evaluation_episodes: count().default(40).describe('episodes of one evaluation, spread evenly over its conditions'),
  stop_at_reward: z
    .number()
    .nullable()
    .default(null)
    .describe(
      'ends the run where a held-out evaluation comes to it; without evaluations, where the mean of the last 100 episodes does',
    ),
  stop_on_plateau: z
    .strictObject({
      evaluations: count().describe('held-out evaluations in a row that found no better policy'),
      from_step: z.int().nonnegative().default(0).describe('not before so many decisions'),
    })
    .nullable()
    .default(null)
    .describe('ends the run where it does not get better any more'),

  world: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("which of the embedded environment's worlds to train in; null: its first; --world stands above it"),
  character: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('the ragdoll to train instead of the Walker: its character file, such as rigs/crawler; null: the Walker'),
  agents: count().default(32).describe('agents that collect side by side; --agents stands above it'),
  stagger_episodes: z
    .boolean()
    .default(false)
    .describe('cut off the episodes of the first buffer at drawn moments, so that agents are not in step'),
  normalize_rewards: z
    .boolean()
    .default(false)
    .describe('divide rewards by the running deviation of the discounted return'),

  activation: z
    .enum(['swish', 'tanh', 'none'])
    .default('swish')
    .describe('what follows each hidden layer, after its layer norm where it has one'),
  layer_norm: z.boolean().default(false).describe('normalise what comes out of each hidden linear layer, per row'),
  initial_weights: z
    .enum(['ml-agents', 'orthogonal', 'torch'])
    .default('ml-agents')
    .describe('orthogonal: gains sqrt 2, 0.01 for the means, 1 for the value; torch: as torch.nn.Linear starts'),
  initial_log_deviation: logDeviation.default(0).describe('log sigma of the raw action, before its division by 3'),
  min_log_deviation: logDeviationLimit.default(null).describe('log sigma is brought up to it where it is below'),
  max_log_deviation: logDeviationLimit.default(null).describe('log sigma is brought down to it where it is above'),
  min_observation_deviation: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe(
      'the normaliser divides by this at least; observations that never moved are left out of the exported policy; null: as in ML-Agents',
    ),

  normalize_advantages: z
    .enum(['buffer', 'minibatch', 'none'])
    .default('buffer')
    .describe('what advantages have mean 0 and deviation 1 over'),
  value_loss_weight: z.number().nonnegative().default(0.5),
  mirror_loss: z
    .number()
    .nonnegative()
    .default(0)
    .describe('weight of the mean squared difference between a mirrored action and the action in the mirrored state'),
  symmetric: z
    .boolean()
    .default(false)
    .describe(
      'networks that respect the mirror by construction: nothing has to be learnt twice, at half the work a decision',
    ),
  mirror_samples: z.boolean().default(false).describe('learn from the mirror image of every decision as well'),

  minibatches: z
    .enum(['shuffled', 'with_replacement'])
    .default('shuffled')
    .describe('with_replacement: each row of a minibatch drawn from the whole buffer'),
  critic_learning_rate: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("null: hyperparameters.learning_rate, which is the actor's alone otherwise; follows its schedule"),
  adaptive_learning_rate: adaptiveLearningRate
    .default(null)
    .describe('changes learning_rate after each update by how far it went; critic_learning_rate stays as it is'),
  train_pi_iters: count()
    .nullable()
    .default(null)
    .describe('minibatches of an update that the actor learns from at most; the critic learns from all'),
  target_kl: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('divergence in a minibatch at which the actor stops learning for this update'),
  average_updates: count()
    .nullable()
    .default(null)
    .describe(
      'over how many updates the policy is averaged; the average is what is judged and exported, training goes on from the latest',
    ),
  max_gradient_norm: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('all gradients together are scaled down to this norm'),
};

/** Settings that only a ratio of probabilities gives a meaning. */
const ppoSettings = {
  ratio: z
    .enum(['per_dimension', 'joint'])
    .default('per_dimension')
    .describe('joint: of the whole action, as in the paper; per_dimension: of each of its numbers, as in ML-Agents'),
  value_loss: z
    .enum(['squared', 'clipped'])
    .default('squared')
    .describe("clipped: the value's change is kept within epsilon; ML-Agents writes it so, to no effect"),
};

export const gaitsmithSettings = {
  ppo: z.strictObject({ ...settings, ...ppoSettings, phases: phases(ppoPhase) }).prefault({}),
  a2c: z.strictObject({ ...settings, phases: phases(phase) }).prefault({}),
};

/** What both have. */
export type GaitsmithSettings = z.infer<typeof gaitsmithSettings.a2c>;
export type Phase = NonNullable<z.infer<typeof gaitsmithSettings.ppo>['phases']>[number];
