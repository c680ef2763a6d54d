import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaNode } from 'execa';
import { describe, expect, it } from 'vitest';
import { kernelFile } from '../../physics/compile-kernel.ts';
import { compileKernelModule } from '../../physics/kernel.ts';

const root = join(import.meta.dirname, '../..');

describe('the committed kernel', () => {
  it('is, byte for byte, what its sources compile to (npm run build:physics)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kernel-'));
    // In a process of its own: under vitest the compiler takes five times as long.
    const file = join(folder, 'simulator.wasm');
    await execaNode({ nodeOptions: ['--import', 'tsx'], cwd: root })('physics/build.ts', [file]);
    const [committed, built] = await Promise.all([readFile(kernelFile), readFile(file)]);
    await rm(folder, { recursive: true });
    expect(built.equals(committed)).toBe(true);
  });

  it('uses nothing but what every engine with fixed-width SIMD has: no relaxed SIMD, no threads, no import but memory', async () => {
    const module = await compileKernelModule(await readFile(kernelFile));
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  });
});

it('an engine without SIMD is told of in one sentence', async () => {
  const broken = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 255]);
  await expect(compileKernelModule(broken)).rejects.toThrow(/no WebAssembly SIMD/);
});
