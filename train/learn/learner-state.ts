/** What a learner has learnt so far: with the settings it is all that learning depends on. */
import type { Normaliser } from '../policy/normaliser.ts';
import type { Owner, Parameters } from '../policy/policy.ts';

export interface LearnerState {
  readonly parameters: Parameters<Float32Array>;
  readonly optimiser: OptimiserState;
  /** Of the observations. */
  readonly normaliser: Normaliser;
}

/** Adam's, by parameter. */
export interface OptimiserState {
  /** Running means of the gradients, */
  readonly first: Parameters<Float32Array>;
  /** and of their squares. */
  readonly second: Parameters<Float32Array>;
  /** Steps taken. */
  readonly counts: Readonly<Record<Owner, number>>;
}
