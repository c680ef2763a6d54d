/** The learner on every engine that this machine has: one update, whoever computes it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../base/files/hash.ts';
import { RandomStream } from '../../base/random/stream.ts';
import { checkOptions } from '../../cli/parse-options.ts';
import { type EngineOptions, openEngine, tf } from '../../compile/index.ts';
import trainStage from '../../pipeline/stages/train.ts';
import validateStage from '../../pipeline/stages/validate.ts';
import { parseConfiguration } from '../../train/configuration/read.ts';
import { Learner } from '../../train/learn/learner.ts';
import { train } from '../../train/train.ts';
import { behavior } from './fixtures/pointing-environment.ts';

const network = { observationSize: 6, actionSize: 3, hiddenUnits: 16, layers: 2 };
const [rows, batchSize] = [160, 32];
const random = new RandomStream(1);
const draw = (count: number, scale = 1) => Float32Array.from({ length: count }, () => random.normal() * scale);
const buffer = {
  observations: draw(rows * network.observationSize),
  actions: draw(rows * network.actionSize),
  logProbabilities: draw(rows * network.actionSize, 0.1).map((value) => value - 1),
  advantages: draw(rows),
  returns: draw(rows),
};
const settings = { learningRate: 0.003, epsilon: 0.2, beta: 0.001, epochs: 2 };

/** Parameters after an update of ten minibatches. */
async function learnt(options: EngineOptions) {
  const engine = await openEngine(options);
  const learner = await Learner.create(network, batchSize, 7, engine);
  const before = tf.memory().numTensors;
  const statistics = await learner.update(buffer, settings, new RandomStream(2));
  const { values } = await learner.evaluate(buffer.observations);
  const { parameters } = learner;
  await learner.release();
  expect(tf.memory().numTensors).toBe(before);
  expect(tf.getBackend()).toBe('cpu');
  return { parameters, statistics, values, use: engine.use };
}

describe('the learner', () => {
  it.each(['cpu', 'wasm'] as const)('learns the same eagerly on %s as traced', async (backend) => {
    const traced = await learnt({});
    const eager = await learnt({ backend });
    expect(eager.use).toEqual({ device: 'cpu' });
    const initial = await Learner.create(network, batchSize, 7, await openEngine({ backend }));
    for (const [name, expected] of Object.entries(traced.parameters)) {
      expect(expected, name).not.toEqual(initial.parameters[name]);
      expect(largestDifference(eager.parameters[name]!, expected), name).toBeLessThan(1e-5);
    }
    await initial.release();
    expect(largestDifference(eager.values, traced.values)).toBeLessThan(1e-5);
    expect(eager.statistics.policyLoss).toBeCloseTo(traced.statistics.policyLoss, 5);
    expect(eager.statistics.divergence).toBeCloseTo(traced.statistics.divergence, 5);
  });
});

describe('a device', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'backends-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const environment = pathToFileURL(join(import.meta.dirname, 'fixtures/pointing-environment.ts')).href;
  const text = `
behaviors:
  Pointer:
    hyperparameters: { batch_size: 64, buffer_size: 256, num_epoch: 1 }
    network_settings: { normalize: true, hidden_units: 8, num_layers: 1 }
    max_steps: 500`;

  async function trained(device: EngineOptions['device'], name: string) {
    const warnings: string[] = [];
    const result = await train(
      {
        configuration: parseConfiguration(text, 'pointer.yaml', 'Pointer'),
        environment: { kind: 'embedded', module: environment },
        behavior,
        seed: 5,
        agents: 8,
        workers: 1,
        engine: { ...(device === undefined ? {} : { device }) },
        checkpointFolder: join(folder, name),
        metricsPath: join(folder, `${name}.jsonl`),
        resume: false,
      },
      {
        info: () => {},
        warn: (message) => warnings.push(message),
        iteration: () => {},
        signal: new AbortController().signal,
      },
    );
    return { hash: sha256OfFile(result.checkpoint), warnings, ...result.engine };
  }

  it('that is missing is told in one line, and the CPU learns the very same', async () => {
    const cpu = await learnt({});
    // Which of them are missing depends on the machine; no platform has all.
    const others = await Promise.all(
      (['webgpu', 'cuda', 'coreml', 'dml'] as const).map(async (device) => {
        const warnings: string[] = [];
        return { device, warnings, ...(await learnt({ device, warn: (message) => warnings.push(message) })) };
      }),
    );
    for (const { device, warnings, parameters, use } of others) {
      if (use.device === device) {
        expect(warnings).toEqual([]);
        for (const name in parameters)
          expect(largestDifference(parameters[name]!, cpu.parameters[name]!)).toBeLessThan(1e-3);
        continue;
      }
      expect(use).toEqual({ device: 'cpu', missing: { device, why: expect.stringMatching(/./) } });
      expect(warnings).toEqual([
        expect.stringMatching(new RegExp(`^device ${device} cannot be used \\(.+\\); the CPU`)),
      ]);
      expect(warnings[0]).not.toContain('\n');
      expect(parameters).toEqual(cpu.parameters);
    }
    expect(others.some(({ use }) => 'missing' in use)).toBe(true);
  });

  it('that is missing makes training warn, and end with the very bytes that it always ends with', async () => {
    const missing = process.platform === 'darwin' ? 'dml' : 'coreml';
    const [cpu, other] = [await trained(undefined, 'default'), await trained(missing, missing)];
    expect(cpu).toMatchObject({ warnings: [], backend: 'onnx', use: { device: 'cpu' } });
    expect(other.warnings).toEqual([expect.stringContaining(`device ${missing} cannot be used`)]);
    expect(other.use).toMatchObject({ device: 'cpu', missing: { device: missing } });
    expect(other.hash).toBe(cpu.hash);
  });
});

describe('--device and --backend', () => {
  it('are refused by an unknown name, with the names there are', () => {
    expect(() => checkOptions(trainStage.options, { device: 'gpu' })).toThrow(
      /--device: .*"gpu"; expected one of cpu, webgpu, cuda, coreml, dml/,
    );
    expect(() => checkOptions(trainStage.options, { backend: 'torch' })).toThrow(
      /--backend: .*"torch"; expected one of onnx, cpu, wasm, tfjs-node, tfjs-node-gpu/,
    );
    expect(() => checkOptions(validateStage.options, { backend: 'torch' })).toThrow(/--backend: .*expected one of/);
  });

  it('have the defaults of a machine with nothing special', () => {
    expect(checkOptions(trainStage.options, {})).toMatchObject({ device: 'cpu', backend: 'onnx' });
    expect(checkOptions(validateStage.options, {})).toMatchObject({ backend: 'cpu' });
    // The pipeline hands the same --backend to both, and a graph never judges a graph.
    expect(checkOptions(validateStage.options, { backend: 'onnx' })).toMatchObject({ backend: 'cpu' });
  });

  it('that do not go together are told before anything runs', async () => {
    const options = checkOptions(trainStage.options, { device: 'webgpu', backend: 'wasm' });
    await expect((async () => trainStage.check?.(options as never))()).rejects.toThrow(
      /leave out --device or --backend/,
    );
    const threaded = checkOptions(trainStage.options, { threads: '2', backend: 'wasm' });
    await expect((async () => trainStage.check?.(threaded as never))()).rejects.toThrow(
      /--threads.*leave out --threads or --backend/,
    );
  });
});

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index]!)), 0);
}
