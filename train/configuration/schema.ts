/**
 * ML-Agents' configuration schema, as far as Gaitsmith trains by it: the one place that says which settings exist, their
 * types, ranges, defaults and meaning. What ML-Agents knows and Gaitsmith doesn't do yet is listed too, so that it can be
 * refused by name instead of ignored.
 *
 * Defaults: ML-Agents 1.1, `trainer_type: ppo`.
 */

import { z } from 'zod';
import { commandText } from '../../base/command-text.ts';
import { type GaitsmithSettings, gaitsmithSettings } from './gaitsmith-settings.ts';
import { type PhasedSettings, withPhase } from './phases.ts';
import { engineSettings, environmentSettings } from './unity-settings.ts';

/** A setting of ML-Agents that Gaitsmith does not honour yet: absent, null or `off` pass, all else is refused by name. */
function notYet(what: string, ...off: readonly unknown[]) {
  return never(`${what} is not supported yet`, ...off);
}

/** The same of one that it won't, with the reason. */
function never(error: string, ...off: readonly unknown[]) {
  return z
    .custom<undefined | null>((value) => value === undefined || value === null || off.includes(value), { error })
    .optional();
}

/** The same of one that is for the command line. */
function byFlag(flag: string, ...off: readonly unknown[]) {
  return never(`set this on the command line: ${flag}`, ...off);
}

const count = () => z.int().positive();
const schedule = () => z.enum(['linear', 'constant']);

const hyperparameters = {
  batch_size: count().default(1024).describe('decisions in one minibatch'),
  buffer_size: count().default(10240).describe('decisions collected before each update'),
  learning_rate: z.number().positive().default(3e-4),
  learning_rate_schedule: schedule().default('linear').describe('linear: falls to 1e-10 at max_steps'),
  beta: z.number().nonnegative().default(5e-3).describe('weight of the entropy'),
  beta_schedule: schedule()
    .optional()
    .describe('default: learning_rate_schedule, with a2c linear; linear: falls to 1e-5, with a2c to 1e-10'),
  lambd: z.number().min(0).max(1).default(0.95).describe('lambda of the generalised advantage estimate'),
  shared_critic: z.boolean().default(false).describe('one body under the heads of actor and critic'),
};

const ppoHyperparameters = {
  ...hyperparameters,
  epsilon: z.number().gt(0).lt(1).default(0.2).describe('the ratio is clipped to 1 +- epsilon'),
  epsilon_schedule: schedule().optional().describe('default: learning_rate_schedule; linear: falls to 0.1'),
  num_epoch: count().default(3).describe('passes over the buffer in each update'),
};

/** ML-Agents has A2C as a plug-in (`mlagents_trainer_plugin.a2c`), whose settings these are. */
const a2cHyperparameters = {
  ...hyperparameters,
  num_epoch: count()
    .refine((epochs) => epochs === 1, { error: 'a2c makes one pass over the buffer' })
    .default(1),
};

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
      .describe('for goal observations, of which the walker has none; hyper is refused where there is one'),
    deterministic: z.boolean().default(false).describe('act on the means while training, without noise'),
  })
  .prefault({});

const rewardSignals = z
  .strictObject({
    extrinsic: z
      .strictObject({
        strength: z.number().positive().default(1),
        gamma: z.number().gt(0).lt(1).default(0.99).describe('discount per decision'),
        network_settings: networkSettings
          .optional()
          .describe('without effect, as in ML-Agents: this reward has no network'),
      })
      .prefault({}),
    curiosity: notYet('the curiosity reward'),
    gail: notYet('the GAIL reward'),
    rnd: notYet('the RND reward'),
  })
  .prefault({});

