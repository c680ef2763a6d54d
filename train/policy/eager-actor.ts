/** The actor as TensorFlow.js computes it eagerly. */
import type { EagerBackendName } from '../../compile/eager-backends.ts';
import { openEngine } from '../../compile/index.ts';
import { type Actor, actorTensors } from './actor.ts';
import { actorCritic, seenBy, squashed } from './policy.ts';

/** Rows computed at once: TensorFlow.js on the CPU keeps all activations of a batch. */
const EAGER_ROWS = 256;

/**
 * The actor as TensorFlow.js computes it eagerly, with no tracer and no ONNX about: what an exported file is judged by.
 *
 * @param observations raw, [rows, observationSize].
 * @param backend what it is computed on.
 * @returns deterministic actions in [-1, 1], [rows, actionSize].
 * @throws UserError where the backend is not installed or does not start.
 */
export async function eagerActions(
  actor: Actor,
  observations: Float32Array,
  rows: number,
  backend: EagerBackendName = 'cpu',
): Promise<Float32Array> {
  const { observationSize, actionSize } = actor.network;
  const { actionMeans } = actorCritic(actor.network);
  const engine = await openEngine({ backend });
  const policy = await engine.prepare(
    (inputs) => {
      const { parameters, ...statistics } = actorTensors(actor);
      return { actions: squashed(actionMeans(parameters, seenBy(actor.network, inputs.observations, statistics))) };
    },
    { observations: { shape: ['batch', observationSize] } },
  );
  const actions = new Float32Array(rows * actionSize);
  try {
    for (let row = 0; row < rows; row += EAGER_ROWS) {
      const part = observations.subarray(row * observationSize, Math.min(row + EAGER_ROWS, rows) * observationSize);
      const computed = await policy.run({ observations: part });
      actions.set(computed.actions.data as Float32Array, row * actionSize);
    }
  } finally {
    await policy.release();
  }
  return actions;
}
