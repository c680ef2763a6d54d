/** Builds the bare page of the panel with Vite, and serves it as any static host does: without special headers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { build } from 'vite';
import { gpuBuild, placeGpuBuild } from '../../../viewer/server/gpu-build.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

export interface ServedPage {
  readonly address: string;
  /** Where the built files lie. */
  readonly folder: string;
  close(): void;
}

export async function serveLearnPage(): Promise<ServedPage> {
  const folder = mkdtempSync(join(tmpdir(), 'learn-page-'));
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'learn-page'),
    base: './',
    logLevel: 'warn',
    // The build of WebAssembly on the processor alone: the whole one brings twice as much.
    resolve: { alias: [{ find: /^onnxruntime-web$/, replacement: 'onnxruntime-web/wasm' }] },
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 10_000 },
  });
  placeGpuBuild(gpuBuild()!, folder);
  const server = createServer(async (request, answer) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const name = path === '/' ? '/index.html' : path;
    try {
      const body = await readFile(join(folder, name));
      answer.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' }).end(body);
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    folder,
    close() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    },
  };
}
