/** Something that runs a policy file; validation asks each the same questions. */
import { Session } from '../compile/onnxruntime.ts';
import { WebSession } from '../compile/onnxruntime-web.ts';
import { INPUT } from '../export/contract.ts';

export interface Engine {
  readonly name: string;
  /**
   * Runs the file on [rows, observationSize] observations.
   *
   * @returns the wanted outputs, by name.
   */
  run(observations: Float32Array, rows: number, wanted: readonly string[]): Promise<Record<string, Float32Array>>;
  close(): Promise<void>;
}

/** The native library. */
export async function onnxruntimeNode(model: Uint8Array): Promise<Engine> {
  return engineOf('onnxruntime-node', await Session.open(model));
}

/** The WebAssembly build that a browser runs. */
export async function onnxruntimeWeb(model: Uint8Array): Promise<Engine> {
  return engineOf('onnxruntime-web', await WebSession.open(model));
}

function engineOf(name: string, session: Pick<Session, 'run' | 'release'>): Engine {
  return {
    name,
    async run(observations, rows, wanted) {
      const shape = [rows, observations.length / rows];
      const outputs = await session.run({ [INPUT]: { type: 'float32', shape, data: observations } }, wanted);
      return Object.fromEntries(wanted.map((output) => [output, outputs[output]!.data as Float32Array]));
    },
    close: () => session.release(),
  };
}
