/** The only file that knows onnxruntime-web: the WebAssembly build, in a browser and, for validation, under Node. */
import * as ort from 'onnxruntime-web';
import type { DenseTensor, ElementType } from './onnxruntime.ts';
import { unwantedOptimisers } from './unwanted-optimisers.ts';

ort.env.wasm.numThreads = 1;

/** For a page: the engine's own WebAssembly, fetched by whoever asks, so that it can be told how far it is. Before the first session. */
export function giveWasm(binary: ArrayBuffer): void {
  ort.env.wasm.wasmBinary = binary;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * One thing after the other, of all sessions of this thread: they share a stack of WebAssembly, on which a call keeps its names while it
 * waits for its inputs. Calls in between overwrite them.
 */
function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const done = last.then(work);
  last = done.catch(() => {});
  return done;
}

/** The same questions as onnxruntime-node's session answers, asked of the other engine. */
export class WebSession {
  readonly #session: ort.InferenceSession;
  readonly outputs: readonly string[];

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
    this.outputs = session.outputNames;
  }

  /** Loads a model from its bytes. */
  static async open(model: Uint8Array): Promise<WebSession> {
    const extra = { optimization: { disable_specified_optimizers: unwantedOptimisers } };
    const options = { executionProviders: ['wasm'], logSeverityLevel: 3, extra } as const;
    return new WebSession(await inTurn(() => ort.InferenceSession.create(model, options)));
  }

  /**
   * Runs the graph.
   *
   * @param feeds every input by name.
   * @param wanted the outputs to compute; default all.
   * @param into where outputs go, by their names; the others get memory of their own.
   */
  async run(
    feeds: Readonly<Record<string, DenseTensor>>,
    wanted: readonly string[] = this.outputs,
    into: Readonly<Record<string, DenseTensor>> = {},
  ): Promise<Record<string, DenseTensor>> {
    const given = Object.entries(feeds).map(([name, { type, data, shape }]) => [
      name,
      new ort.Tensor(type, data as Float32Array, shape),
    ]);
    const computed = await inTurn(() => this.#session.run(Object.fromEntries(given), [...wanted]));
    return Object.fromEntries(
      wanted.map((name) => {
        const { type, dims, data } = computed[name]!;
        const target = into[name];
        if (target) {
          (target.data as Float32Array).set(data as Float32Array);
          return [name, target];
        }
        return [name, { type: type as ElementType, shape: dims, data: data as Float32Array }];
      }),
    );
  }

  /** Frees the memory. No call may follow. */
  async release(): Promise<void> {
    await inTurn(() => this.#session.release());
  }
}
