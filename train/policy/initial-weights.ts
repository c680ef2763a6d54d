/** How weights start: which numbers a linear layer is given before the first update, by its place in the network. */
import type { RandomStream } from '../../base/random/stream.ts';

/** normal(0, deviation), uniform(-limit, limit), right-angled rows or columns of length `orthogonal`, one number, or zeros. */
export type Start =
  | { readonly normal: number }
  | { readonly uniform: number }
  | { readonly orthogonal: number }
  | { readonly constant: number }
  | 'zeros';

/** A linear layer's place: in the body, or the head that makes the actions' means or the state's value. */
export type Place = 'hidden' | 'means' | 'value';

interface LayerStart {
  readonly weight: Start;
  readonly bias: Start;
}

/**
 * The ways to start, and each one's layers [inputs, outputs].
 *
 * ml-agents: Kaiming-normal with linear gain (1 / sqrt(inputs)), the means' scaled by 0.2; the value's Xavier-uniform
 *   (`networks.py`, `layers.py`).
 * orthogonal: gain sqrt 2, 0.01 for the means, 1 for the value (Saxe et al. 2014; gains as OpenAI's baselines have them).
 * torch: uniform within 1 / sqrt(inputs), biases too, as `torch.nn.Linear` starts by itself.
 */
const starts = {
  'ml-agents': (place: Place, inputs: number, outputs: number): LayerStart => {
    const gain = place === 'means' ? 0.2 : 1;
    const weight =
      place === 'value' ? { uniform: Math.sqrt(6 / (inputs + outputs)) } : { normal: gain / Math.sqrt(inputs) };
    return { weight, bias: 'zeros' };
  },
  orthogonal: (place: Place): LayerStart => ({
    weight: { orthogonal: { hidden: Math.SQRT2, means: 0.01, value: 1 }[place] },
    bias: 'zeros',
  }),
  torch: (_place: Place, inputs: number): LayerStart => {
    const start = { uniform: 1 / Math.sqrt(inputs) };
    return { weight: start, bias: start };
  },
};

export type InitialWeights = keyof typeof starts;

/** How a linear layer starts. */
export function layerStart(way: InitialWeights, place: Place, inputs: number, outputs: number): LayerStart {
  return starts[way](place, inputs, outputs);
}

/** The numbers themselves; vectors are no matrices, so they can't start orthogonal. */
export function startValues(start: Start, shape: readonly number[], random: RandomStream): Float32Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (start === 'zeros') return values;
  if ('constant' in start) return values.fill(start.constant);
  if ('orthogonal' in start) return orthogonal(shape[0]!, shape[1]!, random).map((value) => value * start.orthogonal);
  const draw =
    'normal' in start ? () => random.normal() * start.normal : () => random.uniform(-start.uniform, start.uniform);
  for (let at = 0; at < values.length; at++) values[at] = draw();
  return values;
}

/**
 * A matrix [rows, columns] whose shorter side's vectors have length one and stand at right angles, no direction preferred:
 * normal vectors, each freed of those before it (Gram-Schmidt, done twice, which is as exact as reflections are).
 */
function orthogonal(rows: number, columns: number, random: RandomStream): Float32Array {
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const vectors: Float64Array[] = [];
  for (let made = 0; made < count; made++) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (let pass = 0; pass < 2; pass++) for (const other of vectors) removePart(vector, other);
    const size = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / size));
  }
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return rows < columns ? vectors[row]![column]! : vectors[column]![row]!;
  });
}

function removePart(vector: Float64Array, direction: Float64Array): void {
  const part = dot(vector, direction);
  for (let at = 0; at < vector.length; at++) vector[at] = vector[at]! - part * direction[at]!;
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!;
  return sum;
}
