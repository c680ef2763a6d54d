/** Ways in which a policy's file goes wrong, planted into a sound one: what the checks of regress are measured by. */
import type { RandomStream } from '../base/random/stream.ts';
import { actionNames } from '../envs/walker/action.ts';
import { normalizerOf } from '../evaluate/policy-graph.ts';
import { ACTION_OUTPUTS } from '../lint/contract.ts';
import type { Model, Node, Tensor } from '../onnx/model.ts';

export interface Damage {
  readonly name: string;
  /** The damaged model, another one for each seed where there is something to choose; the sound one is left as it is. */
  plant(sound: Model, random: RandomStream): Model;
  /** Whether no seed changes anything. */
  readonly isOne?: boolean;
}

export const damages: readonly Damage[] = [
  {
    name: 'one sign flipped, among the largest weights of a layer',
    plant: (sound, random) => flipSign(sound, random),
  },
  { name: 'two rows of weights swapped', plant: (sound, random) => swapRows(sound, random) },
  { name: 'normaliser off by 20 %', plant: (sound, random) => shiftNormaliser(sound, random, 0.2) },
  { name: 'normaliser off by 5 %', plant: (sound, random) => shiftNormaliser(sound, random, 0.05) },
  { name: 'weight noise of 2 %', plant: (sound, random) => addNoise(sound, random, 0.02) },
  { name: 'weight noise of 5 %', plant: (sound, random) => addNoise(sound, random, 0.05) },
  { name: 'weight noise of 10 %', plant: (sound, random) => addNoise(sound, random, 0.1) },
  { name: 'left and right foot swapped, as another rig has them', plant: swapFeet, isOne: true },
  { name: 'observations clipped at 1 and not 5', plant: (sound) => clipAt(sound, 1), isOne: true },
  { name: 'sampled and mean actions swapped', plant: swapOutputs, isOne: true },
  { name: "`Clip` in a later opset's form", plant: clipByInputs, isOne: true },
];

/** A file that computes the same but for rounding: every weight is moved to a neighbour, up or down. */
export function reExported(sound: Model, random: RandomStream): Model {
  return withTensors(sound, (name, tensor) =>
    isWeight(name, tensor) ? mapped(tensor, (value) => value * (1 + (random.uint32() & 1 ? 6e-8 : -6e-8))) : tensor,
  );
}

function flipSign(sound: Model, random: RandomStream): Model {
  const [layer, weights] = drawn(layersOf(sound), random);
  const sizes = Array.from(weights.data as Float32Array, Math.abs);
  const order = sizes.map((_, index) => index).sort((a, b) => sizes[b]! - sizes[a]!);
  const which = order[random.below(Math.ceil(order.length / 1000))]!;
  return withTensors(sound, (name, tensor) =>
    name === layer ? mapped(tensor, (value, index) => (index === which ? -value : value)) : tensor,
  );
}

function swapRows(sound: Model, random: RandomStream): Model {
  const [layer, weights] = drawn(layersOf(sound), random);
  const [rows, columns] = weights.shape as [number, number];
  const first = random.below(rows);
  const second = (first + 1 + random.below(rows - 1)) % rows;
  const from = (row: number) => (row === first ? second : row === second ? first : row);
  return withTensors(sound, (name, tensor) =>
    name === layer
      ? mapped(tensor, (_, index, all) => all[from(Math.floor(index / columns)) * columns + (index % columns)]!)
      : tensor,
  );
}

/** Each deviation is larger or smaller by this share. */
function shiftNormaliser(sound: Model, random: RandomStream, share: number): Model {
  const deviation = normalizerOf(sound)?.deviation;
  return withTensors(sound, (_, tensor) =>
    tensor.data === deviation
      ? mapped(tensor, (value) => value * (random.uint32() & 1 ? 1 + share : 1 / (1 + share)))
      : tensor,
  );
}

/** Normal noise, of this share of a layer's root mean square. */
function addNoise(sound: Model, random: RandomStream, share: number): Model {
  const layers = new Map(layersOf(sound));
  return withTensors(sound, (name, tensor) => {
    if (!layers.has(name)) return tensor;
    const data = tensor.data as Float32Array;
    const scale = share * Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
    return mapped(tensor, (value) => value + scale * random.normal());
  });
}

function swapFeet(sound: Model): Model {
  const names = actionNames();
  const partner = names.map((name) =>
    names.indexOf(name.replace(/^foot([LR])/, (_, side) => `foot${side === 'L' ? 'R' : 'L'}`)),
  );
  const last = layersOf(sound).at(-1)![0];
  return withTensors(sound, (name, tensor) => {
    if (name !== last) return tensor;
    const columns = tensor.shape[1]!;
    // Unity's files keep a layer's weights the other way round, [actions, units].
    const isTurned = columns !== names.length;
    return mapped(tensor, (_, index, all) => {
      const [row, column] = [Math.floor(index / columns), index % columns];
      return isTurned ? all[partner[row]! * columns + column]! : all[row * columns + partner[column]!]!;
    });
  });
}

function clipAt(sound: Model, bound: number): Model {
  const limits = { min: { type: 'float', value: -bound }, max: { type: 'float', value: bound } } as const;
  return withNodes(sound, (node, index, nodes) =>
    index === nodes.findIndex(({ op }) => op === 'Clip')
      ? { ...node, attributes: { ...node.attributes, ...limits } }
      : node,
  );
}

function swapOutputs(sound: Model): Model {
  const { sampled, deterministic } = ACTION_OUTPUTS;
  const other = (name: string) => (name === sampled ? deterministic : name === deterministic ? sampled : name);
  return withNodes(sound, (node) => ({ ...node, outputs: node.outputs.map(other) }));
}

/** Opset 11 takes the limits as inputs; a reader of opset 9 finds none. */
function clipByInputs(sound: Model): Model {
  const first = sound.graph.nodes.find(({ op }) => op === 'Clip')!;
  const changed = withNodes(sound, (node) =>
    node === first ? { ...node, inputs: [...node.inputs, 'clip.low', 'clip.high'], attributes: {} } : node,
  );
  const limit = (value: number): Tensor => ({ type: 'float32', shape: [], data: Float32Array.of(value) });
  changed.graph.initializers.set('clip.low', limit(-5)).set('clip.high', limit(5));
  return changed;
}

/** Weights of the layers in their order: what Gemm multiplies by. */
function layersOf({ graph }: Model): [name: string, weights: Tensor][] {
  return graph.nodes
    .filter(({ op }) => op === 'Gemm')
    .map(({ inputs }): [string, Tensor] => [inputs[1]!, graph.initializers.get(inputs[1]!)!]);
}

function isWeight(_: string, { type, data }: Tensor): boolean {
  return type === 'float32' && data.length > 39;
}

function drawn<Item>(items: readonly Item[], random: RandomStream): Item {
  return items[random.below(items.length)]!;
}

function mapped(tensor: Tensor, to: (value: number, index: number, all: Float32Array) => number): Tensor {
  const data = tensor.data as Float32Array;
  return { ...tensor, data: data.map((value, index) => to(value, index, data)) };
}

function withTensors(model: Model, to: (name: string, tensor: Tensor) => Tensor): Model {
  const initializers = new Map(Array.from(model.graph.initializers, ([name, each]) => [name, to(name, each)]));
  return { ...model, graph: { ...model.graph, initializers } };
}

function withNodes(model: Model, to: (node: Node, index: number, nodes: readonly Node[]) => Node): Model {
  const initializers = new Map(model.graph.initializers);
  return { ...model, graph: { ...model.graph, initializers, nodes: model.graph.nodes.map(to) } };
}
