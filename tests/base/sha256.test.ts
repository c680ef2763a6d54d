import { describe, expect, it } from 'vitest';
import { sha256 } from '../../base/files/hash.ts';
import { sha256InScript } from '../../base/sha256.ts';

describe('SHA-256 where there is no Node', () => {
  // A block has 64 bytes, and the last one needs room for 9 more.
  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 70_001])('of %i bytes is that of Node', (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31 + length) & 255);
    expect(sha256InScript(bytes)).toBe(sha256(bytes));
  });
});
