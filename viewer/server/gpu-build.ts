/**
 * onnxruntime-web's build for GPUs, as it lies beside a page: 4.2 MB by gzip, so it is no part of a static folder unless it is asked
 * for. A page fetches it only where it finds a GPU, and only to learn.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PolicyList } from '../reading/policy-list.ts';

/** From the page on; ".js", for not every host knows ".mjs". */
export const gpuAddresses: NonNullable<PolicyList['gpu']> = {
  script: 'gpu/onnxruntime.js',
  wasm: 'gpu/onnxruntime.wasm',
};

/** Of the two builds that have WebGPU the one that waits for it by the engine's own means: two thirds as large, and twice as fast as the other. */
const files = { script: 'ort.jspi.bundle.min.mjs', wasm: 'ort-wasm-simd-threaded.jspi.wasm' } as const;

/** Paths of the files, by their addresses. */
export type GpuBuild = Readonly<Record<string, string>>;

/** @returns undefined where onnxruntime-web is not installed. */
export function gpuBuild(): GpuBuild | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`onnxruntime-web/${files.wasm}`));
    const paths = { [gpuAddresses.script]: join(folder, files.script), [gpuAddresses.wasm]: join(folder, files.wasm) };
    return Object.values(paths).every((path) => existsSync(path)) ? paths : undefined;
  } catch {
    return undefined;
  }
}

/** Puts them beside a page. */
export function placeGpuBuild(paths: GpuBuild, folder: string): void {
  for (const [address, path] of Object.entries(paths)) {
    mkdirSync(dirname(join(folder, address)), { recursive: true });
    copyFileSync(path, join(folder, address));
  }
}
