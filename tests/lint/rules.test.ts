/** Each rule of the table, by a file that breaks it and no other. */
import { afterAll, describe, expect, it } from 'vitest';
import { type Engine, oldestEngines } from '../../lint/engines.ts';
import { lintBytes, lintModel } from '../../lint/lint.ts';
import { lintFile } from '../../lint/lint-file.ts';
import type { LintContext } from '../../lint/policy-file.ts';
import { rules } from '../../lint/rules.ts';
import { TrialProcess } from '../../lint/trial/try-apart.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { float, int, ints, type Model, node, type ValueInfo } from '../../onnx/model.ts';
import { continuous, discrete, numbers, old, remembering, renameInput } from './fixtures/policies.ts';

const all: LintContext = { engines: oldestEngines };
/** The rules that are broken; in several places at once counts as once. */
const codesOf = (findings: readonly { code: string }[]) => [...new Set(findings.map(({ code }) => code))];
const codes = (model: Model, context = all) => codesOf(lintModel(model, context).findings);

const input = ({ graph }: Model, name: string) => graph.inputs.find((each) => each.name === name)!;
const output = ({ graph }: Model, name: string) => graph.outputs.find((each) => each.name === name)!;
const withoutOutput = ({ graph }: Model, ...names: string[]) => {
  graph.outputs = graph.outputs.filter(({ name }) => !names.includes(name));
};
const nodeOf = ({ graph }: Model, op: string, at = 0) => graph.nodes.filter((each) => each.op === op)[at]!;
const set = ({ graph }: Model, name: string, ...values: number[]) => {
  graph.initializers.set(name, { ...graph.initializers.get(name)!, data: Float32Array.from(values) });
};
/** A node whose result nothing reads. */
const aside = ({ graph }: Model, ...made: Parameters<typeof node>) => graph.nodes.push(node(...made));
const moreOutput = ({ graph }: Model, name: string) => {
  graph.nodes.push(node('Tanh', ['mu'], [name]));
  graph.outputs.push({ name, type: 'float32', shape: ['batch', 2] });
};
const shaped = (info: ValueInfo, shape: ValueInfo['shape'] & object) => Object.assign(info, { shape });

interface Case {
  readonly policy?: () => Model;
  readonly break: (model: Model) => unknown;
  readonly context?: Partial<LintContext>;
  /** What its kind of file brings with it. */
  readonly besides?: readonly string[];
}

const newer: readonly Engine[] = oldestEngines.filter(({ name }) => name !== 'barracuda');

