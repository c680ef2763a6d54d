import { WebSession } from '../compile/onnxruntime-web.ts';
import { INPUT } from '../export/contract.ts';
import type { Engine } from './engine.ts';

/** onnxruntime-web: the WebAssembly build that a browser runs. */
export async function onnxruntimeWeb(model: Uint8Array): Promise<Engine> {
  const session = await WebSession.open(model);
  return {
    name: 'onnxruntime-web',
    async run(observations, rows, wanted) {
      const feeds = {
        [INPUT]: { type: 'float32', shape: [rows, observations.length / rows], data: observations },
      } as const;
      const outputs = await session.run(feeds, wanted);
      return Object.fromEntries(wanted.map((name) => [name, outputs[name]!.data as Float32Array]));
    },
    close: () => session.release(),
  };
}
