/** Policies that Unity itself ships, and ours: none has an error. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { oldestEngines } from '../../lint/engines.ts';
import { lintFile } from '../../lint/lint-file.ts';
import { TrialProcess } from '../../lint/trial/try-apart.ts';
import { because } from '../skipping.ts';

const root = join(import.meta.dirname, '../..');
const reference = join(root, '../shared/reference');
const isHere = existsSync(reference);
const onnxIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => join(folder, name));
const ofUnity = isHere ? onnxIn(reference) : [];
const ours = readdirSync(join(root, 'models'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => onnxIn(join(root, 'models', name)));

const process = new TrialProcess();
afterAll(() => process.close());
const judge = (path: string) => lintFile(readFileSync(path), path, { engines: oldestEngines }, true, process);

describe('a policy that ships with Unity', () => {
  it.skipIf(because(!isHere, `${reference} is not here`))('is here, two at least', () => {
    expect(ofUnity.length).toBeGreaterThanOrEqual(2);
  });

  it.each(ofUnity.map((path) => [basename(path), path]))('passes: %s', async (_name, path) => {
    const { findings } = await judge(path);
    expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a policy that ships with us', () => {
  it.each(ours.map((path) => [path.slice(root.length + 1), path]))(
    'breaks no rule of a file: %s',
    async (_name, path) => {
      const { findings, policy } = await judge(path);
      expect(findings.filter(({ level }) => level !== 'advice')).toEqual([]);
      expect(policy).toBe('version 3; obs_0 [batch, 243] -> 39 continuous actions');
    },
  );
});
