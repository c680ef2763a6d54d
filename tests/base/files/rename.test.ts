/** A rename is tried again where Windows holds the file for a moment, and nowhere else. */
import { describe, expect, it } from 'vitest';
import { renamePatiently } from '../../../base/files/rename.ts';

/** Fails so often, each time with this code. */
function failing(code: string, times: number) {
  const tries = { count: 0 };
  const rename = () => {
    tries.count++;
    if (tries.count <= times) throw Object.assign(new Error(code), { code });
  };
  return { tries, rename };
}

describe('a rename', () => {
  it.each(['EPERM', 'EBUSY', 'EACCES'])('that Windows refuses with %s for a moment is tried again', (code) => {
    const { tries, rename } = failing(code, 3);
    renamePatiently('a', 'b', rename, 'win32');
    expect(tries.count).toBe(4);
  });

  it('that Windows refuses for two seconds is given up with its error', () => {
    const began = performance.now();
    const { rename } = failing('EBUSY', Number.POSITIVE_INFINITY);
    expect(() => renamePatiently('a', 'b', rename, 'win32')).toThrow('EBUSY');
    expect(performance.now() - began).toBeGreaterThan(1_900);
  });

  it('that fails for another reason, or elsewhere, fails at once', () => {
    for (const [code, platform] of [
      ['ENOENT', 'win32'],
      ['EPERM', 'linux'],
      ['EBUSY', 'darwin'],
    ] as const) {
      const { tries, rename } = failing(code, 1);
      expect(() => renamePatiently('a', 'b', rename, platform)).toThrow(code);
      expect(tries.count).toBe(1);
    }
  });
});
