/**
 * What ML-Agents, from 2.0 to 4.0, demands of a policy with one vector observation and continuous actions, as a table, and
 * the check of a model against it.
 *
 * Why each row is as it is: packages before 3.0 find the constants by name among the imported tensors, later ones run the
 * model once and read them from its outputs as float32; so they are float32 and graph outputs. Barracuda, Sentis and
 * Inference Engine disagree on much, but all of them read opset 9 with the operators below.
 */
import type { Dimension, Model, Node } from '../onnx/model.ts';

export interface PolicyShape {
  readonly observationSize: number;
  readonly actionSize: number;
}

export const INPUT = 'obs_0';
export const OPSET = 9;

/** Outputs that are the same number whatever is observed: float32 [1]. */
export function constantOutputs({ actionSize }: PolicyShape): Readonly<Record<string, number>> {
  return { version_number: 3, memory_size: 0, continuous_action_output_shape: actionSize };
}

/** Outputs of one row an agent: float32 [batch, actionSize], within [-1, 1]. */
export const ACTION_OUTPUTS = {
  sampled: 'continuous_actions',
  deterministic: 'deterministic_continuous_actions',
} as const;

/**
 * What every engine behind ML-Agents is known to run: the operators of Unity's own Walker, those of the layer norm in Unity's
 * own Sorter (ReduceMean, Sqrt), and Tanh.
 */
const OPERATORS = new Set([
  'Add',
  'Clip',
  'Concat',
  'Constant',
  'Div',
  'Exp',
  'Gemm',
  'Identity',
  'Mul',
  'RandomNormalLike',
  'ReduceMean',
  'Sigmoid',
  'Sqrt',
  'Sub',
  'Tanh',
]);

/** Everything about a model that breaks the contract, a sentence each; empty where ML-Agents will take it. */
export function contractProblems(model: Model, shape: PolicyShape): string[] {
  return [
    ...fileProblems(model),
    ...inputProblems(model, shape),
    ...outputProblems(model, shape),
    ...nodeProblems(model),
  ];
}

function fileProblems({ opset, graph }: Model): string[] {
  const problems: string[] = [];
  if (opset !== OPSET) problems.push(`the opset is ${opset}; every engine reads ${OPSET}`);
  for (const [name, { type, data }] of graph.initializers) {
    if (type !== 'float32') problems.push(`the constant ${name} is ${type}, not float32`);
    else if (!(data as Float32Array).every(Number.isFinite))
      problems.push(`the constant ${name} holds a NaN or an infinity`);
  }
  return problems;
}

function inputProblems({ graph }: Model, { observationSize }: PolicyShape): string[] {
  const problems: string[] = [];
  const names = graph.inputs.map(({ name }) => name);
  if (names.join() !== INPUT)
    problems.push(`the inputs are ${names.join(', ') || 'none'}; ML-Agents fills only ${INPUT}`);
  for (const { name, type, shape } of graph.inputs) {
    if (type !== 'float32') problems.push(`the input ${name} is ${type}, not float32`);
    problems.push(...batchProblems('input', name, shape, observationSize));
  }
  return problems;
}

function outputProblems({ graph }: Model, shape: PolicyShape): string[] {
  const problems: string[] = [];
  const outputs = new Map(graph.outputs.map((output) => [output.name, output]));
  for (const [name, value] of Object.entries(constantOutputs(shape))) {
    const initializer = graph.initializers.get(name);
    if (!outputs.has(name)) problems.push(`the output ${name} is missing`);
    else if (!initializer) problems.push(`the output ${name} is computed; it has to be a constant of the file`);
    else if (initializer.shape.join() !== '1' || Number(initializer.data[0]) !== value) {
      problems.push(
        `the output ${name} is ${initializer.data[0]} of shape [${initializer.shape}]; it has to be [${value}]`,
      );
    }
  }
  for (const name of Object.values(ACTION_OUTPUTS)) {
    const output = outputs.get(name);
    if (output) problems.push(...batchProblems('output', name, output.shape, shape.actionSize));
    else problems.push(`the output ${name} is missing`);
  }
  const known = new Set<string>([...Object.keys(constantOutputs(shape)), ...Object.values(ACTION_OUTPUTS)]);
  for (const name of outputs.keys()) {
    if (!known.has(name)) problems.push(`the output ${name} is none that ML-Agents knows`);
  }
  return problems;
}

function nodeProblems({ graph }: Model): string[] {
  const problems: string[] = [];
  for (const { op, inputs, attributes, name } of graph.nodes) {
    const where = `${op} ${name ?? ''}`.trim();
    if (!OPERATORS.has(op))
      problems.push(`${where} is an operator that Barracuda, Sentis or Inference Engine may not know`);
    if (op === 'Clip' && inputs.length > 1)
      problems.push(`${where} takes its limits as inputs; opset ${OPSET} reads attributes`);
    if (op === 'RandomNormalLike' && attributes['seed'] !== undefined)
      problems.push(`${where} has a seed: the noise would repeat`);
    if (op === 'ReduceMean' && !isMeanOfRows(attributes))
      problems.push(`${where} is not over the last axis with keepdims; Barracuda knows no other`);
    if (op !== 'Gemm') continue;
    const plain = { alpha: 1, beta: 1, transA: 0 };
    if (Object.entries(plain).some(([attribute, value]) => (attributes[attribute]?.value ?? value) !== value))
      problems.push(`${where} is scaled or transposed; Barracuda ignores that`);
    if (graph.initializers.get(inputs[1]!)?.shape.length !== 2)
      problems.push(`${where} has weights that are no rank-2 constant`);
    if (graph.initializers.get(inputs[2]!)?.shape.length !== 1)
      problems.push(`${where} has a bias that is no rank-1 constant`);
  }
  const draws = graph.nodes.filter(({ op }) => op === 'RandomNormalLike').length;
  if (draws !== 1)
    problems.push(`there are ${draws} RandomNormalLike; Sentis before 1.6 may merge them, so there has to be one`);
  return problems;
}

function isMeanOfRows({ axes, keepdims }: Node['attributes']): boolean {
  return ['1', '-1'].includes(String(axes?.value)) && (keepdims?.value ?? 1) === 1;
}

function batchProblems(kind: string, name: string, shape: readonly Dimension[] | undefined, size: number): string[] {
  if (shape?.length === 2 && typeof shape[0] === 'string' && shape[1] === size) return [];
  return [`the ${kind} ${name} has the shape [${shape?.join(', ') ?? 'unknown'}]; it has to be [batch, ${size}]`];
}
