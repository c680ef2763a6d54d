/** The engines that validation asks in Node. */
import { runtime } from '../compile/native-or-web.ts';
import { Session } from '../compile/onnxruntime.ts';
import { WebSession } from '../compile/onnxruntime-web.ts';
import type { PolicyShape } from '../lint/contract.ts';
import { type Runtime, runtimeOf } from './policy-runtime.ts';

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
