import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { kernelFile } from '../../physics/compile-kernel.ts';
import { compileKernelModule } from '../../physics/kernel.ts';

describe('the committed kernel', () => {
  // That its sources compile to it: tests/system/physics/kernel.test.ts.
  it('uses nothing but what every engine with fixed-width SIMD has: no relaxed SIMD, no threads, no import but memory', async () => {
    const module = await compileKernelModule(await readFile(kernelFile));
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  });
});

it('an engine without SIMD is told of in one sentence', async () => {
  const broken = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 255]);
  await expect(compileKernelModule(broken)).rejects.toThrow(/no WebAssembly SIMD/);
});
