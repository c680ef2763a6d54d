/** Stops an update whose losses or gradients are no numbers, and says which, before anything is changed by them. */
import type { StoredTensor } from '../../base/files/safetensors.ts';
import { firstNotFinite, NotFiniteError } from '../not-finite.ts';

/** Some rows of a buffer, on their way through a step. */
export interface Minibatch {
  readonly batch: Readonly<Record<string, Float32Array>>;
  /** Of the buffer. */
  readonly rows: Uint32Array;
  /** "minibatch 5 of 30". */
  readonly place: string;
}

/** In the order in which they are looked at. */
const LOSSES: Readonly<Record<string, string>> = {
  policyLoss: 'the policy loss',
  valueLoss: 'the value loss',
  entropy: 'the entropy',
  mirrorLoss: 'the mirror loss',
  divergence: 'the divergence from the policy that collected',
};

/**
 * @param statistics of the step, by name.
 * @param gradientSquares sum of all squared gradients.
 * @param second Adam's means of squared gradients as the step leaves them, by parameter: they tell whose gradient it was.
 * @throws NotFiniteError where a loss or a gradient is no number.
 */
export function checkStep(
  statistics: Readonly<Record<string, number>>,
  gradientSquares: number,
  second: Readonly<Record<string, Float32Array>>,
  minibatch: Minibatch,
): void {
  for (const [name, words] of Object.entries(LOSSES)) {
    const value = statistics[name] ?? 0;
    if (!Number.isFinite(value)) throw found(words, value, minibatch);
  }
  if (Number.isFinite(gradientSquares)) return;
  for (const [name, squares] of Object.entries(second)) {
    const bad = firstNotFinite(squares);
    if (bad >= 0) throw found(`the squared gradient of ${name}`, squares[bad]!, minibatch);
  }
  throw found('the sum of all squared gradients', gradientSquares, minibatch);
}

function found(tensor: string, value: number, { batch, rows, place }: Minibatch): NotFiniteError {
  const evidence: Record<string, StoredTensor> = { 'minibatch.rows': { shape: [rows.length], data: rows.slice() } };
  for (const [column, values] of Object.entries(batch)) {
    evidence[`minibatch.${column}`] = { shape: [rows.length, values.length / rows.length], data: values.slice() };
  }
  return new NotFiniteError({ tensor, value, place, evidence });
}
