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
