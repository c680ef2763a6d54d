/** Threads that run TypeScript of this project, as users start them; the tests' own threads run what was compiled before. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// By its whole URL: under its usual name the test runner has another one in its place (vitest.config.ts).
const source = new URL('../../../base/threads/start-worker.ts', import.meta.url).href;
const { startWorker } = (await import(source)) as typeof import('../../../base/threads/start-worker.ts');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'threads-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): URL {
  const path = join(folder, name);
  writeFileSync(path, text);
  return pathToFileURL(path);
}

describe('a thread', () => {
  it('runs a module in TypeScript, what that imports too, and finds what it was given', async () => {
    // An enum is no type that could simply be left out.
    written('colours.ts', 'export enum Colour { red = 7, green }');
    const module = written(
      'painter.ts',
      `import { parentPort, workerData } from 'node:worker_threads';
       import { Colour } from './colours.ts';
       const { data, module }: { data: { count: number }; module: string } = workerData;
       parentPort!.postMessage({ green: Colour.green, twice: 2 * data.count, module });`,
    );
    const worker = startWorker(module, { count: 21 });
    const [message] = await once(worker, 'message');
    expect(message).toEqual({ green: 8, twice: 42, module: module.href });
    await worker.terminate();
  });

  it('that throws, and one whose module is not there, is told of by its error', async () => {
    const throwing = startWorker(written('throwing.ts', 'throw new Error("no paint" as string);'), {});
    await expect(once(throwing, 'exit')).rejects.toThrow('no paint');
    const missing = startWorker(pathToFileURL(join(folder, 'missing.ts')), {});
    await expect(once(missing, 'exit')).rejects.toThrow(/missing\.ts/);
  });

  it("is not given its parent's flags, which may be of a loader that it does not know", async () => {
    const module = written(
      'flags.ts',
      "import { parentPort } from 'node:worker_threads';\nparentPort!.postMessage(process.execArgv as string[]);",
    );
    const worker = startWorker(module, {});
    expect((await once(worker, 'message'))[0]).toEqual([]);
    await worker.terminate();
  });
});
