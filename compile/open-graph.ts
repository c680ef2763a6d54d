import type { OpenGraph } from './compiled-function.ts';
import { Session, type SessionOptions } from './onnxruntime.ts';

/** Makes a graph ready in onnxruntime-node. */
export async function openGraph(model: Uint8Array, { threads, device }: SessionOptions): Promise<OpenGraph> {
  const session = await Session.open(model, {
    ...(threads === undefined ? {} : { threads }),
    ...(device === undefined ? {} : { device }),
  });
  return {
    use: session.use,
    run: (feeds, into) => session.run(feeds, session.outputs, into),
    release: () => session.release(),
  };
}
