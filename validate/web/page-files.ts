/** Files that the page is served beside its scripts, by the names that it fetches them by. */
export const FILES = { engine: 'onnxruntime.wasm', simulator: 'simulator.wasm' };
