/** Which files pass for a Walker's policy, and what is told of those that don't. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import { openWalkerPolicy, readPolicy } from '../../evaluate/walker-policy.ts';
import { exportActor } from '../../export/export-actor.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { Model } from '../../onnx/model.ts';
import { Normaliser } from '../../train/policy/normaliser.ts';
import { initialParameters } from '../../train/policy/policy.ts';

function policyOf(observationSize: number, actionSize: number): Model {
  const network = { observationSize, actionSize, hiddenUnits: 8, layers: 1 };
  const parameters = initialParameters(network, 1);
  return exportActor({ network, parameters, normaliser: new Normaliser(observationSize) }, '0.0.0');
}

function without(model: Model, ...outputs: readonly string[]): Model {
  const left = model.graph.outputs.filter(({ name }) => !outputs.includes(name));
  return { ...model, graph: { ...model.graph, outputs: left } };
}

const walker = policyOf(243, 39);
const observations = Float32Array.from({ length: 2 * 243 }, (_, at) => Math.sin(at));

async function actions(model: Model, deterministic: boolean, seed?: number): Promise<Float32Array> {
  const policy = await openWalkerPolicy(model, 'walker.onnx', deterministic);
  const noise = seed === undefined ? undefined : [0, 1].map((row) => new RandomStream(seed, row));
  const acted = await policy.act(observations, noise);
  await policy.close();
  return acted;
}

describe('a policy of the Walker', () => {
  it('acts by its means also where the file has no output for them', async () => {
    const older = without(walker, 'deterministic_continuous_actions');
    const means = await actions(walker, true);
    expect(means).toHaveLength(2 * 39);
    expect(await actions(older, true)).toEqual(means);
    expect(await actions(older, false, 1)).not.toEqual(means);
  });

  it('samples the same actions by the same noise', async () => {
    expect(await actions(walker, false, 1)).toEqual(await actions(walker, false, 1));
    expect(await actions(walker, false, 2)).not.toEqual(await actions(walker, false, 1));
  });
});

describe('told as what it is, and as no bug, is', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'policy-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (bytes: Uint8Array | string) => {
    const path = join(folder, 'file.onnx');
    writeFileSync(path, bytes);
    return path;
  };
  const model = (of: Model) => file(encodeModel(of));

  it.each<[string, () => string, RegExp]>([
    ['a file that is not there', () => join(folder, 'none.onnx'), /none\.onnx: there is no such file/],
    ['a folder', () => folder, /this file cannot be read/],
    ['an empty file', () => file(''), /file\.onnx: the ONNX file is empty/],
    ['a text', () => file('behaviors: {}'), /file\.onnx: this is not an ONNX model/],
    ['a policy for another agent', () => model(policyOf(20, 2)), /no policy of .*Walker; got "obs_0 \[.*20\].*243\]/],
    ['one for a Walker with another body', () => model(policyOf(243, 20)), /no policy of .*Walker.*39\]/],
    [
      'one without an action',
      () => model(without(walker, 'deterministic_continuous_actions', 'continuous_actions')),
      /no policy of .*Walker/,
    ],
  ])('%s', async (_what, path, told) => {
    for (const deterministic of [true, false]) {
      const refused = (async () => openWalkerPolicy(readPolicy(path()), path(), deterministic))();
      await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'UserError' }));
      await expect(refused).rejects.toThrow(told);
    }
  });
});
