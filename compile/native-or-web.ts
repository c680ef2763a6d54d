/**
 * Which onnxruntime computes: the native one where it is installed, else the same in WebAssembly, which comes with Gaitsmith, takes
 * one core and is slower.
 */
import type * as Ort from 'onnxruntime-node';
import { inTurn } from './in-turn.ts';

/** As much as both have. */
type Runtime = Pick<typeof Ort, 'InferenceSession' | 'Tensor'>;

/** Its install script is left out: it would fetch CUDA from outside the registry, and fail where that can't be reached. */
const howToInstallNative = 'To have the native one: npm install -D --ignore-scripts onnxruntime-node';

/** Names the one to take: "web" where the native one is not to be asked for. */
const CHOICE = 'GAITSMITH_ONNXRUNTIME';

export interface ChosenRuntime extends Runtime {
  readonly name: 'onnxruntime-node' | 'onnxruntime-web';
  /** Devices that the native one was built for on this platform. */
  listSupportedBackends(): readonly { readonly name: string }[];
  /** Has work of a session done, as soon as it may be. */
  when<Result>(work: () => Promise<Result>): Promise<Result>;
}

export const runtime: ChosenRuntime = (await nativeRuntime()) ?? (await webRuntime());

/** For who has long work before them: what computes, and what would be faster; undefined where that is there. */
export const withoutNative =
  runtime.name === 'onnxruntime-node'
    ? undefined
    : `onnxruntime-node is not installed: its WebAssembly computes, and takes 2.4 times as long to train. ${howToInstallNative}`;

async function nativeRuntime(): Promise<ChosenRuntime | undefined> {
  if (process.env[CHOICE] === 'web') return undefined;
  try {
    const { InferenceSession, Tensor, listSupportedBackends } = await import('onnxruntime-node');
    return { name: 'onnxruntime-node', InferenceSession, Tensor, listSupportedBackends, when: (work) => work() };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function webRuntime(): Promise<ChosenRuntime> {
  const { InferenceSession, Tensor, env } = await import('onnxruntime-web');
  env.wasm.numThreads = 1;
  const listSupportedBackends = () => [{ name: 'cpu' }];
  return { name: 'onnxruntime-web', InferenceSession, Tensor, listSupportedBackends, when: inTurn };
}

/** Not there at all. One that is there and does not start is another matter, which is told. */
function isMissing(error: unknown): boolean {
  const { code, message = '' } = error as NodeJS.ErrnoException;
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && message.includes("'onnxruntime-node'");
}
