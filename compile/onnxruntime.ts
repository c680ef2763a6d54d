/**
 * The only file that knows onnxruntime-node: an ONNX model in, a session with named typed arrays out.
 */
import * as ort from 'onnxruntime-node';

export type ElementType = 'float32' | 'int32' | 'int64' | 'bool';

/** A dense tensor in row-major order. */
export interface DenseTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

export interface SessionOptions {
  /** Threads for one operator; default: onnxruntime's own choice, the physical cores. */
  readonly threads?: number;
}

export class Session {
  readonly #session: ort.InferenceSession;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
    this.inputs = session.inputNames;
    this.outputs = session.outputNames;
  }

  /** Loads a model from its bytes. */
  static async open(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
    const session = await ort.InferenceSession.create(model, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      executionMode: 'sequential',
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads, interOpNumThreads: 1 }),
    });
    return new Session(session);
  }

  /**
   * Runs the graph.
   *
   * @param feeds every input by name; read in place, not copied.
   * @param wanted the outputs to compute; default all.
   */
  async run(
    feeds: Readonly<Record<string, DenseTensor>>,
    wanted: readonly string[] = this.outputs,
  ): Promise<Record<string, DenseTensor>> {
    const given: Record<string, ort.Tensor> = {};
    for (const name in feeds) {
      const { type, data, shape } = feeds[name]!;
      given[name] = new ort.Tensor(type, data as Float32Array, shape as number[]);
    }
    const computed = await this.#session.run(given, wanted);
    const result: Record<string, DenseTensor> = {};
    for (const name of wanted) {
      const tensor = computed[name]!;
      result[name] = { type: tensor.type as ElementType, shape: tensor.dims, data: tensor.data as Float32Array };
    }
    return result;
  }

  /** Frees the native memory. No call may follow. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** onnxruntime's version, for provenance. */
export function onnxruntimeVersion(): string {
  return ort.env.versions.node ?? ort.env.versions.common;
}