/** What every trainer has. */
const behavior = {
  network_settings: networkSettings,
  reward_signals: rewardSignals,
  max_steps: z.int().nonnegative().default(500_000).describe('decisions after which training ends'),
  time_horizon: count().default(64).describe('decisions after which a trajectory is cut and its rest estimated'),
  summary_freq: count().default(50_000).describe('decisions between two summaries'),
  keep_checkpoints: count().default(5),
  checkpoint_interval: count().default(500_000).describe('decisions between two checkpoints that are kept'),
  even_checkpoints: z.boolean().default(false).describe('spread keep_checkpoints evenly over max_steps'),
  threaded: never(
    'collecting while updating (threaded) is not done: either keeps all cores busy, and a run would not repeat itself; leave it out or say false',
    false,
  ),
  init_path: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('checkpoint, folder of checkpoints or run to start from; --initialize-from RUN stands above it'),
  behavioral_cloning: notYet('behavioural cloning'),
  self_play: notYet('self-play'),
  framework: z.unknown().optional().describe('deprecated by ML-Agents, without effect there too'),
};

/** With the rules that one body under both heads brings along. */
function sharing<
  Schema extends z.ZodType<{ hyperparameters: { shared_critic: boolean }; gaitsmith: GaitsmithSettings }>,
>(schema: Schema): Schema {
  const apart = ['critic_learning_rate', 'train_pi_iters'] as const;
  return schema.superRefine(({ hyperparameters, gaitsmith }, context) => {
    if (!hyperparameters.shared_critic) return;
    for (const setting of apart) {
      if (gaitsmith[setting] === null) continue;
      context.addIssue({
        code: 'custom',
        path: ['gaitsmith', setting],
        message: 'actor and critic cannot learn apart where they share a body (hyperparameters.shared_critic)',
      });
    }
  });
}

/** With the rules of networks that respect the mirror by construction. */
function symmetric<
  Schema extends z.ZodType<{ network_settings: { hidden_units: number }; gaitsmith: GaitsmithSettings }>,
>(schema: Schema): Schema {
  return schema.superRefine(({ network_settings, gaitsmith }, context) => {
    if (!gaitsmith.symmetric) return;
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    for (const setting of ['mirror_samples', 'mirror_loss'] as const) {
      if (!gaitsmith[setting]) continue;
      const message = `a network that is symmetric learns nothing from the mirror (${setting}): take one of the two out`;
      refuse(['gaitsmith', setting], message);
    }
    if (network_settings.hidden_units % 2 === 1) {
      const message = 'the units of a symmetric network come in pairs: take an even number, or gaitsmith.symmetric out';
      refuse(['network_settings', 'hidden_units'], message);
    }
  });
}

/** With the rules that what belongs together fits, in each phase too, and that phases follow one another. */
function phased<Schema extends z.ZodType<PhasedSettings>>(schema: Schema): Schema {
  return schema.superRefine((settings, context) => {
    if (isTooLarge(settings)) {
      context.addIssue({ code: 'custom', path: ['hyperparameters', 'batch_size'], message: tooLarge(settings) });
    }
    if (isCrossed(settings)) {
      context.addIssue({ code: 'custom', path: ['gaitsmith', 'min_log_deviation'], message: CROSSED });
    }
    if (settings.gaitsmith.stop_on_plateau !== null && settings.gaitsmith.evaluation_interval === 0) {
      context.addIssue({ code: 'custom', path: ['gaitsmith', 'stop_on_plateau'], message: UNJUDGED });
    }
    let present: PhasedSettings = settings;
    let from = 0;
    for (const [index, phase] of (settings.gaitsmith.phases ?? []).entries()) {
      const refuse = (setting: string, message: string) =>
        context.addIssue({ code: 'custom', path: ['gaitsmith', 'phases', index, setting], message });
      if (phase.from_step <= from) refuse('from_step', 'a phase must begin later (from_step) than the one before it');
      from = phase.from_step;
      present = withPhase(present, phase);
      if (isTooLarge(present) && !isTooLarge(settings)) {
        refuse(phase.batch_size === undefined ? 'buffer_size' : 'batch_size', tooLarge(present));
      }
      if (isCrossed(present) && !isCrossed(settings)) {
        refuse(phase.min_log_deviation === undefined ? 'max_log_deviation' : 'min_log_deviation', CROSSED);
      }
    }
  });
}

