/** Serves the built page to browsers of this machine, and the policies and news that only a server knows. Nothing can be written. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { UserError } from '../../base/failure/user-error.ts';
import type { LiveNews } from '../reading/live-news.ts';
import type { PolicyList } from '../reading/policy-list.ts';
import type { CharacterFiles } from '../simulation/who.ts';
import { type GpuBuild, gpuAddresses } from './gpu-build.ts';
import { readPageFile } from './packed-page.ts';
import type { ServedPolicy } from './policies.ts';

export interface Serving {
  /** Of the built page. */
  readonly folder: string;
  /** 0: any that is free. */
  readonly port: number;
  /** As they are now. */
  policies(): readonly ServedPolicy[];
  /** Id of the policy to begin with. */
  readonly start: string;
  /** onnxruntime's build for GPUs, where walkers may learn on one. */
  readonly gpu?: GpuBuild | undefined;
  /** Whose policies they are; undefined: the Walker's. */
  readonly character?: CharacterFiles | undefined;
  /** The run beside which the page is shown, and its news. */
  readonly live?: { readonly run: string; news(): LiveNews } | undefined;
}

export interface Served {
  /** With the token that every address begins with: who does not know it gets nothing. */
  readonly address: string;
  close(): void;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.onnx': 'application/octet-stream',
  '.svg': 'image/svg+xml',
};

/**
 * The browser itself sees to it that no request leaves the machine. protobufjs compiles its readers, which needs 'unsafe-eval'.
 */
const policy =
  "default-src 'self'; script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' data: blob:; frame-ancestors 'none'";

/** @throws UserError where the port is taken. */
export async function servePage(serving: Serving): Promise<Served> {
  const token = randomBytes(12).toString('hex');
  const server = createServer((request, answer) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    const begin = `/${token}/`;
    if (path === `/${token}`) return void answer.writeHead(308, { location: begin }).end();
    if (!path.startsWith(begin))
      return void refuse(answer, 404, 'The address of this page has a token in it: it stands in the terminal.');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return void refuse(answer, 405, 'This server can only be read.');
    answerTo(path.slice(begin.length), serving, answer).catch((error: unknown) => {
      refuse(answer, error instanceof UserError ? 422 : 500, error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const what =
        cause.code === 'EADDRINUSE' ? 'this port is taken' : `no server can be opened here: ${cause.message}`;
      failed(
        new UserError(
          { what, where: '--port', value: serving.port, mend: 'leave --port out, and any free one is taken' },
          { cause },
        ),
      );
    });
    server.listen(serving.port, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/${token}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answerTo(
  path: string,
  { folder, policies, start, character, live, gpu }: Serving,
  answer: ServerResponse,
): Promise<void> {
  if (path === 'policies.json') {
    const list: PolicyList = {
      policies: policies().map(({ bytes, ...listed }) => listed),
      start,
      ...(character && { character }),
      ...(live && { live: live.run }),
      ...(gpu && { gpu: gpuAddresses }),
    };
    return send(answer, '.json', JSON.stringify(list));
  }
  if (path === 'live.json')
    return live
      ? send(answer, '.json', JSON.stringify(live.news()))
      : refuse(answer, 404, 'No training is beside this page.');
  if (path.startsWith('policy/')) {
    const id = decodeURIComponent(path.slice('policy/'.length));
    const found = policies().find((policy) => policy.id === id);
    return found
      ? send(answer, '.onnx', await found.bytes())
      : refuse(answer, 404, `There is no policy ${id} any more.`);
  }
  const name = decodeURIComponent(path || 'index.html');
  const ofGpu = gpu && Object.hasOwn(gpu, name) ? gpu[name] : undefined;
  const file = ofGpu ? await readFile(ofGpu) : readPageFile(folder, name);
  if (!file) return refuse(answer, 404, 'There is no such file.');
  send(answer, extname(name), file, path.startsWith('assets/'));
}

/** @param isKept whether it never changes under that name. */
function send(answer: ServerResponse, type: string, body: string | Uint8Array, isKept = false): void {
  answer.writeHead(200, {
    ...headers,
    'content-type': types[type] ?? 'application/octet-stream',
    'content-length': Buffer.byteLength(body),
    'cache-control': isKept ? 'max-age=31536000, immutable' : 'no-store',
  });
  answer.end(body);
}

function refuse(answer: ServerResponse, status: number, sentence: string): void {
  answer.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end(sentence);
}

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};
