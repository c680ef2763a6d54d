/**
 * A policy's file as the rules look at it: what kind of policy it is by ML-Agents' names, and how to ask its graph: which constant is
 * this, who makes that, what does it depend on.
 *
 * The file may be anything, also damaged: nothing here throws or walks in circles.
 */
import type { Attribute, Dimension, Graph, Model, Node, Tensor, ValueInfo } from '../onnx/model.ts';
import {
  ACTION_OUTPUTS,
  CONSTANT_OUTPUTS,
  DISCRETE_OUTPUTS,
  MODEL_VERSIONS,
  OBSERVATIONS,
  type PolicyShape,
} from './contract.ts';
import type { Engine } from './engines.ts';
import type { Trial } from './trial/result.ts';

/** What is judged by. */
export interface LintContext {
  /** The packages that are to run it. */
  readonly engines: readonly Engine[];
  /** What its sizes have to be, where somebody knows. */
  readonly expected?: PolicyShape | undefined;
  /** What came of running it, where it was run. */
  readonly trial?: Trial | undefined;
  /** What a Unity project's packages say of it, a sentence each. */
  readonly project?: { readonly refusals: readonly string[]; readonly warnings: readonly string[] } | undefined;
}

/** An input of observations. */
export interface Observation {
  readonly name: string;
  readonly type: ValueInfo['type'];
  readonly shape: readonly Dimension[] | undefined;
  /** Of the sensor, in its name; 0 where there is none in it. */
  readonly index: number;
}

export class PolicyFile {
  readonly model: Model;
  readonly context: LintContext;
  /** Without those that are initializers as well, which old files list among them. */
  readonly inputs: readonly ValueInfo[];
  /** Inputs whose names are those of observations, whatever the version. */
  readonly observations: readonly Observation[];
  /** By name, without those that nothing makes: engines drop them. */
  readonly outputs: ReadonlyMap<string, ValueInfo>;
  readonly #producers = new Map<string, Node>();
  readonly #readers = new Map<string, Node[]>();

  constructor(model: Model, context: LintContext) {
    this.model = model;
    this.context = context;
    const { inputs, outputs, nodes, initializers } = model.graph;
    for (const node of nodes) {
      for (const name of node.outputs) if (name !== '') this.#producers.set(name, node);
      for (const name of new Set(node.inputs)) {
        const readers = this.#readers.get(name);
        if (readers) readers.push(node);
        else this.#readers.set(name, [node]);
      }
    }
    this.inputs = inputs.filter(({ name }) => !initializers.has(name));
    this.observations = this.inputs.flatMap(({ name, type, shape }) => {
      const index = observationIndex(name);
      return index === undefined ? [] : [{ name, type, shape, index }];
    });
    const fed = new Set(this.inputs.map(({ name }) => name));
    const isMade = (name: string) => this.#producers.has(name) || initializers.has(name) || fed.has(name);
    this.outputs = new Map(outputs.filter(({ name }) => isMade(name)).map((output) => [output.name, output]));
  }

  get graph(): Graph {
    return this.model.graph;
  }

  /** The node that makes a value. */
  producer(name: string | undefined): Node | undefined {
    return name === undefined ? undefined : this.#producers.get(name);
  }

  /** The nodes that read a value. */
  readers(name: string): readonly Node[] {
    return this.#readers.get(name) ?? [];
  }

  /** The value of a name that stands for a constant: an initializer, a Constant, or an Identity of one. */
  constant(name: string | undefined): Tensor | undefined {
    const seen = new Set<string>();
    for (let at = name; at !== undefined && !seen.has(at); ) {
      seen.add(at);
      const initializer = this.graph.initializers.get(at);
      if (initializer) return initializer;
      const node = this.#producers.get(at);
      if (node?.op === 'Constant') return constantOf(node);
      at = node?.op === 'Identity' ? node.inputs[0] : undefined;
    }
    return undefined;
  }

