/** The only file that knows onnxruntime-web: the WebAssembly build, which a browser would run, here under Node. */
import * as ort from 'onnxruntime-web';
import { INPUT } from '../export/contract.ts';
import type { Engine } from './engine.ts';

export async function onnxruntimeWeb(model: Uint8Array): Promise<Engine> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'], logSeverityLevel: 3 });
  return {
    name: 'onnxruntime-web',
    async run(observations, rows, wanted) {
      const input = new ort.Tensor('float32', observations, [rows, observations.length / rows]);
      const outputs = await session.run({ [INPUT]: input }, [...wanted]);
      return Object.fromEntries(wanted.map((name) => [name, outputs[name]!.data as Float32Array]));
    },
    close: () => session.release(),
  };
}
