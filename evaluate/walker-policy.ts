/**
 * A Walker policy from an ONNX file of ML-Agents, run with noise that can be repeated.
 *
 * Unity's example scene samples actions. Such a file draws its noise inside the graph, without a seed; here the node that
 * draws it is replaced by an input, which is fed from a seeded stream.
 */
import { UserError } from '../base/failure/user-error.ts';
import type { RandomStream } from '../base/random/stream.ts';
import { type DenseTensor, Session } from '../compile/onnxruntime.ts';
import type { BehaviorSpec } from '../envs/env.ts';
import { behavior as walker } from '../envs/walker/behavior.ts';
import { decodeModel } from '../onnx/decode.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Model } from '../onnx/model.ts';
import { readPolicyFile } from './policy-file.ts';
import {
  checkWalkerPolicy,
  outputNamed,
  outputNames,
  rowsOfSensor,
  sensorsOf,
  withNoiseAsInput,
} from './policy-graph.ts';

/** An ML-Agents policy, opened. */
export interface WalkerPolicy {
  /** [batch, observations], and one stream of noise a row for actions that are sampled, to [batch, actions]. */
  act(observations: Float32Array, noise?: readonly RandomStream[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** @throws UserError where there is no such file, it can't be read, or it is no ONNX model. */
export function readPolicy(path: string): Model {
  return decodeModel(readPolicyFile(path).bytes, path);
}

/**
 * Opens a policy of any number of layers and units.
 *
 * @param deterministic the mean action, also of a file that has no output for it: what it samples, without the noise.
 * @param behavior whose policy it is: its sensors are the file's inputs, by name.
 * @throws UserError where the file is no policy of that behaviour, or onnxruntime does not take it.
 */
export async function openWalkerPolicy(
  model: Model,
  path: string,
  deterministic: boolean,
  behavior: BehaviorSpec = walker,
): Promise<WalkerPolicy> {
  const { observationSize, actionSize } = behavior;
  const sensors = sensorsOf(behavior);
  const mean = deterministic ? outputNamed(outputNames.mean, model.graph) : undefined;
  const output = checkWalkerPolicy(model, path, mean, behavior);
  const { model: open, inputs } = mean ? { model, inputs: [] } : withNoiseAsInput(model);
  // One thread: a few rows are no work for more, and the sums are the same on every machine.
  const session = await Session.open(encodeModel(open), { threads: 1 }).catch((error: unknown) => {
    throw new UserError(
      { what: 'onnxruntime does not take this file', where: path, value: (error as Error).message },
      { cause: error },
    );
  });
  return {
    async act(observations, noise) {
      const batch = observations.length / observationSize;
      const feeds: Record<string, DenseTensor> = {};
      let from = 0;
      for (const { name, size } of sensors) {
        const data = rowsOfSensor(observations, observationSize, from, size);
        feeds[name] = { type: 'float32', shape: [batch, size], data };
        from += size;
      }
      for (const input of inputs) {
        const data = new Float32Array(batch * actionSize);
        if (!deterministic && noise) {
          for (let at = 0; at < data.length; at++) data[at] = noise[Math.floor(at / actionSize)]!.normal();
        }
        feeds[input] = { type: 'float32', shape: [batch, actionSize], data };
      }
      return (await session.run(feeds, [output.name]))[output.name]!.data as Float32Array;
    },
    close: () => session.release(),
  };
}
