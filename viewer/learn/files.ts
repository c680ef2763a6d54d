/** The files that a training in a page needs besides its scripts, as Vite finds them. */
import onnxruntime from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import settings from './learn-to-walk.yaml?raw';
import type { EngineFiles } from './messages.ts';

const here = (address: string) => new URL(address, location.href).href;

export const engineFiles: EngineFiles = {
  simulator: new URL('../../physics/simulator.wasm', import.meta.url).href,
  onnxruntime: here(onnxruntime),
};

/** Settings that a walker learns by here, in ML-Agents' schema. */
export const learnToWalk: string = settings;
