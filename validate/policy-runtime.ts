/** Something that runs a policy file; validation asks each the same questions. Runs in a browser too. */
import type { DenseTensor } from '../compile/onnxruntime.ts';
import { inputsOf, type PolicyShape } from '../lint/contract.ts';

export interface Runtime {
  readonly name: string;
  /** Largest absolute difference of an action that passes here; default: that of the validation. */
  readonly tolerance?: number;
  /**
   * Runs the file on [rows, observationSize] observations.
   *
   * @returns the wanted outputs, by name.
   */
  run(observations: Float32Array, rows: number, wanted: readonly string[]): Promise<Record<string, Float32Array>>;
  close(): Promise<void>;
}

/** As much of a session as is needed. */
interface RunningSession {
  run(
    feeds: Readonly<Record<string, DenseTensor>>,
    wanted: readonly string[],
  ): Promise<Record<string, { readonly data: DenseTensor['data'] }>>;
  release(): Promise<void>;
}

export function runtimeOf(name: string, session: RunningSession, policy: PolicyShape): Runtime {
  return {
    name,
    async run(observations, rows, wanted) {
      const outputs = await session.run(feedsOf(observations, rows, policy), wanted);
      return Object.fromEntries(wanted.map((output) => [output, outputs[output]!.data as Float32Array]));
    },
    close: () => session.release(),
  };
}

/** The observations as the inputs of the file: the columns of each sensor. */
function feedsOf(observations: Float32Array, rows: number, policy: PolicyShape): Record<string, DenseTensor> {
  let first = 0;
  const feeds = inputsOf(policy).map(({ name, size }): [string, DenseTensor] => {
    const data = columns(observations, rows, first, size);
    first += size;
    return [name, { type: 'float32', shape: [rows, size], data }];
  });
  return Object.fromEntries(feeds);
}

function columns(observations: Float32Array, rows: number, first: number, size: number): Float32Array {
  const width = observations.length / rows;
  if (size === width) return observations;
  const part = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    part.set(observations.subarray(row * width + first, row * width + first + size), row * size);
  }
  return part;
}
