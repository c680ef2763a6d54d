/**
 * A graph that the processor and a GPU both can compute, and who of them does.
 *
 * Which is faster nobody knows beforehand: it depends on the device, its driver, and how large the graph is. So it is measured, at
 * work: the GPU makes itself ready beside the training, then a few calls are computed by both, one after the other, and the faster
 * goes on alone. Until then the processor's numbers count, so where it wins, all is to the byte as without a GPU. A GPU's numbers
 * differ in their last digits. One that comes to something else, or fails whenever it may, leaves the graph to the processor.
 */
import type { OpenGraph } from './compiled-function.ts';
import type { DenseTensor } from './onnxruntime.ts';

type Tensors = Readonly<Record<string, DenseTensor>>;

export interface Raced {
  /** The faster, as measured; or the GPU, however fast. */
  readonly choice: 'faster' | 'gpu';
  /** Hears who computes a graph from now on, and why. */
  decided(outcome: RaceOutcome): void;
}

export interface RaceOutcome {
  /** Which: each has a number of its own. */
  readonly graph: number;
  /** Absent: the graph is no more. */
  readonly device?: 'cpu' | 'webgpu';
  /** Milliseconds of a call, where both were measured. */
  readonly milliseconds?: { readonly cpu: number; readonly gpu: number };
  /** What the GPU failed with, or how far it was off. */
  readonly trouble?: string;
}

/** Calls that both compute, after the GPU's first one. */
const MEASURED = 3;
/** Of the processor's time, what the GPU may take at most to be called faster. */
const FASTER = 0.8;
/** Parts of a result's norm that the GPU may be off by, and of each number, where all are small: Adam turns a gradient of about nothing into a step. */
const [OFF_BY_NORM, OFF_BY_NUMBER] = [1e-3, 1e-4];

/** Takes both; they are released with it. @param graph its number. */
export function race(cpu: OpenGraph, gpu: OpenGraph, { choice, decided }: Raced, graph: number): OpenGraph {
  let device: RaceOutcome['device'] | undefined;
  let warmUp: 'not begun' | 'under way' | 'over' = 'not begun';
  const took: { cpu: number; gpu: number }[] = [];
  /** Calls that are measured come one after the other. */
  let last: Promise<unknown> = Promise.resolve();

  let isGpuFree = false;
  const freeGpu = async () => {
    if (isGpuFree) return;
    isGpuFree = true;
    // One that failed may fail at this, too.
    await gpu.release().catch(() => {});
  };
  const decide = (outcome: Omit<RaceOutcome, 'graph'>) => {
    if (device === outcome.device) return;
    device = outcome.device;
    if (device === 'cpu') void freeGpu();
    decided({ graph, ...outcome });
  };
  const leaveToCpu = (error: unknown) =>
    decide({ device: 'cpu', trouble: error instanceof Error ? error.message : String(error) });

  /** The training goes on meanwhile, so what it is given is copied. */
  const begin = (feeds: Tensors) => {
    warmUp = 'under way';
    gpu.run(copied(feeds)).then(() => {
      warmUp = 'over';
    }, leaveToCpu);
  };
  const measure = async (feeds: Tensors, into?: Tensors) => {
    const began = performance.now();
    const computed = await cpu.run(feeds, into);
    const between = performance.now();
    try {
      const again = await gpu.run(feeds);
      took.push({ cpu: between - began, gpu: performance.now() - between });
      requireAlike(computed, again);
    } catch (error) {
      leaveToCpu(error);
    }
    if (took.length === MEASURED && !device) {
      const milliseconds = { cpu: median(took.map((each) => each.cpu)), gpu: median(took.map((each) => each.gpu)) };
      decide({ device: milliseconds.gpu < FASTER * milliseconds.cpu ? 'webgpu' : 'cpu', milliseconds });
    }
    return computed;
  };
  const onGpu = async (feeds: Tensors, into: Tensors = {}) => {
    try {
      return placed(await gpu.run(feeds), into);
    } catch (error) {
      leaveToCpu(error);
      return cpu.run(feeds, into);
    }
  };
  return {
    use: { device: 'cpu' },
    async run(feeds, into) {
      if (!device && choice === 'gpu') decide({ device: 'webgpu' });
      if (device) return device === 'cpu' ? cpu.run(feeds, into) : onGpu(feeds, into);
      if (warmUp === 'not begun') begin(feeds);
      if (warmUp !== 'over') return cpu.run(feeds, into);
      const measured = last.then(() => (device ? this.run(feeds, into) : measure(feeds, into)));
      last = measured.catch(() => {});
      return measured;
    },
    async release() {
      decided({ graph });
      await Promise.all([cpu.release(), freeGpu()]);
    },
  };
}

/** @throws Error where they differ by more than rounding. */
function requireAlike(one: Tensors, other: Tensors): void {
  for (const name in one) {
    const [numbers, others] = [one[name]!.data, other[name]!.data];
    let [squares, apart] = [0, 0];
    for (let index = 0; index < numbers.length; index++) {
      const number = Number(numbers[index]);
      squares += number ** 2;
      apart += (Number(others[index]) - number) ** 2;
    }
    const most = OFF_BY_NORM * Math.sqrt(squares) + OFF_BY_NUMBER * Math.sqrt(numbers.length);
    if (!(Math.sqrt(apart) <= most) && Number.isFinite(squares))
      throw new Error(
        `its ${name} is off by ${Math.sqrt(apart).toPrecision(2)} (in all), at most ${most.toPrecision(2)} is rounding`,
      );
  }
}

function placed(results: Tensors, into: Tensors): Record<string, DenseTensor> {
  return Object.fromEntries(
    Object.entries(results).map(([name, result]) => {
      const target = into[name];
      if (!target) return [name, result];
      (target.data as Float32Array).set(result.data as Float32Array);
      return [name, target];
    }),
  );
}

function copied(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  );
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1]!;
