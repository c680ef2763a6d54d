/** A Walker policy from an ONNX file of ML-Agents, ours or any other, as what decides for a few walkers by its mean actions. */
import { readFileSync } from 'node:fs';
import { UserError } from '../base/failure/user-error.ts';
import { Session } from '../compile/onnxruntime.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { decodeModel } from '../onnx/decode.ts';
import type { ValueInfo } from '../onnx/model.ts';

export interface FilmPolicy {
  /** @param observations [walkers, 243]. @returns mean actions in [-1, 1], [walkers, 39]. */
  act(observations: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

const INPUT = 'obs_0';
/** Not `continuous_actions`: those are sampled with noise that has no seed, and every film would be another one. */
const OUTPUT = 'deterministic_continuous_actions';

/** @throws UserError where there is no such file, or it is no Walker policy of ML-Agents. */
export async function openPolicy(path: string): Promise<FilmPolicy> {
  const bytes = read(path);
  const { inputs, outputs } = decodeModel(bytes, path).graph;
  const output = outputs.find(({ name }) => name === OUTPUT);
  const isWalker =
    inputs.length === 1 &&
    isRows(inputs[0], INPUT, behavior.observationSize) &&
    isRows(output, OUTPUT, behavior.actionSize);
  if (!isWalker) {
    throw new UserError({
      what: "this is no policy of ML-Agents' Walker",
      where: path,
      value: `${inputs.map(told)} -> ${outputs.map(told)}`,
      expected: `${INPUT} [batch, ${behavior.observationSize}] -> ${OUTPUT} [batch, ${behavior.actionSize}]`,
    });
  }
  // One thread: a few rows are no work for more, and the sums are the same on every machine.
  const session = await Session.open(bytes, { threads: 1 }).catch((error: unknown) => {
    throw new UserError({ what: 'onnxruntime does not read this file', where: path }, { cause: error });
  });
  return {
    async act(observations) {
      const shape = [observations.length / behavior.observationSize, behavior.observationSize];
      const feeds = { [INPUT]: { type: 'float32', shape, data: observations } } as const;
      return (await session.run(feeds, [OUTPUT]))[OUTPUT]!.data as Float32Array;
    },
    close: () => session.release(),
  };
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UserError(
      {
        what: isMissing ? 'there is no such file' : 'this file cannot be read',
        where: path,
        expected: 'the ONNX file of a policy',
      },
      { cause: error },
    );
  }
}

function isRows(value: ValueInfo | undefined, name: string, size: number): boolean {
  return value?.name === name && value.shape?.length === 2 && value.shape[1] === size;
}

function told({ name, shape }: ValueInfo): string {
  return `${name} [${shape?.join(', ') ?? ''}]`;
}
