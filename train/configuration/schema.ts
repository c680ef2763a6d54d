/**
 * ML-Agents' configuration schema, as far as Gaitsmith trains by it: the one place that says which settings exist, their
 * types, ranges, defaults and meaning. What ML-Agents knows and Gaitsmith doesn't do yet is listed too, so that it can be
 * refused by name instead of ignored.
 *
 * Defaults: ML-Agents 1.1, `trainer_type: ppo`.
 */
import { z } from 'zod';
import { engineSettings, environmentSettings } from './unity-settings.ts';

/** A setting of ML-Agents that Gaitsmith does not honour yet: absent, null or `off` pass, all else is refused by name. */
function notYet(what: string, ...off: readonly unknown[]) {
  return z
    .custom<undefined | null>((value) => value === undefined || value === null || off.includes(value), {
      error: `${what} is not supported yet`,
    })
    .optional();
}

const count = () => z.int().positive();
const schedule = () => z.enum(['linear', 'constant']);

const hyperparameters = z
  .strictObject({
    batch_size: count().default(1024).describe('decisions in one minibatch'),
    buffer_size: count().default(10240).describe('decisions collected before each update'),
    learning_rate: z.number().positive().default(3e-4),
    learning_rate_schedule: schedule().default('linear').describe('linear: falls to 1e-10 at max_steps'),
    beta: z.number().nonnegative().default(5e-3).describe('weight of the entropy'),
    beta_schedule: schedule().optional().describe('default: learning_rate_schedule; linear: falls to 1e-5'),
    epsilon: z.number().gt(0).lt(1).default(0.2).describe('the ratio is clipped to 1 +- epsilon'),
    epsilon_schedule: schedule().optional().describe('default: learning_rate_schedule; linear: falls to 0.1'),
    lambd: z.number().min(0).max(1).default(0.95).describe('lambda of the generalised advantage estimate'),
    num_epoch: count().default(3).describe('passes over the buffer in each update'),
    shared_critic: notYet('a critic that shares the body of the actor', false),
  })
  .refine(({ batch_size, buffer_size }) => batch_size <= buffer_size, {
    path: ['batch_size'],
    error: 'a minibatch (batch_size) larger than the whole buffer (buffer_size)',
  })
  .prefault({});

const networkSettings = z
  .strictObject({
    normalize: z.boolean().default(false).describe('normalise observations by their running mean and deviation'),
    hidden_units: count().default(128),
    num_layers: count().default(2),
    vis_encode_type: z
      .enum(['simple', 'nature_cnn', 'resnet', 'match3', 'fully_connected'])
      .default('simple')
      .describe('for visual observations, of which the walker has none'),
    memory: notYet('a recurrent memory'),
    goal_conditioning_type: z
      .enum(['hyper', 'none'])
      .default('hyper')
      .describe('for goal observations, of which the walker has none'),
    deterministic: notYet('training without sampled actions', false),
  })
  .prefault({});

const rewardSignals = z
  .strictObject({
    extrinsic: z
      .strictObject({
        strength: z.number().positive().default(1),
        gamma: z.number().gt(0).lt(1).default(0.99).describe('discount per decision'),
        network_settings: notYet('a network of its own for a reward signal'),
      })
      .prefault({}),
    curiosity: notYet('the curiosity reward'),
    gail: notYet('the GAIL reward'),
    rnd: notYet('the RND reward'),
  })
  .prefault({});

export const behaviorSchema = z.strictObject({
  trainer_type: z.enum(['ppo']).default('ppo'),
  hyperparameters,
  network_settings: networkSettings,
  reward_signals: rewardSignals,
  max_steps: count().default(500_000).describe('decisions after which training ends'),
  time_horizon: count().default(64).describe('decisions after which a trajectory is cut and its rest estimated'),
  summary_freq: count().default(50_000).describe('decisions between two summaries'),
  keep_checkpoints: count().default(5),
  checkpoint_interval: count().default(500_000).describe('decisions between two checkpoints that are kept'),
  even_checkpoints: z.boolean().default(false).describe('spread keep_checkpoints evenly over max_steps'),
  threaded: notYet('collecting while updating', false),
  init_path: notYet('starting from another run'),
  behavioral_cloning: notYet('behavioural cloning'),
  self_play: notYet('self-play'),
  framework: z.unknown().optional().describe('deprecated by ML-Agents, without effect there too'),
});

const block = () => z.record(z.string(), z.unknown());
const environmentParameter = z.union([z.number(), block()], { error: 'a number' });

export const fileSchema = z.strictObject({
  behaviors: z.record(z.string(), block().nullable()).default({}),
  default_settings: block().nullish(),
  environment_parameters: z.record(z.string(), environmentParameter).nullish(),
  env_settings: environmentSettings.nullish(),
  engine_settings: engineSettings.nullish(),
  checkpoint_settings: notYet('checkpoint_settings (use the flags --run-id and --resume)'),
  torch_settings: z
    .strictObject({ device: z.enum(['cpu']).nullish().describe('the update runs on the CPU') })
    .nullish(),
  debug: notYet('debug', false),
});

export type BehaviorSettings = z.infer<typeof behaviorSchema>;
export type FileSettings = z.infer<typeof fileSchema>;
