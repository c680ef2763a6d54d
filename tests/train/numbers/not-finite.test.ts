import { describe, expect, it } from 'vitest';
import { firstNotFinite, NotFiniteError, requireFinite } from '../../../train/numbers/not-finite.ts';
import { STREAMS } from '../../../train/numbers/streams.ts';

describe('a search for numbers that are none', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('finds the first %d', (bad) => {
    expect(firstNotFinite(Float32Array.of(1, 2, bad, 3, bad))).toBe(2);
    expect(firstNotFinite(Float32Array.of(bad, 2, bad, 3, bad), 1, 4)).toBe(2);
    expect(firstNotFinite(Float32Array.of(bad, 2, 3, 3, 4, 5, bad), 1, 6)).toBe(-1);
    for (let at = 0; at < 9; at++) expect(firstNotFinite(new Float32Array(9).fill(bad, at))).toBe(at);
  });

  it('is not misled by infinities that cancel, nor by the largest numbers there are', () => {
    expect(firstNotFinite(Float32Array.of(1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY))).toBe(1);
    expect(firstNotFinite(new Float32Array(10_000).fill(3.4e38))).toBe(-1);
    expect(firstNotFinite(new Float32Array(0))).toBe(-1);
  });
});

it('a number that is none is told with its name, its value, and what the asker knows of its place', () => {
  const values = Float32Array.of(1, Number.NEGATIVE_INFINITY);
  const asked = () => requireFinite('the reward', values, (index) => ({ agent: index, evidence: {} }));
  expect(asked).toThrow(NotFiniteError);
  expect(asked).toThrow('the reward is -Infinity');
  expect(asked).toThrow(expect.objectContaining({ finding: expect.objectContaining({ agent: 1, value: -Infinity }) }));
  expect(() => requireFinite('the reward', Float32Array.of(1), () => ({ evidence: {} }))).not.toThrow();
});

it('no two purposes of training share a stream', () => {
  const numbers = Object.values(STREAMS);
  expect(new Set(numbers).size).toBe(numbers.length);
});
