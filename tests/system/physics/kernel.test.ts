/** The compiler of the kernel, run as `npm run build:physics` runs it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaNode } from 'execa';
import { describe, expect, it } from 'vitest';
import { kernelFile } from '../../../physics/compile-kernel.ts';

const root = join(import.meta.dirname, '../../..');

describe('the committed kernel', () => {
  it('is, byte for byte, what its sources compile to (npm run build:physics)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kernel-'));
    // In a process of its own: under vitest the compiler takes five times as long.
    const file = join(folder, 'simulator.wasm');
    await execaNode({ nodeOptions: ['--import', 'tsx'], cwd: root })('physics/build.ts', [file]);
    const [committed, built] = await Promise.all([readFile(kernelFile), readFile(file)]);
    await rm(folder, { recursive: true });
    expect(built.equals(committed)).toBe(true);
  }, 240_000);
});