function ruled<
  Schema extends z.ZodType<
    PhasedSettings & {
      hyperparameters: { shared_critic: boolean };
      network_settings: { hidden_units: number };
      gaitsmith: GaitsmithSettings;
    }
  >,
>(schema: Schema): Schema {
  return phased(symmetric(sharing(schema)));
}

function isTooLarge({ hyperparameters: { batch_size, buffer_size } }: PhasedSettings): boolean {
  return batch_size > buffer_size;
}

function tooLarge({ hyperparameters: { batch_size, buffer_size } }: PhasedSettings): string {
  return `a minibatch (batch_size ${batch_size}) larger than the whole buffer (buffer_size ${buffer_size})`;
}

const CROSSED = 'a least log sigma (min_log_deviation) above the greatest (max_log_deviation)';

function isCrossed({ gaitsmith }: PhasedSettings): boolean {
  const { min_log_deviation: least, max_log_deviation: most } = gaitsmith;
  return least !== null && most !== null && least > most;
}

const UNJUDGED =
  'stop_on_plateau goes by held-out evaluations, and there are none: set gaitsmith.evaluation_interval too';

/** Says which of the schemas below is to be read by. */
export const trainerSchema = z.looseObject({
  trainer_type: z
    .unknown()
    .refine((type) => type !== 'sac' && type !== 'poca', {
      error: ({ input }) => `the trainer ${input} is not supported yet, ppo and a2c are`,
    })
    .pipe(z.enum(['ppo', 'a2c']))
    .default('ppo'),
});

export const behaviorSchemas = {
  ppo: ruled(
    z.strictObject({
      trainer_type: z.literal('ppo').default('ppo'),
      hyperparameters: z.strictObject(ppoHyperparameters).prefault({}),
      ...behavior,
      gaitsmith: gaitsmithSettings.ppo,
    }),
  ),
  a2c: ruled(
    z.strictObject({
      trainer_type: z.literal('a2c'),
      hyperparameters: z.strictObject(a2cHyperparameters).prefault({}),
      ...behavior,
      gaitsmith: gaitsmithSettings.a2c,
    }),
  ),
};

/** ML-Agents spells them out in the configuration of each run. What a run is called and begins with is for flags to say here. */
const checkpointSettings = z.strictObject({
  run_id: z.string().optional().describe("what ML-Agents' run was called, without effect: --run-id"),
  results_dir: z.string().optional().describe('where it lay, without effect: --runs-dir'),
  initialize_from: byFlag('--initialize-from RUN'),
  load_model: byFlag('--resume', false),
  resume: byFlag('--resume', false),
  force: byFlag('--force', false),
  train_model: never(`ML-Agents itself has given it up; training is what ${commandText('train')} does`, false),
  inference: notYet('acting without learning (inference)', false),
});

const block = () => z.record(z.string(), z.unknown());

export const fileSchema = z.strictObject({
  behaviors: z.record(z.string(), block().nullable()).default({}),
  default_settings: block().nullish(),
  // Read by environment-parameters.ts.
  environment_parameters: block().nullish(),
  env_settings: environmentSettings.nullish(),
  engine_settings: engineSettings.nullish(),
  checkpoint_settings: checkpointSettings.nullish(),
  torch_settings: z.strictObject({ device: byFlag('--device NAME', 'cpu') }).nullish(),
  debug: notYet('debug', false),
});

export type PpoSettings = z.infer<typeof behaviorSchemas.ppo>;
export type A2cSettings = z.infer<typeof behaviorSchemas.a2c>;
export type BehaviorSettings = PpoSettings | A2cSettings;
export type FileSettings = z.infer<typeof fileSchema>;
