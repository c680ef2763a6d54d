/** What runs in a browser too asks for nothing of Node when it is loaded. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleForBrowser } from '../../browser/bundle.ts';

const root = join(import.meta.dirname, '../..');
const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

/** Rooms whose modules a browser may load, and those modules that are for Node alone. */
const portable: Readonly<Record<string, readonly string[]>> = {
  envs: [],
  'envs/walker': [],
  'envs/walker/physx': [],
  // They compile the kernel's sources.
  physics: ['build.ts', 'compile-kernel.ts'],
  // They read a policy's file, open it by onnxruntime-node, or play in threads.
  evaluate: [
    'command.ts',
    'evaluate.ts',
    'player-worker.ts',
    'players.ts',
    'policy-file.ts',
    'subject-of.ts',
    'walker-policy.ts',
  ],
  'base/random': [],
};

/** The modules that lie in a folder itself. */
function modulesOf(folder: string): string[] {
  return readdirSync(join(root, folder)).filter((file) => file.endsWith('.ts'));
}

describe('for a browser', () => {
  it.each(Object.keys(portable))('all of %s can be loaded that is not for Node alone', async (folder) => {
    const forNode = portable[folder]!;
    const files = modulesOf(folder).filter((file) => !forNode.includes(file));
    expect(files.length).toBeGreaterThan(0);
    const { needsNode, scripts } = await bundleForBrowser(files.map((file) => `${folder}/${file}`));
    expect(needsNode).toEqual([]);
    expect(scripts.size).toBeGreaterThanOrEqual(files.length);
  });

  it('a training can be loaded, with all that it is made of', async () => {
    const parts = [
      'train/train-in.ts',
      'train/configuration/parse.ts',
      'train/collect/collector-host.ts',
      'train/collect/embedded-collector.ts',
      'train/keep/checkpoint-tensors.ts',
      'compile/web-engine.ts',
      'export/export-actor.ts',
      'viewer/learn/trainer-worker.ts',
      'viewer/learn/computing-worker.ts',
      'viewer/learn/engine.ts',
    ];
    const { needsNode } = await bundleForBrowser(parts, 'external');
    expect(needsNode).toEqual([]);
  });

  it('modules that are said to be for Node alone do need it', async () => {
    for (const [folder, forNode] of Object.entries(portable)) {
      for (const file of forNode) {
        const { needsNode } = await bundleForBrowser([`${folder}/${file}`], 'external');
        expect(needsNode, `${folder}/${file}`).not.toEqual([]);
      }
    }
  });

  it('a planted import of a part of Node is told with its file; one within a function is let be', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
    made.push(folder);
    writeFileSync(join(folder, 'a.ts'), "import './b.ts'; export const read = () => import('node:fs/promises');");
    writeFileSync(join(folder, 'b.ts'), "import { readFileSync } from 'fs'; console.log(readFileSync);");
    const { needsNode } = await bundleForBrowser([join(folder, 'a.ts')]);
    expect(needsNode).toEqual([expect.stringMatching(/b\.ts: fs$/)]);
  });
});
