/** Something that runs a policy file; validation asks each the same questions. */
import { runtime } from '../compile/native-or-web.ts';
import { type DenseTensor, Session } from '../compile/onnxruntime.ts';
import { WebSession } from '../compile/onnxruntime-web.ts';
import { inputsOf, type PolicyShape } from '../lint/contract.ts';

export interface Runtime {
  readonly name: string;
  /**
   * Runs the file on [rows, observationSize] observations.
   *
   * @returns the wanted outputs, by name.
   */
  run(observations: Float32Array, rows: number, wanted: readonly string[]): Promise<Record<string, Float32Array>>;
  close(): Promise<void>;
}

/** What a file is asked in: the native library, where that is installed, and its WebAssembly. */
export function installedEngines() {
  return runtime.name === 'onnxruntime-node' ? [onnxruntimeNode, onnxruntimeWeb] : [onnxruntimeWeb];
}

/** The native library. */
export async function onnxruntimeNode(model: Uint8Array, shape: PolicyShape): Promise<Runtime> {
  return runtimeOf('onnxruntime-node', await Session.open(model, { threads: 1 }), shape);
}

/** The WebAssembly build that a browser runs. */
export async function onnxruntimeWeb(model: Uint8Array, shape: PolicyShape): Promise<Runtime> {
  return runtimeOf('onnxruntime-web', await WebSession.open(model), shape);
}

function runtimeOf(name: string, session: Pick<Session, 'run' | 'release'>, policy: PolicyShape): Runtime {
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
