import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { minibatches } from '../../../train/learn/minibatches.ts';

describe('minibatches', () => {
  it('deal out all rows once an epoch, but for what is left over', () => {
    // Each holds until the next one is asked for.
    const chosen = Array.from(minibatches(10, 3, 2, 'shuffled', new RandomStream(1)), (each) => [...each]);
    expect(chosen).toHaveLength(6);
    for (const epoch of [chosen.slice(0, 3), chosen.slice(3)]) expect(new Set(epoch.flat()).size).toBe(9);
  });

  it('come in another order each epoch, in which any row may be anywhere', () => {
    const orders = Array.from({ length: 300 }, (_, seed) => {
      const rows = Array.from(minibatches(6, 6, 2, 'shuffled', new RandomStream(seed)), (each) => each.join());
      return rows as [string, string];
    });
    expect(orders.filter(([one, other]) => one === other).length).toBeLessThan(5);
    // Each of the six rows is first about 50 times in 300.
    for (let row = 0; row < 6; row++) {
      const times = orders.filter(([one]) => one.startsWith(String(row))).length;
      expect(times).toBeGreaterThan(25);
      expect(times).toBeLessThan(80);
    }
  });

  it('with replacement draw each row from all, so that some come twice', () => {
    const many = [...minibatches(1000, 200, 20, 'with_replacement', new RandomStream(1))].map((each) => [...each]);
    expect(many).toHaveLength(100);
    const distinct = many.reduce((sum, each) => sum + new Set(each).size, 0) / many.length;
    // 1000 (1 - (1 - 1/1000)^200)
    expect(distinct).toBeGreaterThan(178);
    expect(distinct).toBeLessThan(184);
    expect(Math.max(...many.flat())).toBe(999);
  });
});
