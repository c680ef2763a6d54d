/** An ONNX model in, a session with named typed arrays out: on onnxruntime-node, or where that is not installed on its WebAssembly. */
import type * as ort from 'onnxruntime-node';
import type { Model } from '../onnx/model.ts';
import { checkDevice, type Device, type DeviceUse } from './devices.ts';
import { runtime } from './native-or-web.ts';
import { tryDevice } from './try-device.ts';
import { unwantedOptimisers } from './unwanted-optimisers.ts';

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
  /** What computes; default 'cpu', which also steps in where another one cannot be used (`Session.use` tells). */
  readonly device?: Device;
}

/** WebAssembly has a memory of its own: what is to go elsewhere is copied there. */
const writesInto = runtime.name === 'onnxruntime-node';

export class Session {
  readonly #session: ort.InferenceSession;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What it really runs on. */
  readonly use: DeviceUse;

  private constructor(session: ort.InferenceSession, use: DeviceUse) {
    this.#session = session;
    this.use = use;
    this.inputs = session.inputNames;
    this.outputs = session.outputNames;
  }

  /**
   * Loads a model from its bytes. A device that cannot be used is no error: the CPU takes its place.
   *
   * @throws UserError for a device of another name than there are.
   */
  static async open(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
    const { device = 'cpu', threads } = options;
    checkDevice(device);
    const onCpu = async (use: DeviceUse) => new Session(await create(model, 'cpu', threads), use);
    if (device === 'cpu') return onCpu({ device });
    const found = await find(model, device);
    if (found.why !== undefined) return onCpu({ device: 'cpu', missing: { device, why: found.why } });
    try {
      return new Session(await create(model, device, threads), { device, ...found });
    } catch (error) {
      return onCpu({ device: 'cpu', missing: { device, why: reasonOf(error) } });
    }
  }

  /**
   * Runs the graph.
   *
   * @param feeds every input by name; read in place, not copied.
   * @param wanted the outputs to compute; default all.
   * @param into where outputs go, by their names; the others get memory of their own.
   */
  async run(
    feeds: Readonly<Record<string, DenseTensor>>,
    wanted: readonly string[] = this.outputs,
    into: Readonly<Record<string, DenseTensor>> = {},
  ): Promise<Record<string, DenseTensor>> {
    const given: Record<string, ort.Tensor> = {};
    for (const name in feeds) given[name] = tensorOn(feeds[name]!);
    const asked: Record<string, ort.Tensor | null> = {};
    for (const name of wanted) asked[name] = into[name] && writesInto ? tensorOn(into[name]) : null;
    const computed = await runtime.when(() => this.#session.run(given, asked));
    const result: Record<string, DenseTensor> = {};
    for (const name of wanted) {
      const tensor = computed[name]!;
      if (into[name]) {
        if (!writesInto) (into[name].data as Float32Array).set(tensor.data as Float32Array);
        result[name] = into[name];
        continue;
      }
      result[name] = { type: tensor.type as ElementType, shape: tensor.dims, data: tensor.data as Float32Array };
    }
    return result;
  }

  /** Frees the native memory. No call may follow. */
  async release(): Promise<void> {
    await runtime.when(() => this.#session.release());
  }
}

/** Opens a model on the CPU with one thread of onnxruntime, by which a number doesn't depend on how many cores there are. */
export function openForThread(model: Uint8Array): Promise<Session> {
  return Session.open(model, { threads: 1 });
}

function tensorOn({ type, data, shape }: DenseTensor): ort.Tensor {
  return new runtime.Tensor(type, data as Float32Array, shape as number[]);
}

/**
 * A session on one device. The device stands alone in the list: with the CPU behind it, onnxruntime-node says of a name
 * it has no library for that it is leaving it out, and computes on the CPU.
 */
function create(
  model: Uint8Array,
  device: Device,
  threads?: number,
  more: ort.InferenceSession.SessionOptions = {},
): Promise<ort.InferenceSession> {
  const options: ort.InferenceSession.SessionOptions = {
    executionProviders: [device],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    executionMode: 'sequential',
    extra: { optimization: { disable_specified_optimizers: unwantedOptimisers } },
    ...(threads === undefined ? {} : { intraOpNumThreads: threads, interOpNumThreads: 1 }),
    ...more,
  };
  return runtime.when(() => runtime.InferenceSession.create(model, options));
}

/** Tries the device on the model: how much of it the device takes, or why it cannot be used. */
async function find(
  model: Uint8Array,
  device: Device,
): Promise<Pick<DeviceUse, 'operations'> & { readonly why?: string }> {
  // It lists what this platform's package was built for, whether or not the machine has one.
  if (!runtime.listSupportedBackends().some(({ name }) => name === device)) {
    return { why: `${runtime.name} has no ${device} on ${process.platform}-${process.arch}` };
  }
  const { error, log } = await tryDevice(model, device);
  if (error !== undefined) return { why: reasonOf(error) };
  const placed = placements(log);
  const all = placed.reduce((sum, { count }) => sum + count, 0);
  const onCpu = placed.find(({ provider }) => provider === 'CPU')?.count ?? 0;
  // A session may well be made and then leave everything to the CPU.
  if (all > 0 && onCpu === all) return { why: `onnxruntime leaves all ${all} operations to the CPU` };
  return all > 0 ? { operations: { onDevice: all - onCpu, all } } : {};
}

/** A graph of one product, run to see whether the device computes at all. */
const smallModel: Model = {
  irVersion: 8,
  opset: 17,
  producerName: 'gaitsmith',
  metadata: {},
  graph: {
    name: 'trial',
    inputs: [{ name: 'x', type: 'float32', shape: [2, 2] }],
    outputs: [{ name: 'y', type: 'float32', shape: [2, 2] }],
    nodes: [{ op: 'MatMul', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
    initializers: new Map(),
  },
};

/**
 * Opens a model on a device so that onnxruntime writes to stderr which operations go where, and runs something small.
 * For a process of its own (device-trial.ts).
 *
 * @throws whatever onnxruntime throws where the device cannot be used.
 */
export async function openAndTell(model: Uint8Array, device: Device): Promise<void> {
  const session = await create(model, device, undefined, { logSeverityLevel: 0, logVerbosityLevel: 1 });
  await session.release();
  const { encodeModel } = await import('../onnx/encode.ts'); // which no other session needs
  const small = await create(encodeModel(smallModel), device);
  const { y } = await small.run({ x: new runtime.Tensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2]) });
  if (String(y!.data) !== '7,10,15,22') throw new Error(`it computes wrong numbers: ${y!.data} for 7,10,15,22`);
  await small.release();
}

/** Operations by provider, from lines as "All nodes placed on [CPUExecutionProvider]. Number of nodes: 390". */
function placements(log: string): { provider: string; count: number }[] {
  const lines = log.matchAll(/placed on \[(\w+?)ExecutionProvider\]\. Number of nodes: (\d+)/g);
  return Array.from(lines, ([, provider, count]) => ({ provider: provider!, count: Number(count) }));
}

/** The end of onnxruntime's message, which is what it is about; before it stand its own source file and condition. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message
    .replace(/^.* was (false|true)\. /s, '')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}
