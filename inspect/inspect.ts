/** What is in a policy's file: what goes in and comes out, its layers and their sizes, its normaliser, and where it comes from. */
import { behavior } from '../envs/walker/behavior.ts';
import { describePolicy } from '../lint/lint.ts';
import { NEVER_MOVED_BELOW, normalisersOf } from '../lint/normalisers.ts';
import { PolicyFile, toldNode } from '../lint/policy-file.ts';
import type { Dimension, Model, Node, Tensor } from '../onnx/model.ts';

export interface Inspection {
  /** What kind of policy it is, in a sentence. */
  readonly policy: string;
  readonly producer: string;
  readonly opset: number;
  /** Version of the file format. */
  readonly format: number;
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
  readonly layers: readonly InspectedLayer[];
  /** Numbers in all constants of the file, those of the layers and all others. */
  readonly parameters: number;
  /** How often each operator is there. */
  readonly operators: Readonly<Record<string, number>>;
  readonly normalisers: readonly InspectedNormaliser[];
  /** What the file tells of where it comes from. */
  readonly provenance: Readonly<Record<string, string>>;
}

export interface InspectedValue {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly Dimension[] | null;
  /** The numbers of an output that is a constant. */
  readonly constant?: readonly number[];
}

/** A node with weights of its own. */
export interface InspectedLayer {
  readonly operator: string;
  readonly where: string;
  /** Shapes of its constants. */
  readonly shapes: readonly (readonly number[])[];
  readonly parameters: number;
}

export interface InspectedNormaliser {
  readonly inputs: readonly string[];
  readonly clip: readonly [min: number, max: number] | null;
  readonly observations: readonly InspectedObservation[];
}

export interface InspectedObservation {
  readonly index: number;
  /** Null where nobody knows what it is. */
  readonly name: string | null;
  readonly mean: number;
  readonly deviation: number;
  /** "never moved" in training; "left out": the policy does not listen to it. */
  readonly state: 'moves' | 'never moved' | 'left out';
}

/** Operators whose constants are learnt. */
const LAYERS = new Set(['Gemm', 'MatMul', 'Conv', 'ConvTranspose', 'LSTM', 'GRU', 'RNN', 'LayerNormalization']);
/** As many numbers of a constant output as are told. */
const NUMBERS_TOLD = 16;

/** Throws nothing, whatever the model. */
export function inspectModel(model: Model): Inspection {
  const policy = new PolicyFile(model, { engines: [] });
  const { graph } = model;
  const constants = [...graph.initializers.values()];
  return {
    policy: describePolicy(policy),
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' ') || 'unknown',
    opset: model.opset,
    format: model.irVersion,
    inputs: policy.inputs.map(({ name, type, shape }) => ({ name, type, shape: shape ?? null })),
    outputs: graph.outputs.map(({ name, type, shape }) => {
      const constant = policy.constant(name);
      const told = constant && Array.from(constant.data.subarray(0, NUMBERS_TOLD) as Float32Array, Number);
      return { name, type, shape: shape ?? null, ...(told ? { constant: told } : {}) };
    }),
    layers: graph.nodes.flatMap((node) => layerOf(policy, node)),
    parameters: constants.reduce((sum, { data }) => sum + data.length, 0),
    operators: countsOf(graph.nodes.map(({ op }) => op)),
    normalisers: normalisersIn(policy),
    provenance: model.metadata,
  };
}

function layerOf(policy: PolicyFile, node: Node): InspectedLayer[] {
  if (!LAYERS.has(node.op)) return [];
  const weights = node.inputs.map((name) => policy.constant(name)).filter((each): each is Tensor => each !== undefined);
  if (weights.length === 0) return [];
  const parameters = weights.reduce((sum, { data }) => sum + data.length, 0);
  return [{ operator: node.op, where: toldNode(node), shapes: weights.map(({ shape }) => shape), parameters }];
}

function normalisersIn(policy: PolicyFile): InspectedNormaliser[] {
  return normalisersOf(policy).map(({ inputs, mean, deviation, clip, isUnheard }) => {
    const names = mean.length === behavior.observationSize ? behavior.observationNames : undefined;
    return {
      inputs,
      clip: clip ? [clip.min, clip.max] : null,
      observations: Array.from(mean, (value, index): InspectedObservation => {
        const state = isUnheard[index] ? 'left out' : deviation[index]! < NEVER_MOVED_BELOW ? 'never moved' : 'moves';
        return { index, name: names?.[index] ?? null, mean: value, deviation: deviation[index]!, state };
      }),
    };
  });
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1)));
}
