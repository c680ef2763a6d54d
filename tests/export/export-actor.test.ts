import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportActor } from '../../export/export-actor.ts';
import { contractProblems } from '../../lint/lint.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { int, type Model, node, type Tensor } from '../../onnx/model.ts';
import { Normaliser } from '../../train/policy/normaliser.ts';
import { initialParameters, type Network } from '../../train/policy/policy.ts';
import { because } from '../skipping.ts';

const network = { observationSize: 243, actionSize: 39, hiddenUnits: 32, layers: 3 };
const actor = { network, parameters: initialParameters(network, 1), normaliser: new Normaliser(243) };
const unityPolicy = join(import.meta.dirname, '../../../shared/reference/Walker-unity-2023.onnx');

/** The exported model as a reader of the file sees it. */
const exported = () => decodeModel(encodeModel(exportActor(actor, '0.0.0', { 'gaitsmith.run': 'test' })));
const ops = ({ graph }: Model) => graph.nodes.map(({ op }) => op);

describe('the exported actor', () => {
  it("meets ML-Agents' contract as a file", () => {
    expect(contractProblems(exported(), network)).toEqual([]);
  });

  it('has outputs of the names and in the order of the official exporter', () => {
    expect(exported().graph.outputs.map(({ name }) => name)).toEqual([
      'version_number',
      'memory_size',
      'continuous_actions',
      'continuous_action_output_shape',
      'deterministic_continuous_actions',
    ]);
  });

  it('has one Gemm for each layer and draws its noise once', () => {
    const count = (wanted: string) => ops(exported()).filter((op) => op === wanted).length;
    expect(count('Gemm')).toBe(network.layers + 1);
    expect(count('RandomNormalLike')).toBe(1);
  });

  it('has an input for each sensor, where there are several', () => {
    const sensors = [{ size: 240 }, { size: 3 }];
    const model = decodeModel(encodeModel(exportActor({ ...actor, sensors }, '0.0.0')));
    expect(model.graph.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['obs_0', ['batch', 240]],
      ['obs_1', ['batch', 3]],
    ]);
    expect(contractProblems(model, { ...network, sensors })).toEqual([]);
    expect(contractProblems(model, network)).toEqual([
      'the observations are obs_0, obs_1, and ML-Agents fills obs_0 (observation-size)',
    ]);
  });

  it('tells where it comes from', () => {
    const { metadata, producerName } = exported();
    expect(producerName).toBe('gaitsmith');
    expect(metadata).toMatchObject({ 'gaitsmith.run': 'test', 'gaitsmith.version': '0.0.0' });
  });

  it('keeps the observation as the first operand where the normaliser subtracts', () => {
    const first = exported().graph.nodes[0]!;
    expect([first.op, first.inputs[0]]).toEqual(['Sub', 'obs_0']);
  });
});

describe('an exported actor', () => {
  const networks: readonly [what: string, more: Partial<Network>][] = [
    ['layer norm and no other activation', { layerNorm: true, activation: 'none' }],
    ['layer norm before swish', { layerNorm: true }],
    ['tanh', { activation: 'tanh' }],
    ['a body that it shares with the critic', { sharedBody: true }],
  ];
  it.each(networks)("with %s meets ML-Agents' contract", (_what, more) => {
    const other = { ...network, ...more };
    const model = exportActor({ ...actor, network: other, parameters: initialParameters(other, 1) }, '0.0.0');
    const read = decodeModel(encodeModel(model));
    expect(contractProblems(read, network)).toEqual([]);
    expect([...read.graph.initializers.keys()].filter((name) => name.startsWith('critic'))).toEqual([]);
    expect(ops(read).filter((op) => op === 'ReduceMean')).toHaveLength(more.layerNorm ? 2 * network.layers : 0);
  });
});

describe("the contract's check", () => {
  const attribute =
    (op: string, name: string, value: number) =>
    ({ graph }: Model) => {
      graph.nodes.find((node) => node.op === op)!.attributes[name] = { type: 'float', value };
    };
  const constant =
    (name: string, tensor: Tensor) =>
    ({ graph }: Model) => {
      graph.initializers.set(name, tensor);
    };
  const breaches: [what: string, damage: (model: Model) => void, told: RegExp][] = [
    ['another opset', (model) => Object.assign(model, { opset: 17 }), /operator set is 17/],
    [
      'another input name',
      ({ graph }) => Object.assign(graph.inputs[0]!, { name: 'state' }),
      /input state: ML-Agents fills no input/,
    ],
    [
      'a batch that is baked in',
      ({ graph }) => Object.assign(graph.inputs[0]!, { shape: [1, 243] }),
      /obs_0: its shape is \[1, 243\]/,
    ],
    ['a missing output', ({ graph }) => graph.outputs.pop(), /there is no deterministic_continuous_actions/],
    [
      'an output too many',
      ({ graph }) => Object.assign(graph.outputs[0]!, { name: 'action' }),
      /there is no output version_number/,
    ],
    [
      'another version number',
      constant('version_number', { type: 'float32', shape: [1], data: Float32Array.of(2) }),
      /version_number: it is 2/,
    ],
    [
      'an integer constant',
      constant('memory_size', { type: 'int64', shape: [1], data: BigInt64Array.of(0n) }),
      /memory_size: its type is int64/,
    ],
    [
      'a NaN among the weights',
      ({ graph }) => (graph.initializers.get('actor.mean.bias')!.data as Float32Array).fill(Number.NaN, 3, 4),
      /actor\.mean\.bias" has 1 elements that are not finite/,
    ],
    ['a noise that repeats', attribute('RandomNormalLike', 'seed', 1), /its seed is 1/],
    [
      'an operator of later times',
      ({ graph }) => Object.assign(graph.nodes[3]!, { op: 'LayerNormalization' }),
      /LayerNormalization/,
    ],
    ['a scaled Gemm', attribute('Gemm', 'alpha', 2), /Gemm.*alpha is 2/],
    [
      'a mean over the batch',
      ({ graph }) =>
        graph.nodes.push(
          node('ReduceMean', ['obs_0'], ['mean'], { axes: { type: 'ints', value: [0] }, keepdims: int(1) }),
        ),
      /ReduceMean.*over the axes 0/,
    ],
  ];
  it.each(breaches)('notices %s', (_what, damage, told) => {
    const model = exported();
    damage(model);
    expect(contractProblems(model, network).join('\n')).toMatch(told);
  });

  it.skipIf(because(!existsSync(unityPolicy), `${unityPolicy} is not here`))(
    "finds nothing wrong with Unity's own Walker",
    () => {
      expect(contractProblems(decodeModel(readFileSync(unityPolicy)), network)).toEqual([]);
    },
  );
});
