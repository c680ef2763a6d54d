/**
 * The only file that knows onnxruntime-web: the WebAssembly build, in a browser and, for validation, under Node; and its other build,
 * which computes on a GPU by WebGPU and is no part of a bundle, for it is fetched only where there is a GPU.
 */
import * as ort from 'onnxruntime-web';
import { inTurn } from './in-turn.ts';
import type { DenseTensor, ElementType } from './onnxruntime.ts';
import { unwantedOptimisers } from './unwanted-optimisers.ts';

ort.env.wasm.numThreads = 1;

/** For a page: the engine's own WebAssembly, fetched by whoever asks, so that it can be told how far it is. Before the first session. */
export function giveWasm(binary: ArrayBuffer): void {
  ort.env.wasm.wasmBinary = binary;
}

/** A build of it, and what of it computes. */
interface Build {
  readonly runtime: Pick<typeof ort, 'InferenceSession' | 'Tensor'>;
  readonly provider: 'wasm' | 'webgpu';
}

const onCpu: Build = { runtime: ort, provider: 'wasm' };

/** Addresses of the build for GPUs: its script (`ort.jspi.bundle.min.mjs`), and its WebAssembly. */
export interface GpuBuildFiles {
  readonly script: string;
  readonly wasm: string;
}

/** Whether this browser can wait for a GPU within WebAssembly, which that build does (JavaScript Promise Integration). */
export const waitsInWasm = typeof WebAssembly === 'object' && 'Suspending' in WebAssembly;

/** Fetches the build for GPUs, of which sessions are opened as by `WebSession.open`. @throws Error where it can't be fetched. */
export async function loadGpuBuild({
  script,
  wasm,
}: GpuBuildFiles): Promise<(model: Uint8Array) => Promise<WebSession>> {
  const answer = await fetch(wasm);
  if (!answer.ok) throw new Error(`${wasm}: ${answer.status}`);
  const wasmBinary = await answer.arrayBuffer();
  const runtime = (await import(/* @vite-ignore */ script)) as typeof ort;
  Object.assign(runtime.env.wasm, { numThreads: 1, wasmBinary });
  return (model) => WebSession.open(model, { runtime, provider: 'webgpu' });
}

/** The same questions as onnxruntime-node's session answers, asked of the other engine. */
export class WebSession {
  readonly #session: ort.InferenceSession;
  readonly #runtime: Build['runtime'];
  readonly outputs: readonly string[];

  private constructor(session: ort.InferenceSession, runtime: Build['runtime']) {
    this.#session = session;
    this.#runtime = runtime;
    this.outputs = session.outputNames;
  }

  /** Loads a model from its bytes. @param build what is to compute it; default: the processor. */
  static async open(model: Uint8Array, { runtime, provider }: Build = onCpu): Promise<WebSession> {
    const extra = { optimization: { disable_specified_optimizers: unwantedOptimisers } };
    const options = { executionProviders: [provider], logSeverityLevel: 3, extra } as const;
    return new WebSession(await inTurn(() => runtime.InferenceSession.create(model, options)), runtime);
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
      new this.#runtime.Tensor(type, data as Float32Array, shape),
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
