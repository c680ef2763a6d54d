/**
 * A NaN or an infinity where a number should be. It spreads to every parameter within one update, so training stops where it
 * first shows, says what it was, and keeps what led to it (dump.ts). No checkpoint is ever made of it.
 */
import type { StoredTensor } from '../../base/files/tensor-bytes.ts';

/** What was found, and where. Plain data: a worker sends it to the main thread. */
export interface Finding {
  /** 'the observation "shinL rotation x"', "the gradient of actor.mean.weight". */
  readonly tensor: string;
  readonly value: number;
  /** The agent's number among all agents of the run, where it is about one. */
  readonly agent?: number | undefined;
  /** Where in the iteration: "decision 17 of its roll-out", "minibatch 5". */
  readonly place?: string | undefined;
  /** What it was found in and what led to it, for the dump. */
  readonly evidence: Readonly<Record<string, StoredTensor>>;
}

export class NotFiniteError extends Error {
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(`${finding.tensor} is ${finding.value}`);
    this.name = 'NotFiniteError';
    this.finding = finding;
  }
}

/**
 * The index of the first number that is none, or -1. The sum of single-precision numbers can't leave the range of a double,
 * so it is finite exactly where all of them are: one addition a number is all that this costs.
 */
export function firstNotFinite(values: Float32Array, from = 0, to = values.length): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += values[index]!;
  if (Number.isFinite(sum)) return -1;
  for (let index = from; index < to; index++) if (!Number.isFinite(values[index]!)) return index;
  return -1;
}

/** @throws NotFiniteError at the first value that is none; `about` tells the rest of the finding from its index. */
export function requireFinite(
  tensor: string,
  values: Float32Array,
  about: (index: number) => Omit<Finding, 'tensor' | 'value'>,
): void {
  const bad = firstNotFinite(values);
  if (bad >= 0) throw new NotFiniteError({ tensor, value: values[bad]!, ...about(bad) });
}