/** A way to break each rule that is about what the file says. */
const breaches: Readonly<Record<string, Case>> = {
  structure: { break: ({ graph }) => graph.nodes.push(node('Tanh', ['nobody'], ['something'])) },
  'not-finite': { break: (model) => set(model, 'b1', 0, Number.NaN) },
  'output-of-nothing': { break: (model) => model.graph.outputs.push({ name: 'value_estimate', type: 'float32' }) },
  'opset-domain': { break: (model) => Object.assign(model, { defaultDomain: 'ai.onnx' }) },
  'opset-too-old': { break: (model) => Object.assign(model, { opset: 6 }) },
  'opset-too-new': { policy: discrete, break: (model) => Object.assign(model, { opset: 16 }) },
  'opset-of-barracuda': { break: (model) => Object.assign(model, { opset: 10 }) },
  'wide-floats': {
    break: ({ graph }) => graph.initializers.set('wide', { type: 'float64', shape: [1], data: Float64Array.of(1) }),
  },
  'constant-among-inputs': {
    break: ({ graph }) => graph.inputs.push({ name: 'b1', type: 'float32', shape: [2] }),
  },
  'trimmed-name': { break: (model) => aside(model, 'Tanh', ['mu'], ['mean:0']) },
  'constant-form': { break: (model) => aside(model, 'Constant', [], ['half'], { value_float: float(0.5) }) },
  'clip-form': {
    break(model) {
      Object.assign(nodeOf(model, 'Clip'), { inputs: ['normal', 'low', 'high'], attributes: {} });
      model.graph.initializers.set('low', numbers([], [-5])).set('high', numbers([], [5]));
    },
  },
  'reduce-form': {
    context: { engines: newer },
    break(model) {
      model.graph.initializers.set('axes', { type: 'int64', shape: [1], data: BigInt64Array.of(1n) });
      aside(model, 'ReduceMean', ['mu', 'axes'], ['middle']);
    },
  },
  rank: { break: ({ graph }) => graph.initializers.set('deep', numbers([1, 1, 1, 1, 1, 1, 1, 1, 1], [1])) },

  'unexpected-input': {
    break: (model) => model.graph.inputs.push({ name: 'state', type: 'float32', shape: ['n', 1] }),
  },
  // An input that ML-Agents once filled, and no observation.
  'no-observation': { break: (model) => renameInput(model, 'obs_0', 'epsilon') },
  'observation-gap': { break: (model) => renameInput(model, 'obs_0', 'obs_1') },
  'observation-names': { break: (model) => renameInput(model, 'obs_0', 'vector_observation') },
  'input-type': { break: (model) => Object.assign(input(model, 'obs_0'), { type: 'int32' }) },
  'batch-fixed': { break: (model) => shaped(input(model, 'obs_0'), [1, 8]) },
  'observation-shape': { break: (model) => shaped(input(model, 'obs_0'), ['batch', 'numbers']) },
  'observation-size': { break: () => {}, context: { expected: { observationSize: 9, actionSize: 2 } } },
  'masks-missing': {
    policy: discrete,
    break(model) {
      renameInput(model, 'action_masks', 'ones');
      model.graph.inputs.pop();
      model.graph.initializers.set('ones', numbers([1, 5], [1, 1, 1, 1, 1]));
    },
  },
  'memory-input': { policy: remembering, break: (model) => set(model, 'memory_size', 6) },
  'memory-unused': {
    policy: remembering,
    break(model) {
      set(model, 'memory_size', 0);
      withoutOutput(model, 'recurrent_out');
    },
  },

  'version-missing': { break: (model) => withoutOutput(model, 'version_number') },
  'version-unknown': { break: (model) => set(model, 'version_number', 4) },
  'version-old': { policy: old, break: () => {} },
  'memory-missing': { break: (model) => withoutOutput(model, 'memory_size') },
  'memory-format': {
    policy: remembering,
    besides: ['version-old'],
    break(model) {
      set(model, 'version_number', 2);
      renameInput(model, 'obs_0', 'vector_observation');
    },
  },
  'constant-computed': {
    break({ graph }) {
      graph.initializers
        .set('two', numbers([1], [2]))
        .set('one', numbers([1], [1]))
        .delete('version_number');
      graph.nodes.push(node('Add', ['one', 'two'], ['version_number']));
    },
  },
  'constant-type': {
    break: ({ graph }) =>
      graph.initializers.set('memory_size', { type: 'int64', shape: [1], data: BigInt64Array.of(0n) }),
  },
  'memory-value': { break: (model) => set(model, 'memory_size', -1) },
  'no-actions': {
    break: (model) => withoutOutput(model, 'continuous_actions', 'deterministic_continuous_actions'),
  },
  'only-deterministic': {
    policy: discrete,
    break({ graph }) {
      graph.nodes.push(node('Tanh', ['logits1'], ['deterministic_continuous_actions']));
      graph.outputs.push({ name: 'deterministic_continuous_actions', type: 'float32', shape: ['batch', 2] });
    },
  },
  'deterministic-missing': { break: (model) => withoutOutput(model, 'deterministic_continuous_actions') },
  'action-shape-missing': { break: (model) => withoutOutput(model, 'continuous_action_output_shape') },
  'action-shape-value': { break: (model) => set(model, 'continuous_action_output_shape', 3) },
  'action-form': { break: (model) => shaped(output(model, 'continuous_actions'), [2]) },
  'action-batch': { break: (model) => shaped(output(model, 'continuous_actions'), [1, 2]) },
  'action-size': { break: () => {}, context: { expected: { observationSize: 8, actionSize: 3 } } },
  'action-like-output': { break: (model) => moreOutput(model, 'actions_before_clipping') },
  'unknown-output': { break: (model) => moreOutput(model, 'mu_again') },
  'legacy-output': { break: (model) => moreOutput(model, 'action') },

  operator: { break: (model) => aside(model, 'GroupNormalization', ['mu'], ['grouped']) },
  'operator-domain': {
    break: (model) =>
      aside(model, 'FastGelu', ['mu'], ['fast']) &&
      Object.assign(model.graph.nodes.at(-1)!, { domain: 'com.microsoft' }),
  },
  'gemm-scaled': { break: (model) => Object.assign(nodeOf(model, 'Gemm').attributes, { alpha: float(2) }) },
  'gemm-operands': { break: ({ graph }) => graph.initializers.set('b1', numbers([1, 2], [0, 0])) },
  'split-form': { break: (model) => aside(model, 'Split', ['mu'], ['left', 'right'], { axis: int(1) }) },
  'reduce-axes': { break: (model) => aside(model, 'ReduceMean', ['mu'], ['middle'], { axes: ints([0]) }) },
  'layer-normalization': {
    context: { engines: newer },
    break: (model) => aside(model, 'LayerNormalization', ['mu', 'sigma'], ['normed'], { axis: int(-1) }),
  },
  'constant-minus': { break: (model) => aside(model, 'Sub', ['three', 'mu'], ['rest']) },
  'shape-arithmetic': { break: (model) => aside(model, 'Shape', ['mu'], ['size']) },

  'normaliser-deviation': { break: (model) => set(model, 'deviation', 1, 1, 0, 1, 1, 1, 1, 1) },
  'normaliser-clip': {
    break(model) {
      model.graph.nodes = model.graph.nodes.filter((each) => !each.outputs.includes('seen'));
      renameInput(model, 'seen', 'normal');
    },
  },
  'never-moved': { break: (model) => set(model, 'deviation', 1, 1, 1e-4, 1, 1, 1, 1, 1) },
  'noise-missing': { break: (model) => Object.assign(nodeOf(model, 'RandomNormalLike'), { op: 'Tanh' }) },
  'noise-several': { break: (model) => aside(model, 'RandomNormalLike', ['mu'], ['more']) },
  'noise-seed': {
    break: (model) => Object.assign(nodeOf(model, 'RandomNormalLike').attributes, { seed: float(1) }),
  },
  'noise-in-deterministic': {
    break: (model) => Object.assign(nodeOf(model, 'Div', 2), { inputs: ['clipped', 'three'] }),
  },

  'unity-refuses': { break: () => {}, context: { project: { refusals: ['ML-Agents 1.0'], warnings: [] } } },
  'unity-packages': { break: () => {}, context: { project: { refusals: [], warnings: ['no version'] } } },
};

