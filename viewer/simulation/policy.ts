/** A policy of ML-Agents opened in onnxruntime-web, with its noise as an input: what decides in a simulation. */
import { commandText, quoted } from '../../base/command-text.ts';
import { UserError } from '../../base/failure/user-error.ts';
import type { DenseTensor } from '../../compile/onnxruntime.ts';
import { WebSession } from '../../compile/onnxruntime-web.ts';
import type { BehaviorSpec } from '../../envs/env.ts';
import { behavior as walker } from '../../envs/walker/behavior.ts';
import {
  checkWalkerPolicy,
  type Normalizer,
  normalizerOf,
  outputNamed,
  outputNames,
  rowsOfSensor,
  sensorsOf,
  withNoiseAsInput,
} from '../../evaluate/policy-graph.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { hashOfBytes } from './running-hash.ts';
import type { Actor } from './simulation.ts';

export interface OpenedPolicy extends Actor {
  readonly name: string;
  /** Of the file's bytes. */
  readonly hash: string;
  /** Numbers in its weights. */
  readonly weights: number;
  /** What is done to its observations first; absent where the file does nothing to them. */
  readonly normalizer: Normalizer | undefined;
  close(): Promise<void>;
}

/**
 * Opens a policy's file.
 *
 * @param behavior whose policy it is to be; default the Walker's.
 * @throws UserError where it is no ONNX file, of another behaviour, or has an operator that onnxruntime-web does not know.
 */
export async function openPolicy(
  bytes: Uint8Array,
  name: string,
  behavior: BehaviorSpec = walker,
): Promise<OpenedPolicy> {
  const { observationSize, actionSize } = behavior;
  const sensors = sensorsOf(behavior);
  const model = decodeModel(bytes, name);
  const sampled = checkWalkerPolicy(model, name, undefined, behavior).name;
  const mean = outputNamed(outputNames.mean, model.graph)?.name;
  const { model: open, inputs } = withNoiseAsInput(model);
  const session = await WebSession.open(encodeModel(open)).catch((error: unknown) => {
    throw unfit(error, name);
  });
  const weights = [...model.graph.initializers.values()].reduce((sum, { data }) => sum + data.length, 0);
  return {
    name,
    weights,
    normalizer: normalizerOf(model, behavior),
    hash: hashOfBytes(bytes),
    async act(observations, noise) {
      const batch = observations.length / observationSize;
      const feeds: Record<string, DenseTensor> = {};
      let from = 0;
      for (const { name, size } of sensors) {
        const data = rowsOfSensor(observations, observationSize, from, size);
        feeds[name] = { type: 'float32', shape: [batch, size], data };
        from += size;
      }
      for (const input of inputs)
        feeds[input] = {
          type: 'float32',
          shape: [batch, actionSize],
          data: noise ?? new Float32Array(batch * actionSize),
        };
      const output = noise || mean === undefined ? sampled : mean;
      return (await session.run(feeds, [output]))[output]!.data as Float32Array;
    },
    close: () => session.release(),
  };
}

/** What onnxruntime says of a file that it does not take, in words of ours where it is about an operator. */
function unfit(error: unknown, name: string): UserError {
  const said = error instanceof Error ? error.message : String(error);
  const operator =
    /(\w+)\(\d+\) is not a registered function\/op|implementation for (\w+)\(|No Op registered for (\w+)/.exec(said);
  const found = operator?.slice(1).find(Boolean);
  return new UserError(
    {
      what: found ? `onnxruntime-web has no operator ${found}` : 'onnxruntime-web does not take this file',
      where: name,
      ...(found ? {} : { value: said }),
      mend: `${commandText('lint', quoted(name))} tells what is wrong with it`,
    },
    { cause: error },
  );
}
