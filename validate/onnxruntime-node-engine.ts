import { Session } from '../compile/onnxruntime.ts';
import { INPUT } from '../export/contract.ts';
import type { Engine } from './engine.ts';

/** onnxruntime-node: the native library. */
export async function onnxruntimeNode(model: Uint8Array): Promise<Engine> {
  const session = await Session.open(model);
  return {
    name: 'onnxruntime-node',
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
