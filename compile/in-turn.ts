let last: Promise<unknown> = Promise.resolve();

/**
 * One thing after the other of all that onnxruntime-web does in this thread: its sessions share a stack of WebAssembly, on which a call
 * keeps the names of its outputs while it waits for its inputs to be copied. A call that begins meanwhile overwrites them.
 */
export function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const done = last.then(work);
  last = done.catch(() => {});
  return done;
}
