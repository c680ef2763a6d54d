/** Graphs in several threads: the same numbers as in one, whichever thread has the call, and an end of the threads. */
import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import { type Engine, openEngine, type RunnableFunction, tf } from '../../compile/index.ts';

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
