/**
 * Networks that cannot tell left from right: whatever their parameters are, the policy in the mirror is the mirrored policy, and
 * a state in the mirror is worth what the state is worth. So no decision has to be learnt from a second time, as its mirror image.
 *
 * Observations and actions split into an even part, which the mirror leaves alone, and an odd part, which it negates (parity.ts).
 * Hidden units come in pairs that the mirror swaps: what one of them sees, the other sees in the mirror. A linear layer
 * respects the mirror if it makes what is even of what is even and what is odd of what is odd, and only then:
 *
 *     even' = even We + bias        odd' = odd Wo
 *
 * So a layer is two products of half the size each way, half the work of a dense one. An activation f acts on the units
 * themselves, and the next layer reads their sums and differences again:
 *
 *     one = f(even' + odd')         other = f(even' - odd')
 *
 * The value is even; each action is put together of its even and its odd part.
 *
 * Such a network is a dense one, some of whose weights are tied to one another: `denseForm` spells it out, for acting and for the
 * file that ships. Each weight that is tied to another one is (We + Wo) / sqrt 2 or (We - Wo) / sqrt 2 of one number of each. So
 * We and Wo start as the dense network's weights would, and a step of Adam moves those as far as it would move them untied.
 */
import { standardised } from '../../compile/layer-norm.ts';
import { tf } from '../../compile/tensorflow.ts';
import { activations } from './activations.ts';
import { type InitialWeights, layerStart, type Start } from './initial-weights.ts';
import type { LinearLayer, Network, ParameterRow, Parameters, SymmetricNetwork } from './network.ts';
import {
  type Coordinate,
  coordinateMatrix,
  evenNumber,
  type MirrorTable,
  type Parity,
  pairedUnits,
  parityOf,
} from './parity.ts';

type Tensors = Parameters<tf.Tensor>;

/** What a layer reads: coordinates, once they are multiplied by the factor. Absent: there are none of that kind. */
interface Halves {
  readonly even?: tf.Tensor | undefined; // [batch, even coordinates]
  readonly odd?: tf.Tensor | undefined; // [batch, odd coordinates]
  readonly factor: number;
}

/** The numbers that layers read and make, as they split. */
function paritiesOf({ symmetry, hiddenUnits }: SymmetricNetwork): Readonly<Record<LinearLayer['from' | 'to'], Parity>> {
  return {
    observations: parityOf(symmetry.observations),
    units: pairedUnits(hiddenUnits),
    actions: parityOf(symmetry.actions),
    value: evenNumber,
  };
}

/** The parameters of a linear layer: none for a part that there is nothing of. */
export function symmetricRows(network: SymmetricNetwork, layer: LinearLayer, initial: InitialWeights): ParameterRow[] {
  const { [layer.from]: inputs, [layer.to]: outputs } = paritiesOf(network);
  const { weight, bias } = layerStart(initial, layer.place, inputs.size, outputs.size);
  const rows = [
    { name: `${layer.name}.even`, shape: [inputs.even.length, outputs.even.length], start: rotated(weight) },
    { name: `${layer.name}.odd`, shape: [inputs.odd.length, outputs.odd.length], start: rotated(weight) },
    { name: `${layer.name}.bias`, shape: [outputs.even.length], start: bias },
  ];
  return rows.filter(({ shape }) => !shape.includes(0));
}

/** The dense layer has orthogonal vectors of some length where those of We and Wo are by the root of two shorter. */
function rotated(start: Start): Start {
  return typeof start === 'object' && 'orthogonal' in start ? { orthogonal: start.orthogonal * Math.SQRT1_2 } : start;
}

/** What a symmetric network sees of observations [batch, observationSize]: their coordinates, [batch, even and then odd ones]. */
export function coordinatesOf(observations: tf.Tensor, { symmetry }: SymmetricNetwork): tf.Tensor {
  const { even, odd, size } = parityOf(symmetry.observations);
  return observations.matMul(tf.tensor2d(coordinateMatrix([...even, ...odd], size), [size, size]));
}

/** Everything but the heads, from coordinates of observations, [batch, observationSize]. */
export function symmetricBody(network: SymmetricNetwork, name: string, parameters: Tensors, seen: tf.Tensor): Halves {
  let halves = halvesOf(seen, parityOf(network.symmetry.observations));
  for (let layer = 0; layer < network.layers; layer++) {
    const linear = `${name}.hidden${layer}`;
    const even = product(halves, 'even', parameters[`${linear}.even`]).add(parameters[`${linear}.bias`]!);
    const odd = product(halves, 'odd', parameters[`${linear}.odd`]);
    const pairs = [even.add(odd), even.sub(odd)] as const;
    const [one, other] = activated(network, parameters, `${name}.norm${layer}`, pairs);
    halves = { even: one.add(other), odd: one.sub(other), factor: Math.SQRT1_2 };
  }
  return halves;
}

function halvesOf(seen: tf.Tensor, { even, odd }: Parity): Halves {
  if (odd.length === 0) return { even: seen, factor: 1 };
  if (even.length === 0) return { odd: seen, factor: 1 };
  const [evens, odds] = tf.split(seen, [even.length, odd.length], 1);
  return { even: evens, odd: odds, factor: 1 };
}

