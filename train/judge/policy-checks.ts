/**
 * Stops before a policy that answers no numbers is saved, judged or acted by: its parameters may all be finite still, where a
 * learning rate was too large.
 */
import { Session } from '../../compile/onnxruntime.ts';
import { deviationOf } from '../collect/rollout-checks.ts';
import { spreadRows } from '../collect/rows.ts';
import type { Learner } from '../learn/learner.ts';
import { type Finding, firstNotFinite, NotFiniteError, requireFinite } from '../not-finite.ts';

/** Observations that it is asked about, of those that it has just learnt from. */
const ASKED = 256;

/** A policy as it acts. */
export interface CheckedPolicy {
  /** ONNX: see `actingModel`. */
  readonly model: Uint8Array;
  readonly logDeviation: Float32Array; // [actionSize]
}

/**
 * @param observations raw, [rows, observationSize].
 * @throws NotFiniteError at the first mean, deviation or value that is none.
 */
export async function checkPolicy(
  { model, logDeviation }: CheckedPolicy,
  learner: Pick<Learner, 'network' | 'evaluate'>,
  observations: Float32Array,
): Promise<void> {
  const { observationSize, actionSize } = learner.network;
  const asked = spreadRows(observations, observationSize, ASKED);
  const shape = [asked.length / observationSize, observationSize];
  const evidence = { observations: { shape, data: asked } };
  const after = (): Omit<Finding, 'tensor' | 'value'> => ({ place: 'after its update', evidence });
  deviationOf(logDeviation, after);

  const session = await Session.open(model, { threads: 1 });
  try {
    const { means } = await session.run({ observations: { type: 'float32', shape, data: asked } });
    const rows = means!.data as Float32Array;
    const bad = firstNotFinite(rows);
    if (bad >= 0) {
      throw new NotFiniteError({
        tensor: `the policy's mean of action ${bad % actionSize}`,
        value: rows[bad]!,
        ...after(),
      });
    }
  } finally {
    await session.release();
  }
  requireFinite("the critic's value of a state", (await learner.evaluate(asked)).values, after);
}