  /** Every node that a value is computed from, that which makes it included. */
  ancestry(name: string): Set<Node> {
    const found = new Set<Node>();
    const names = [name];
    for (let next = names.pop(); next !== undefined; next = names.pop()) {
      const node = this.#producers.get(next);
      if (!node || found.has(node)) continue;
      found.add(node);
      names.push(...node.inputs);
    }
    return found;
  }

  /** The first number of a constant output; undefined where there is no such constant. */
  #numberOf(name: string): number | undefined {
    const tensor = this.outputs.has(name) ? this.constant(name) : undefined;
    return tensor?.data.length ? Number(tensor.data[0]) : undefined;
  }

  /** Of the contract; undefined where the file doesn't tell. */
  get version(): number | undefined {
    return this.#numberOf(CONSTANT_OUTPUTS.version);
  }

  /** How many numbers it remembers; 0 for a policy that remembers nothing. */
  get memorySize(): number {
    return this.#numberOf(CONSTANT_OUTPUTS.memory) ?? 0;
  }

  /** How many continuous actions it says that it has. */
  get continuousActions(): number | undefined {
    return this.#numberOf(CONSTANT_OUTPUTS.continuous);
  }

  /** The sizes of its discrete branches as it tells them; before version 3 their sum alone is told. */
  get branches(): readonly number[] | undefined {
    const name = CONSTANT_OUTPUTS.discrete;
    const tensor = this.outputs.has(name) ? this.constant(name) : undefined;
    return tensor && Array.from(tensor.data as Float32Array, Number);
  }

  get isContinuous(): boolean {
    return this.outputs.has(ACTION_OUTPUTS.sampled);
  }

  get isDiscrete(): boolean {
    return this.outputs.has(DISCRETE_OUTPUTS.sampled);
  }

  get isRecurrent(): boolean {
    return this.memorySize > 0;
  }
}

/** The sensor in an observation's name, undefined for what is no observation. */
function observationIndex(name: string): number | undefined {
  for (const { vector, visual } of Object.values(OBSERVATIONS)) {
    const found = vector.exec(name) ?? visual.exec(name);
    if (found) return Number(found[1] ?? 0);
  }
  return undefined;
}

/** Whether a file of this version calls an observation so. */
export function isObservationOf(version: number | undefined, name: string): boolean {
  const { vector, visual } = OBSERVATIONS[version === MODEL_VERSIONS.old ? 2 : 3];
  return vector.test(name) || visual.test(name);
}

function constantOf({ attributes }: Node): Tensor | undefined {
  const value = attributes['value'];
  if (value?.type === 'tensor') return value.value;
  const number = attributes['value_float'];
  const numbers = attributes['value_floats'];
  if (number?.type === 'float') return { type: 'float32', shape: [], data: Float32Array.of(number.value) };
  if (numbers?.type !== 'floats') return undefined;
  return { type: 'float32', shape: [numbers.value.length], data: Float32Array.from(numbers.value) };
}

/** A number that an attribute holds, or what holds where it is left out; NaN for an attribute that holds something else. */
export function numberIn(attribute: Attribute | undefined, leftOut: number): number {
  if (attribute === undefined) return leftOut;
  return attribute.type === 'float' || attribute.type === 'int' ? attribute.value : Number.NaN;
}

/** The numbers of an attribute, undefined where it has none. */
export function numbersIn(attribute: Attribute | undefined): readonly number[] | undefined {
  return attribute?.type === 'ints' || attribute?.type === 'floats' ? attribute.value : undefined;
}

/** A node as people find it again: "Gemm -> actions". */
export function toldNode({ op, name, outputs }: Node): string {
  return `${op || 'a node without an operator'} ${name ? `"${name}"` : `-> ${outputs[0] ?? 'nothing'}`}`;
}

/** "[batch, 39]". */
export function toldShape(shape: readonly Dimension[] | undefined): string {
  return shape ? `[${shape.map((size) => size ?? '?').join(', ')}]` : 'of any shape';
}
