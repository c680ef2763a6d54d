import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { deepEqual } from '../../base/deep-equal.ts';

const values = [
  ...[undefined, null, 0, -0, 1, Number.NaN, '', '1', true, false, {}, []],
  ...[[1, 2], [2, 1], [1], { 0: 1 }, { a: 1 }, { a: undefined }, { b: undefined }, { a: 1, b: 2 }, { b: 2, a: 1 }],
  ...[{ a: { b: [1, { c: null }] } }, { a: { b: [1, { c: undefined }] } }, { a: { b: [1, { c: null }] } }],
];

describe('values made of records, lists, text and numbers', () => {
  it('are the same where Node says so', () => {
    for (const one of values) {
      for (const other of values) {
        expect(deepEqual(one, other), `${JSON.stringify(one)} and ${JSON.stringify(other)}`).toBe(
          isDeepStrictEqual(one, other),
        );
      }
    }
  });
});
