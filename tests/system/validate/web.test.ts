/** A policy in a real Chromium: it computes what it computes here, and walkers go the same ways to the last bit. */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { findChromium } from '../../../browser/chromium.ts';
import { exportActor } from '../../../export/export-actor.ts';
import { encodeModel } from '../../../onnx/encode.ts';
import { eagerActions } from '../../../train/policy/eager-actor.ts';
import { Normaliser } from '../../../train/policy/normaliser.ts';
import { initialParameters } from '../../../train/policy/policy.ts';
import { compareEpisodes, onnxruntimeChromium, WEB_TOLERANCE } from '../../../validate/web/chromium-runtime.ts';
import { validateWithWeb } from '../../../validate/web/validate-web.ts';
import { because } from '../../skipping.ts';

const network = { observationSize: 243, actionSize: 39, hiddenUnits: 32, layers: 2 };
const random = new RandomStream(1);
const observations = Float32Array.from({ length: 1000 * 243 }, () => random.normal() * 3 + 1);
const actorOf = (seed: number) => ({
  network,
  parameters: initialParameters(network, seed),
  normaliser: new Normaliser(243),
});
const actor = actorOf(2);
actor.normaliser.update(observations);
const model = encodeModel(exportActor(actor, '0.0.0'));
const options = {
  model,
  path: 'policy.onnx',
  shape: network,
  engines: [],
  observations,
  normaliser: actor.normaliser.moments(),
  reference: (rows: Float32Array, count: number) => eagerActions(actor, rows, count),
  sigma: actor.parameters['actor.logDeviation']!.map(Math.exp),
  tolerance: 1e-5,
};

describe.skipIf(because(!findChromium(), 'no Chromium here: apt-get install chromium'))('in Chromium', () => {
  it('a policy computes what TensorFlow.js says, and its episodes are those of Node', async () => {
    const { passed, problems, engines, web } = await validateWithWeb(options);
    expect(problems).toEqual([]);
    expect(passed).toBe(true);
    expect(engines.map(({ engine }) => engine)).toEqual([expect.stringMatching(/^onnxruntime-web in Chromium \d+\./)]);
    for (const { largestDifference } of engines[0]!.batches)
      expect(largestDifference).toBeLessThanOrEqual(WEB_TOLERANCE);
    expect(web!.episodes).toMatchObject({ agents: 8, decisions: 200, partsAt: null });
    expect(web!.episodes!.web).toBe(web!.episodes!.node);
  }, 300_000);

  it('another policy is refused: its actions are others, and so are its episodes from the first decision on', async () => {
    const other = encodeModel(exportActor({ ...actorOf(3), normaliser: actor.normaliser }, '0.0.0'));
    const { passed, problems } = await validateWithWeb({ ...options, model: other });
    expect(passed).toBe(false);
    expect(problems[0]).toMatch(
      /^onnxruntime-web in Chromium .*: in batches of 1, an action differs by .*; at most 0.0001 is allowed$/,
    );

    const there = await onnxruntimeChromium(other, network);
    try {
      const played = { world: 'unity', seed: 5, agents: 2, decisions: 5 } as const;
      const compared = await compareEpisodes(model, network, there, played);
      expect(compared.problems).toEqual([expect.stringContaining('part at decision 0 of 5')]);
    } finally {
      await there.close();
    }
  }, 300_000);

  it('a file that breaks the contract is not run there at all', async () => {
    const { problems, engines, web } = await validateWithWeb({ ...options, shape: { ...network, actionSize: 12 } });
    expect(problems.length).toBeGreaterThan(0);
    expect(engines).toEqual([]);
    expect(web).toBeUndefined();
  });
});
