/** Who computes a graph that a processor and a GPU both could: played by functions that take as long as they are told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { OpenGraph } from '../../compile/compiled-function.ts';
import type { DenseTensor } from '../../compile/onnxruntime.ts';
import { type Raced, type RaceOutcome, race } from '../../compile/raced-graph.ts';

type Tensors = Readonly<Record<string, DenseTensor>>;
const tensor = (...numbers: number[]): DenseTensor => ({
  type: 'float32',
  shape: [numbers.length],
  data: Float32Array.from(numbers),
});

/** Doubles what it is given, and adds something by which it is known. */
function played({ takes = 0, adds = 0, failsAt = Number.POSITIVE_INFINITY }) {
  const graph = { calls: 0, released: 0 };
  const open: OpenGraph = {
    use: { device: 'cpu' },
    async run(feeds: Tensors, into: Tensors = {}) {
      const y = Float32Array.from(feeds['x']!.data as Float32Array, (value) => 2 * value + adds);
      if (++graph.calls >= failsAt) throw new Error('device lost');
      await sleep(takes);
      if (into['y']) (into['y'].data as Float32Array).set(y);
      return { y: into['y'] ?? { type: 'float32', shape: [y.length], data: y } };
    },
    async release() {
      graph.released++;
    },
  };
  return { graph, open };
}

/** Calls it so often, with a pause in which a GPU makes itself ready. */
async function raced(
  choice: Raced['choice'],
  cpu: ReturnType<typeof played>,
  gpu: ReturnType<typeof played>,
  calls = 8,
) {
  const outcomes: RaceOutcome[] = [];
  const graph = race(cpu.open, gpu.open, { choice, decided: (outcome) => outcomes.push(outcome) }, 7);
  const results: number[] = [];
  for (let call = 0; call < calls; call++) {
    results.push(Number((await graph.run({ x: tensor(call) }))['y']!.data[0]) - 2 * call);
    await sleep(3);
  }
  return { graph, outcomes, results };
}
/** Seen in what it adds, which rounding could do, too. */
const ROUNDED = 2 ** -14;

describe('a graph of a processor and a GPU', () => {
  it("goes to a GPU that is faster, and until that is measured the processor's numbers count", async () => {
    const [cpu, gpu] = [played({ takes: 30 }), played({ takes: 1, adds: ROUNDED })];
    const { outcomes, results } = await raced('faster', cpu, gpu);
    expect(results.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(results.slice(4)).toEqual([ROUNDED, ROUNDED, ROUNDED, ROUNDED]);
    expect(cpu.graph.calls).toBe(4);
    expect(outcomes).toMatchObject([{ graph: 7, device: 'webgpu' }]);
    expect(outcomes[0]!.milliseconds!.cpu).toBeGreaterThan(outcomes[0]!.milliseconds!.gpu);
  });

  it('stays with a processor that is faster, to the bit, and frees the GPU', async () => {
    const [cpu, gpu] = [played({ takes: 1 }), played({ takes: 30, adds: ROUNDED })];
    const { outcomes, results } = await raced('faster', cpu, gpu, 40);
    expect(results.every((added) => added === 0)).toBe(true);
    expect(outcomes).toMatchObject([{ device: 'cpu', milliseconds: {} }]);
    expect(gpu.graph).toEqual({ calls: 4, released: 1 });
  });

  it.each([
    ['fails', { failsAt: 1 }, /device lost/],
    ['fails while it is measured', { failsAt: 3 }, /device lost/],
    ['comes to something else', { adds: 0.01 }, /its y is off by 0\.01/],
    ['comes to no number', { adds: Number.NaN }, /its y is off by NaN/],
  ])('leaves it to the processor where the GPU %s, and tells why', async (_, how, why) => {
    const [cpu, gpu] = [played({ takes: 5 }), played(how)];
    const { outcomes, results } = await raced('faster', cpu, gpu);
    expect(results).toEqual(new Array(8).fill(0));
    expect(outcomes).toMatchObject([{ device: 'cpu', trouble: expect.stringMatching(why) }]);
    expect(gpu.graph.released).toBe(1);
  });

  it('goes on with the processor, in the same call, where a GPU fails that computes alone', async () => {
    const [cpu, gpu] = [played({}), played({ adds: ROUNDED, failsAt: 3 })];
    const { outcomes, results, graph } = await raced('gpu', cpu, gpu, 4);
    expect(results).toEqual([ROUNDED, ROUNDED, 0, 0]);
    expect(outcomes).toEqual([
      { graph: 7, device: 'webgpu' },
      { graph: 7, device: 'cpu', trouble: 'device lost' },
    ]);
    await graph.release();
    expect(outcomes.at(-1)).toEqual({ graph: 7 });
    expect([cpu.graph.released, gpu.graph.released]).toEqual([1, 1]);
  });

  it('writes where it is told to, whoever computes', async () => {
    for (const choice of ['faster', 'gpu'] as const) {
      const graph = race(played({}).open, played({}).open, { choice, decided() {} }, 0);
      const y = tensor(0, 0);
      for (let call = 1; call < 6; call++) {
        expect((await graph.run({ x: tensor(call, -call) }, { y }))['y']).toBe(y);
        expect([...y.data]).toEqual([2 * call, -2 * call]);
        await sleep(1);
      }
    }
  });
});
