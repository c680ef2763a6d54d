import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import { exportActor } from '../../export/export-actor.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { Model } from '../../onnx/model.ts';
import type { Actor } from '../../train/policy/actor.ts';
import { eagerActions } from '../../train/policy/eager-actor.ts';
import { Normaliser } from '../../train/policy/normaliser.ts';
import { initialParameters, type Network } from '../../train/policy/policy.ts';
import { leftOut } from '../../train/policy/still-observations.ts';
import { edgeObservations } from '../../validate/edge-observations.ts';
import type { Runtime } from '../../validate/policy-runtime.ts';
import { onnxruntimeNode, onnxruntimeWeb } from '../../validate/runtime.ts';
import { type ValidateOptions, validate } from '../../validate/validate.ts';

const network = { observationSize: 243, actionSize: 39, hiddenUnits: 64, layers: 3 };
const random = new RandomStream(1);
const observations = Float32Array.from({ length: 1000 * 243 }, () => random.normal() * 3 + 1);
const actor: Actor = { network, parameters: initialParameters(network, 2), normaliser: new Normaliser(243) };
actor.normaliser.update(observations);

function judged(changes: Partial<ValidateOptions> = {}, damage: (model: Model) => void = () => {}) {
  const model = exportActor(actor, '0.0.0');
  damage(model);
  return validate({
    model: encodeModel(model),
    path: 'policy.onnx',
    shape: network,
    engines: [onnxruntimeNode],
    observations,
    normaliser: actor.normaliser.moments(),
    reference: (rows, count) => eagerActions(actor, rows, count),
    sigma: actor.parameters['actor.logDeviation']!.map(Math.exp),
    tolerance: 1e-5,
    ...changes,
  });
}

/** An actor of 6 observations. */
function judgedSmall(actionSize: number, damage: (model: Model) => void) {
  const small = { observationSize: 6, actionSize, hiddenUnits: 8, layers: 1 };
  const rows = observations.subarray(0, 1000 * 6);
  const own: Actor = { network: small, parameters: initialParameters(small, 4), normaliser: new Normaliser(6) };
  own.normaliser.update(rows);
  const model = exportActor(own, '0.0.0');
  damage(model);
  return judged({
    model: encodeModel(model),
    shape: small,
    observations: rows,
    normaliser: own.normaliser.moments(),
    reference: (of, count) => eagerActions(own, of, count),
    sigma: own.parameters['actor.logDeviation']!.map(Math.exp),
  });
}

