/** What the page is served by: files, policies and news, to who knows the token, and nothing that can be written. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewable } from '../../pipeline/runs.ts';
import { gpuAddresses, gpuBuild, placeGpuBuild } from '../../viewer/server/gpu-build.ts';
import { newsOf } from '../../viewer/server/live.ts';
import { packPage, readPageFile, unpackPage } from '../../viewer/server/packed-page.ts';
import { listedShipped, servedPolicies } from '../../viewer/server/policies.ts';
import { type Served, servePage } from '../../viewer/server/serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'viewer-'));
let served: Served;
beforeAll(async () => {
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page/index.html'), '<title>a page</title>');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  served = await servePage({
    ...{ folder: join(folder, 'page'), port: 0, start: 'walker' },
    policies: () => servedPolicies(undefined, [], async () => ({ bytes: new Uint8Array() })),
  });
});
afterAll(() => {
  served.close();
  rmSync(folder, { recursive: true });
});

/** As a client that mends no path. */
function statusOf(path: string): Promise<number> {
  const { port } = new URL(served.address);
  return new Promise((told, failed) => {
    request({ host: '127.0.0.1', port, path }, (answer) => {
      answer.resume();
      told(answer.statusCode!);
    })
      .on('error', failed)
      .end();
  });
}

describe('the server', () => {
  it('is on loopback, and answers who has the token alone', async () => {
    expect(new URL(served.address).hostname).toBe('127.0.0.1');
    expect(await (await fetch(served.address)).text()).toContain('a page');
    expect((await fetch(new URL('/', served.address))).status).toBe(404);
    expect((await fetch(new URL(`/${'0'.repeat(24)}/`, served.address))).status).toBe(404);
  });

  it('lets a browser ask nobody else, and take nothing in', async () => {
    const answer = await fetch(served.address);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect((await fetch(served.address, { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('gives no file from beside its folder', async () => {
    const { pathname } = new URL(served.address);
    expect(await statusOf(`${pathname}../secret.txt`)).toBe(404);
    expect(await statusOf(`${pathname}..%2fsecret.txt`)).toBe(404);
    expect(await statusOf(`${pathname}%zz`)).toBe(500);
  });

  it('lists the shipped walkers, the one that runs start from first, and gives their bytes', async () => {
    const { policies, start } = (await (await fetch(`${served.address}policies.json`)).json()) as {
      policies: { id: string; address: string }[];
      start: string;
    };
    expect(start).toBe('walker');
    expect(policies.map(({ id }) => id)).toEqual(listedShipped().map(({ id }) => id));
    expect(policies[0]!.id).toBe('walker');
    const bytes = await (await fetch(served.address + policies[0]!.address)).arrayBuffer();
    expect(bytes.byteLength).toBeGreaterThan(500_000);
    expect((await fetch(`${served.address}policy/nobody`)).status).toBe(404);
  });
});

describe('a build for GPUs', () => {
  it('is listed and given where there is one, by the addresses that a static folder has it at; else nothing is said of it', async () => {
    const listed = async (address: string) =>
      (await (await fetch(`${address}policies.json`)).json()) as { gpu?: unknown };
    expect((await listed(served.address)).gpu).toBeUndefined();
    const gpu = gpuBuild()!;
    const withGpu = await servePage({ folder: join(folder, 'page'), port: 0, start: '', policies: () => [], gpu });
    try {
      expect((await listed(withGpu.address)).gpu).toEqual(gpuAddresses);
      const answer = await fetch(withGpu.address + gpuAddresses.script);
      expect(answer.headers.get('content-type')).toMatch(/^text\/javascript/);
      expect(await answer.text()).toContain('webgpu');
      expect((await fetch(`${withGpu.address}constructor`)).status).toBe(404);
    } finally {
      withGpu.close();
    }
    placeGpuBuild(gpu, join(folder, 'static'));
    const placed = Object.values(gpuAddresses).map((address) => readFileSync(join(folder, 'static', address)));
    // As a host sends it; docs/learning-in-the-browser.md says so, too.
    expect(gzipSync(placed[1]!).length / 1e6).toBeCloseTo(4.1, 1);
  });
});

describe('news of a training', () => {
  it('tell the latest step, where the time goes, and the curves; half a line at the end is left out', () => {
    const path = join(folder, 'metrics.jsonl');
    const line = (iteration: number) => ({
      ...{ iteration, step: 100 * iteration, reward: iteration, episodeLength: 20, decisionsPerSecond: 50 },
      seconds: { physics: 2, inference: 1, learning: 6, all: 10 },
    });
    const lines = [1, 2, 3].map((iteration) => JSON.stringify(line(iteration)));
    writeFileSync(path, [lines[0], JSON.stringify({ evaluation: {} }), lines[1], lines[2], '{"iterat'].join('\n'));
    expect(newsOf(path, 'run:a/step-1', 500)).toEqual({
      ...{ steps: 300, maxSteps: 500, decisionsPerSecond: 50, checkpoint: 'run:a/step-1' },
      split: { physics: 0.2, inference: 0.1, learning: 0.6, rest: expect.closeTo(0.1) as number },
      iterations: [1, 2, 3].map((reward) => ({ step: 100 * reward, reward, length: 20, speed: null })),
    });
  });

  it('are empty before there are any', () => {
    expect(newsOf(join(folder, 'none.jsonl'), null, null)).toMatchObject({ steps: 0, split: null, iterations: [] });
  });
});

describe('a packed page', () => {
  it('is the page, whether it is served from there or unpacked; what lies elsewhere is named and not copied', () => {
    const [page, packed, unpacked] = ['whole', 'packed', 'unpacked'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(join(page, 'assets'), { recursive: true });
    const files = { 'index.html': '<title>a page</title>', 'assets/engine.wasm': '\0asm', 'assets/a.js': 'go()' };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(page, name), text);
    writeFileSync(join(folder, 'engine.br'), brotliCompressSync('\0asm'));
    packPage(page, packed, (name) => (name.endsWith('.wasm') ? '../engine.br' : undefined));
    expect(readdirSync(packed, { recursive: true }).sort()).toEqual(
      ['assets', join('assets', 'a.js.br'), 'elsewhere.json', 'index.html.br'].sort(),
    );
    unpackPage(packed, unpacked);
    for (const [name, text] of Object.entries(files)) {
      expect(readPageFile(packed, name)!.toString()).toBe(text);
      expect(readFileSync(join(unpacked, name), 'utf8')).toBe(text);
    }
    for (const name of ['none.js', '../engine', 'assets', '../secret.txt'])
      expect(readPageFile(packed, name)).toBeUndefined();
  });
});

describe('a run that is looked at', () => {
  it('says how many decisions it is to have, by its settings; where none can be read, nobody knows', () => {
    mkdirSync(join(folder, 'runs/known'), { recursive: true });
    mkdirSync(join(folder, 'runs/unknown'));
    const settings = readFileSync('config/walker-quick.yaml', 'utf8').replace(/max_steps: \d+/, 'max_steps: 123456');
    writeFileSync(join(folder, 'runs/known/config.yaml'), settings);
    expect(viewable.one('known', join(folder, 'runs')).maxSteps).toBe(123_456);
    expect(viewable.one('unknown', join(folder, 'runs')).maxSteps).toBeNull();
  });
});