/** A way to break each that is about what comes of running it. */
const misbehaviours: Readonly<Record<string, (model: Model) => unknown>> = {
  'does-not-run': ({ graph }) => graph.initializers.set('w1', numbers([2, 3], [1, 1, 1, 1, 1, 1])),
  // At this operator set, over everything from the first axis on: the agents' sums are one.
  'rows-mixed': (model) => Object.assign(nodeOf(model, 'Sigmoid'), { op: 'Softmax', attributes: { axis: int(0) } }),
  'not-a-number': (model) => Object.assign(nodeOf(model, 'Sigmoid'), { op: 'Log' }),
  'out-of-range': (model) => set(model, 'three', 1),
};

describe('a policy that breaks no rule', () => {
  it.each([
    ['of continuous actions', continuous, 'version 3; obs_0 [batch, 8] -> 2 continuous actions'],
    [
      'of an image, a vector and discrete actions',
      discrete,
      'version 3; obs_0 [batch, 6], obs_1 [batch, 3, 5, 5] -> discrete actions of 3 + 2',
    ],
    ['with a memory', remembering, 'version 3; obs_0 [batch, 3] -> 2 continuous actions, and a memory of 8'],
  ])('%s has no findings, and is told as what it is', (_what, policy, told) => {
    expect(lintModel(policy(), all)).toEqual({
      passed: true,
      engines: ['barracuda 1.4', 'sentis 1.2', 'inference-engine 2.2'],
      policy: told,
      findings: [],
    });
  });
});

