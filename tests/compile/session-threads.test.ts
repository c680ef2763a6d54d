/** Graphs in several threads: the same numbers as in one, whichever thread has the call, and an end of the threads. */
import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import type { ThreadListener } from '../../base/threads/thread.ts';
import { type Engine, openEngine, type RunnableFunction, tf } from '../../compile/index.ts';
import { SessionThreads, type ThreadReply } from '../../compile/session-threads.ts';

const random = new RandomStream(1);
const draw = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const signature = { x: { shape: ['batch', 64] }, w: { shape: [64, 32] } } as const;
const product = ({ x, w }: Record<'x' | 'w', tf.Tensor>) => ({ nested: { y: tf.matMul(x, w).tanh() } });

const open: RunnableFunction<never, never>[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.release();
});

async function prepared(engine: Engine) {
  const fn = await engine.prepare(product, signature, { sideBySide: true });
  open.push(fn as never);
  return fn;
}

describe('calls that are made at once', () => {
  it('come to what each comes to by itself, in the order of the calls, with more calls than threads', async () => {
    const w = draw(64 * 32);
    const xs = Array.from({ length: 9 }, (_, call) => draw((call + 1) * 64));
    const here = await prepared(await openEngine());
    const alone = [];
    for (const x of xs) alone.push((await here.run({ x, w })).nested.y);
    const beside = await prepared(await openEngine({ threads: 3 }));
    const together = await Promise.all(xs.map((x) => beside.run({ x, w })));
    expect(together.map(({ nested }) => nested.y)).toEqual(alone);
  });

  it('leave what they are given as it was, a part of a longer array too', async () => {
    const fn = await prepared(await openEngine({ threads: 2 }));
    const [x, w] = [draw(4 * 64), draw(64 * 32)];
    const [xBefore, wBefore] = [x.slice(), w.slice()];
    const [part, same] = await Promise.all([
      fn.run({ x: x.subarray(64, 128), w }),
      fn.run({ x: x.slice(64, 128), w }),
      fn.run({ x, w }),
    ]);
    expect([x, w]).toEqual([xBefore, wBefore]);
    expect(part).toEqual(same);
  });

  it('write to the arrays they are given for it, each to its own, however often, here as in threads', async () => {
    const w = draw(64 * 32);
    const fixed = { ...signature, x: { shape: [2, 64] } };
    const fns = [];
    for (const engine of [await openEngine(), await openEngine({ threads: 2 }), await openEngine({ backend: 'cpu' })]) {
      fns.push(await engine.prepare(product, fixed, { sideBySide: true }));
    }
    open.push(...(fns as never[]));
    for (let round = 0; round < 3; round++) {
      const xs = Array.from({ length: 5 }, () => draw(2 * 64));
      const expected = [];
      for (const x of xs) expected.push((await fns[0]!.run({ x, w })).nested.y.data as Float32Array);
      for (const fn of fns) {
        // In the middle of something longer, of which nothing else may change.
        const all = new Float32Array(5 * 66).fill(7);
        const parts = xs.map((_, call) => all.subarray(call * 66 + 1, call * 66 + 65));
        const results = await Promise.all(xs.map((x, call) => fn.run({ x, w }, { nested: { y: parts[call]! } })));
        for (const [call, part] of parts.entries()) {
          expect(results[call]!.nested.y.data).toBe(part);
          for (const [at, value] of expected[call]!.entries()) expect(part[at]).toBeCloseTo(value, 5);
        }
        expect(all.filter((value) => value === 7)).toHaveLength(10);
      }
    }
  });

  it('of different functions of an engine share its threads', async () => {
    const engine = await openEngine({ threads: 2 });
    const [one, other] = [await prepared(engine), await prepared(engine)];
    const [x, w] = [draw(64), draw(64 * 32)];
    const results = await Promise.all([one.run({ x, w }), other.run({ x, w }), one.run({ x, w })]);
    expect(results[1]).toEqual(results[0]);
    await one.release();
    expect(await other.run({ x, w })).toEqual(results[0]);
  });
});

it('an array that an output does not fit into is refused', async () => {
  const fixed = { ...signature, x: { shape: [2, 64] } };
  for (const engine of [await openEngine(), await openEngine({ threads: 2 })]) {
    const fn = await engine.prepare(product, fixed, { sideBySide: true });
    open.push(fn as never);
    const into = { nested: { y: new Float32Array(63) } };
    await expect(fn.run({ x: draw(2 * 64), w: draw(64 * 32) }, into)).rejects.toThrow(
      /"nested.y".*does not fit into 63/,
    );
  }
});

it('an input of the wrong shape is refused before a thread sees it, and the next call is answered', async () => {
  const fn = await prepared(await openEngine({ threads: 2 }));
  const [x, w] = [draw(64), draw(64 * 32)];
  await expect(fn.run({ x, w: draw(3) })).rejects.toThrow(/"w"/);
  expect((await fn.run({ x, w })).nested.y.shape).toEqual([1, 32]);
});

it('after the last function is released a new one starts new threads', async () => {
  const engine = await openEngine({ threads: 2 });
  const [x, w] = [draw(64), draw(64 * 32)];
  const first = await engine.prepare(product, signature, { sideBySide: true });
  const result = await first.run({ x, w });
  await first.release();
  expect(await (await prepared(engine)).run({ x, w })).toEqual(result);
});

it('graphs that are released at once are each let go of before their thread ends', async () => {
  let letGo = 0;
  const threads = new SessionThreads(1, () => {
    let listener: ThreadListener<ThreadReply>;
    return {
      // Slow to let go of a graph, as one of megabytes is.
      post: ({ kind }) => {
        const answer = () => {
          if (kind === 'release') letGo += 1;
          listener.reply({ results: {}, spare: [] });
        };
        if (kind === 'release') setTimeout(answer, 20);
        else queueMicrotask(answer);
      },
      listen: (given) => {
        listener = given;
      },
      hold: () => {},
      end: async () => listener.ended(new Error('it was ended')),
    };
  });
  const graphs = [threads.open(new Uint8Array()), threads.open(new Uint8Array())];
  for (const graph of graphs) await graph.run({});
  await Promise.all(graphs.map((graph) => graph.release()));
  // The last one goes with the thread.
  expect(letGo).toBe(1);
});