/** A half times the weights that belong to it; 0 where there is nothing of it. */
function product(halves: Halves, which: 'even' | 'odd', weight: tf.Tensor | undefined): tf.Tensor {
  const half = halves[which];
  if (!half || !weight) return tf.scalar(0);
  return half.matMul(halves.factor === 1 ? weight : weight.mul(halves.factor));
}

/** What follows a linear layer: one unit of each pair and the other, [batch, pairs] each. */
function activated(
  { activation = 'swish', layerNorm }: Network,
  parameters: Tensors,
  norm: string,
  pairs: readonly [tf.Tensor, tf.Tensor],
): [tf.Tensor, tf.Tensor] {
  const activate = activations[activation];
  if (!layerNorm) return [activate(pairs[0]), activate(pairs[1])];
  // Mean and deviation are those of all units, and so the same in the mirror.
  const [one, other] = tf.split(standardised(tf.concat([...pairs], 1)), 2, 1);
  const [scale, shift] = [parameters[`${norm}.scale`]!, parameters[`${norm}.shift`]!];
  return [activate(one!.mul(scale).add(shift)), activate(other!.mul(scale).add(shift))];
}

/** The means of the actions, [batch, actionSize], or the value, [batch, 1]. */
export function symmetricHead(
  network: SymmetricNetwork,
  { name, to }: Pick<LinearLayer, 'name' | 'to'>,
  parameters: Tensors,
  halves: Halves,
): tf.Tensor {
  const { [to]: outputs } = paritiesOf(network);
  // The weights are turned back, and not what they make of each row of the batch: that is much less.
  const [even, odd] = (['even', 'odd'] as const).map((which) => {
    const weight = parameters[`${name}.${which}`];
    return product(halves, which, weight?.matMul(backFrom(scaled(outputs[which], Math.SQRT2), outputs.size)));
  });
  const bias = parameters[`${name}.bias`];
  const sum = even!.add(odd!);
  if (!bias) return sum;
  const spread = bias.reshape([1, outputs.even.length]).matMul(backFrom(signsOf(outputs.even), outputs.size));
  return sum.add(spread.reshape([outputs.size]));
}

/** From coordinates to the numbers themselves, [coordinates, size]. */
function backFrom(coordinates: readonly Coordinate[], size: number): tf.Tensor {
  return tf.tensor2d(coordinateMatrix(coordinates, size), [size, coordinates.length]).transpose();
}

function scaled(coordinates: readonly Coordinate[], by: number): Coordinate[] {
  return coordinates.map((terms) => terms.map(({ index, factor }) => ({ index, factor: factor * by })));
}

/** A bias is added to the numbers as it is. */
function signsOf(coordinates: readonly Coordinate[]): Coordinate[] {
  return coordinates.map((terms) => terms.map(({ index, factor }) => ({ index, factor: Math.sign(factor) })));
}

/**
 * The mean of numbers and of what stands in their places in the mirror, [1, actionSize], signs apart: of two that are swapped, each
 * has the same gradient, to the last bit, so that what starts alike stays alike.
 */
export function alikeInMirror(numbers: tf.Tensor, { from }: MirrorTable): tf.Tensor {
  const swapped = (x: tf.Tensor) => x.gather(tf.tensor1d([...from], 'int32'), 1);
  const mean = (x: tf.Tensor) => x.add(swapped(x)).mul(0.5);
  // The mirror undoes itself, so what is handed back is put together in the same way.
  const alike = tf.customGrad((x) => ({
    value: mean(x as tf.Tensor),
    gradFunc: (upstream: tf.Tensor) => mean(upstream),
  }));
  return alike(numbers);
}

/**
 * The parameters of the dense network that computes the same.
 *
 * @param layers of `network`.
 * @param parameters of the actor, the critic or both.
 */
export function denseParameters(
  network: SymmetricNetwork,
  layers: readonly LinearLayer[],
  parameters: Parameters<Float32Array>,
): Record<string, Float32Array> {
  const parities = paritiesOf(network);
  const dense: Record<string, Float32Array> = {};
  for (const [name, values] of Object.entries(parameters)) {
    if (name === 'actor.logDeviation') dense[name] = values;
    // Of both units of a pair.
    else if (/\.norm\d+\./.test(name)) dense[name] = Float32Array.of(...values, ...values);
  }
  for (const { name, from, to } of layers) {
    const [inputs, outputs] = [parities[from], parities[to]];
    const weight = new Float64Array(inputs.size * outputs.size);
    const bias = new Float32Array(outputs.size);
    for (const half of ['even', 'odd'] as const) {
      const values = parameters[`${name}.${half}`] ?? [];
      const [rows, columns] = [inputs[half], outputs[half]];
      values.forEach((value, at) => {
        const [row, column] = [rows[Math.floor(at / columns.length)]!, columns[at % columns.length]!];
        for (const input of row) {
          for (const output of column) {
            const place = input.index * outputs.size + output.index;
            weight[place] = weight[place]! + Math.SQRT2 * input.factor * output.factor * value;
          }
        }
      });
    }
    for (const [at, terms] of signsOf(outputs.even).entries()) {
      for (const { index, factor } of terms) bias[index] = factor * parameters[`${name}.bias`]![at]!;
    }
    dense[`${name}.weight`] = Float32Array.from(weight);
    dense[`${name}.bias`] = bias;
  }
  return dense;
}