describe('the table of rules', () => {
  it('has a file here that breaks each rule, and no two rules of one name', () => {
    const own = [...Object.keys(breaches), ...Object.keys(misbehaviours), 'unreadable'];
    expect(rules.map(({ code }) => code).sort()).toEqual(own.sort());
  });

  it.each(rules)('$code says what, why and how to mend it, without a full stop where it goes on', (rule) => {
    expect(rule.what).toMatch(/^[A-Z`].*\.\)?$/);
    expect(rule.why).not.toMatch(/\.$/);
    expect(rule.mend).not.toMatch(/\.$/);
  });

  it.each(Object.entries(breaches))(
    '%s is broken by itself',
    (code, { policy = continuous, context, besides = [], ...how }) => {
      const model = policy();
      how.break(model);
      expect(codes(model, { ...all, ...context })).toEqual([...besides, code]);
    },
  );

  it('tells a file that is no model', () => {
    const { findings, policy, passed } = lintBytes(Buffer.from('version https://git-lfs.github.com/spec/v1'), 'x', all);
    expect({ policy, passed }).toEqual({ policy: null, passed: false });
    expect(findings).toMatchObject([
      { code: 'unreadable', level: 'error', mend: expect.stringMatching(/git lfs pull/) },
    ]);
  });
});

describe('running a policy', () => {
  const process = new TrialProcess();
  afterAll(() => process.close());
  const judged = async (model: Model) => {
    const { findings } = await lintFile(encodeModel(model), 'x.onnx', all, true, process);
    return codesOf(findings);
  };

  it.each([
    ['continuous', continuous],
    ['discrete', discrete],
    ['remembering', remembering],
  ])('finds nothing in a %s one', async (_kind, policy) => {
    expect(await judged(policy())).toEqual([]);
  });

  it.each(Object.entries(misbehaviours))('finds %s', async (code, damage) => {
    const model = continuous();
    damage(model);
    expect(await judged(model)).toEqual([code]);
  });

  it('goes on in another process after one that ended', async () => {
    const hasty = new TrialProcess(0.001);
    const { failure } = await hasty.try(encodeModel(continuous()));
    expect(failure).toBe('onnxruntime did not answer within 0.001 s');
    hasty.close();
    expect(await judged(continuous())).toEqual([]);
  });
});

describe('the package that is to run a policy', () => {
  it('decides which operators there are, by its version', () => {
    const model = continuous();
    model.graph.nodes.push(node('Erf', ['mu'], ['erf']));
    const found = (name: Engine['name'], version: string) => codes(model, { engines: [{ name, version }] });
    expect(found('barracuda', '2.0.0')).toEqual(['operator']);
    expect(found('barracuda', '3.0.2')).toEqual([]);
    expect(found('sentis', '1.2.0-exp.2')).toEqual([]);
  });

  it('is told with what only it minds, and what it does not mind is left out', () => {
    const model = continuous();
    nodeOf(model, 'Gemm').attributes['alpha'] = float(2);
    const [finding] = lintModel(model, all).findings;
    expect(finding).toMatchObject({
      code: 'gemm-scaled',
      engines: ['barracuda'],
      where: 'Gemm -> h0',
      found: 'alpha is 2',
    });
    expect(codes(model, { engines: newer })).toEqual([]);
  });

  it('of Inference Engine 2.6 reads operator set 16', () => {
    const model = { ...discrete(), opset: 16 };
    expect(codes(model, { engines: [{ name: 'inference-engine', version: '2.5.0' }] })).toEqual(['opset-too-new']);
    expect(codes(model, { engines: [{ name: 'inference-engine', version: '2.6.1' }] })).toEqual([]);
  });
});
