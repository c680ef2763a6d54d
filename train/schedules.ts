import type { BehaviorSettings } from './configuration/schema.ts';
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

/** Learning rate, epsilon and beta at a step; where linear schedules end is ML-Agents' choice. */
export function updateSettings({ hyperparameters, max_steps }: BehaviorSettings, step: number): UpdateSettings {
  const { learning_rate_schedule: followed, beta_schedule, epsilon_schedule } = hyperparameters;
  const at = (kind: 'linear' | 'constant', start: number, end: number) =>
    scheduled({ kind, start, end }, step, max_steps);
  return {
    learningRate: at(followed, hyperparameters.learning_rate, 1e-10),
    epsilon: at(epsilon_schedule ?? followed, hyperparameters.epsilon, 0.1),
    beta: at(beta_schedule ?? followed, hyperparameters.beta, 1e-5),
    epochs: hyperparameters.num_epoch,
  };
}
