import { describe, expect, it } from 'vitest';
import { cosine, naturalLogarithm, sine } from '../../base/exact-functions.ts';
import { RandomStream } from '../../base/random/stream.ts';

/** The bits of a number. */
function bitsOf(value: number): string {
  return Buffer.from(new Float64Array([value]).buffer).toString('hex');
}

describe('functions of plain operations', () => {
  const random = new RandomStream(1);

  it.each([
    ['sine', sine, Math.sin, -50, 50],
    ['cosine', cosine, Math.cos, -50, 50],
    ['naturalLogarithm', naturalLogarithm, Math.log, 2 ** -32, 3],
  ] as const)("%s is the engine's own to two units in the last place of 1", (_name, ours, theirs, low, high) => {
    for (let count = 0; count < 20_000; count++) {
      const x = random.uniform(low, high);
      expect(Math.abs(ours(x) - theirs(x))).toBeLessThan(2 ** -51 * Math.max(1, Math.abs(theirs(x))));
    }
  });

  it('have the known values exactly, and NaN of NaN', () => {
    expect([sine(0), cosine(0), naturalLogarithm(1)]).toEqual([0, 1, 0]);
    expect(sine(Math.PI / 2)).toBe(1);
    expect(cosine(Math.PI)).toBe(-1);
    expect(naturalLogarithm(2)).toBe(Math.LN2);
    expect([sine(Number.NaN), cosine(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  });

  // As they were on Node 20: another engine must have the same.
  it('have these bits everywhere', () => {
    const bits = [sine(1), cosine(1), sine(-40.5), cosine(12.25), naturalLogarithm(0.1), naturalLogarithm(2 ** -32)];
    expect(bits.map(bitsOf)).toMatchInlineSnapshot(`
      [
        "ee0c098f54edea3f",
        "8c06b50f284ae13f",
        "def71e9ebb62d5bf",
        "7a47671f7069ee3f",
        "1555b5bbb16b02c0",
        "ef39fafe422e36c0",
      ]
    `);
  });
});
