/** What changes with the training step, as ML-Agents' schedules have it. */
import type { BehaviorSettings, PpoSettings } from '../configuration/schema.ts';
import type { UpdateSettings } from './learner.ts';

/**
 * Values that change with the training step, constant during one update.
 * Source: ML-Agents' linear schedule, `ModelUtils.polynomial_decay` with power 1.
 */
export interface Schedule {
  readonly kind: 'linear' | 'constant';
  readonly start: number;
  /** Where a linear schedule ends, at `maxSteps`. */
  readonly end: number;
}

/** The value after `step` decisions of `maxSteps`. */
export function scheduled({ kind, start, end }: Schedule, step: number, maxSteps: number): number {
  if (kind === 'constant') return start;
  return (start - end) * (1 - Math.min(step, maxSteps) / maxSteps) + end;
}

/**
 * Learning rates, epsilon and beta at a step; where linear schedules end is ML-Agents' choice. A2C clips nothing: its epsilon
 * is 0; and its beta does not follow the learning rate's schedule, as PPO's does where it has none of its own.
 *
 * @param rateFactor what an adaptive learning rate has come to, as a multiple of the one that the schedule says.
 */
export function updateSettings(settings: BehaviorSettings, step: number, rateFactor = 1): UpdateSettings {
  const { hyperparameters, gaitsmith, max_steps } = settings;
  const { learning_rate_schedule: followed, learning_rate, beta_schedule } = hyperparameters;
  const at = (kind: 'linear' | 'constant', start: number, end: number) =>
    scheduled({ kind, start, end }, step, max_steps);
  const { critic_learning_rate: ofCritic } = gaitsmith;
  return {
    learningRate: at(followed, learning_rate, 1e-10) * rateFactor,
    ...(ofCritic === null ? {} : { criticLearningRate: at(followed, ofCritic, 1e-10) }),
    ...(settings.trainer_type === 'a2c'
      ? { beta: at(beta_schedule ?? 'linear', hyperparameters.beta, 1e-10), epsilon: 0 }
      : {
          beta: at(beta_schedule ?? followed, hyperparameters.beta, 1e-5),
          epsilon: epsilonAt(settings.hyperparameters, at),
        }),
    epochs: hyperparameters.num_epoch,
  };
}

function epsilonAt(
  { epsilon, epsilon_schedule, learning_rate_schedule }: PpoSettings['hyperparameters'],
  at: (kind: 'linear' | 'constant', start: number, end: number) => number,
): number {
  return at(epsilon_schedule ?? learning_rate_schedule, epsilon, 0.1);
}

/** Decisions between two checkpoints. */
export function checkpointInterval(settings: BehaviorSettings): number {
  const { even_checkpoints, max_steps, keep_checkpoints, checkpoint_interval } = settings;
  return even_checkpoints ? Math.max(1, Math.floor(max_steps / keep_checkpoints)) : checkpoint_interval;
}