describe('validation', () => {
  it('passes an exported actor in the native and in the WebAssembly engine', async () => {
    const report = await judged({ engines: [onnxruntimeNode, onnxruntimeWeb] });
    expect(report.problems).toEqual([]);
    expect(report.passed).toBe(true);
    expect(report.engines.map(({ engine }) => engine)).toEqual(['onnxruntime-node', 'onnxruntime-web']);
    for (const { batches } of report.engines) expect(batches.map(({ size }) => size)).toEqual([1, 2, 10, 257]);
  });

  it('passes the actor of the lecture, layer norms and all, in both', async () => {
    const other: Network = { ...network, layers: 2, layerNorm: true, activation: 'none' };
    const lecture = { ...actor, network: other, parameters: initialParameters(other, 3) };
    const report = await judged({
      model: encodeModel(exportActor(lecture, '0.0.0')),
      engines: [onnxruntimeNode, onnxruntimeWeb],
      reference: (rows, count) => eagerActions(lecture, rows, count),
    });
    expect(report.problems).toEqual([]);
    expect(report.passed).toBe(true);
  });

  it('fills an input for each sensor, where there are several', async () => {
    const sensors = [{ size: 40 }, { size: 3 }, { size: 200 }];
    const model = encodeModel(exportActor({ ...actor, sensors }, '0.0.0'));
    const engines = [onnxruntimeNode, onnxruntimeWeb];
    const report = await judged({ engines, model, shape: { ...actor.network, sensors } });
    expect(report.problems).toEqual([]);
    const swapped = { ...actor.network, sensors: sensors.toReversed() };
    expect((await judged({ engines, model, shape: swapped })).problems.join()).toMatch(
      /obs_0.*has to be \[batch, 200\]/,
    );
  });

  it('refuses a file whose weights differ in one number', async () => {
    const report = await judged({}, ({ graph }) => {
      const bias = graph.initializers.get('actor.mean.bias')!.data as Float32Array;
      bias[7] = bias[7]! + 1e-3;
    });
    expect(report.passed).toBe(false);
    expect(report.problems[0]).toMatch(/differs by 3\.3.e-4/);
  });

  it('refuses a file whose normaliser does not clip', async () => {
    const report = await judged({}, ({ graph }) => {
      graph.nodes.find(({ op }) => op === 'Clip')!.attributes['max'] = { type: 'float', value: 1e30 };
    });
    expect(report.passed).toBe(false);
  });

  it('refuses a file that samples with another spread than the policy has', async () => {
    const report = await judged({}, ({ graph }) => {
      (graph.initializers.get('actor.logDeviation')!.data as Float32Array).fill(Math.log(1.3));
    });
    expect(report.problems.join()).toMatch(/not drawn from the policy's distribution/);
  });

  // A coin thrown 257 times comes out beyond 0.5 +- 0.03 one time in three.
  it.each([1, 2, 3, 4])('passes an exported actor of few actions: %i', async (actionSize) => {
    const report = await judgedSmall(actionSize, () => {});
    expect(report.problems).toEqual([]);
  });

  it('refuses another spread in a file of one action', async () => {
    const report = await judgedSmall(1, ({ graph }) => {
      (graph.initializers.get('actor.logDeviation')!.data as Float32Array).fill(Math.log(1.3));
    });
    expect(report.problems.join()).toMatch(/share middleHalf is 0\.[34]\d\d, not 0\.5/);
  });

  it('has nothing to say of the spread where all actions are clipped', async () => {
    const report = await judgedSmall(2, ({ graph }) => {
      (graph.initializers.get('actor.mean.bias')!.data as Float32Array).fill(50);
    });
    expect(report.problems.join()).toMatch(/an action differs by/);
    expect(report.problems.join()).not.toMatch(/not drawn/);
    expect(report.engines[0]!.noise).toEqual({ above: null, middleHalf: null });
  });

  it('refuses a file that breaks the contract without running it', async () => {
    const report = await judged({}, (model) => {
      model.graph.outputs.pop();
    });
    expect(report.passed).toBe(false);
    expect(report.engines).toEqual([]);
  });

  it('refuses actions out of range or not finite, wherever an engine gives them', async () => {
    const wild = (value: number) => async (): Promise<Runtime> => ({
      name: 'wild',
      run: async (_observations, rows, wanted) =>
        Object.fromEntries(wanted.map((name) => [name, new Float32Array(rows * 39).fill(value)])),
      close: async () => {},
    });
    for (const value of [Number.NaN, 1.01, Number.POSITIVE_INFINITY]) {
      const { problems } = await judged({ engines: [wild(value)] });
      expect(problems.join()).toMatch(/wild: in batches of 1, .*not finite or not within/);
    }
  });

  it('refuses an engine that treats a row differently in another batch', async () => {
    const report = await judged({
      engines: [
        async (model, shape) => {
          const engine = await onnxruntimeNode(model, shape);
          return {
            ...engine,
            async run(rows, count, wanted) {
              const outputs = await engine.run(rows, count, wanted);
              if (count === 10)
                for (const name of wanted) outputs[name] = outputs[name]!.map((action) => action * 0.999995);
              return outputs;
            },
          };
        },
      ],
    });
    expect(report.problems.join()).toMatch(/apart in different batches/);
  });

  it('gives no verdict on fewer than 1,000 observations', async () => {
    const report = await judged({ observations: observations.subarray(0, 999 * 243) });
    expect(report.problems).toEqual(['only 999 observations from episodes; 1000 are needed for a verdict']);
  });

  it('refuses what is no ONNX file in one line', async () => {
    await expect(judged({ model: Buffer.from('not a model') })).rejects.toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringContaining('policy.onnx') }),
    );
  });

  it('looks at zeros, the clip bounds and +-1e6', () => {
    const edge = edgeObservations({ mean: Float32Array.of(1, 2), deviation: Float32Array.of(1, 0.5) });
    const rows = Array.from({ length: edge.length / 2 }, (_, row) => [...edge.subarray(row * 2, row * 2 + 2)]);
    for (const row of [
      [0, 0],
      [-4, -0.5],
      [6, 4.5],
      [1e6, 1e6],
      [-1e6, -1e6],
    ])
      expect(rows).toContainEqual(row);
  });

  describe('of an actor whose observation number 2 never moved', () => {
    const rows = observations.subarray(0, 1000 * 6).map((value, at) => (at % 6 === 2 ? 0.25 : value));
    const small = { observationSize: 6, actionSize: 3, hiddenUnits: 8, layers: 1 };
    const own: Actor = {
      network: small,
      parameters: initialParameters(small, 4, { weights: 'torch', logDeviation: 0 }),
      normaliser: new Normaliser(6),
    };
    own.normaliser.update(rows);
    own.normaliser.leastDeviation = 1e-3;
    const validated = (model: Model) =>
      judged({
        model: encodeModel(model),
        shape: small,
        engines: [onnxruntimeNode, onnxruntimeWeb],
        observations: rows,
        normaliser: { ...own.normaliser.moments(), leftOut: leftOut(own) },
        reference: (of, count) => eagerActions(own, of, count), // the actor that was trained, which listens to it
        sigma: own.parameters['actor.logDeviation']!.map(Math.exp),
      });

    it('passes a file that does what the actor does and does not listen to it', async () => {
      expect((await validated(exportActor(own, '0.0.0'))).problems).toEqual([]);
    });

    it('refuses one that does listen', async () => {
      own.normaliser.leastDeviation = 0;
      const listening = exportActor(own, '0.0.0');
      own.normaliser.leastDeviation = 1e-3;
      expect((await validated(listening)).problems.join()).toMatch(
        /1 observations never moved in training, and an action differs by .* when they do/,
      );
    });

    it('refuses one that has forgotten what it always was', async () => {
      const model = exportActor(own, '0.0.0');
      const bias = model.graph.initializers.get('actor.hidden0.bias')!;
      (bias.data as Float32Array).set(own.parameters['actor.hidden0.bias']!);
      // Of 0.25 in a thousand rows there is 0.008 of a deviation left.
      expect((await validated(model)).problems.join()).toMatch(/an action differs by \d\.\d+e-[34]/);
    });
  });
});
