/**
 * The parameters as an update has them: those of one owner in one vector, one after the other in the order of their table. So
 * Adam is a few passes over two arrays, and a step takes and gives few arrays, where each costs time of its own.
 */
import { tf } from '../../compile/tensorflow.ts';
import { type Owner, ownerOf, type ParameterRow, type Parameters } from '../policy/policy.ts';

export const OWNERS = ['actor', 'critic'] as const satisfies Owner[];

/** A vector for each owner. */
export type Vectors = Readonly<Record<Owner, Float32Array>>;

/** The parameters of one owner. */
export function rowsOf(table: readonly ParameterRow[], owner: Owner): ParameterRow[] {
  return table.filter(({ name }) => ownerOf(name) === owner);
}

/** How many numbers the parameters of a table are. */
export function lengthOf(table: readonly ParameterRow[]): number {
  return sizesOf(table).reduce((sum, size) => sum + size, 0);
}

export function zeroVectors(table: readonly ParameterRow[]): Vectors {
  return eachOwner((owner) => new Float32Array(lengthOf(rowsOf(table, owner))));
}

export function vectorsOf(table: readonly ParameterRow[], parameters: Parameters<Float32Array>): Vectors {
  const vectors = zeroVectors(table);
  for (const [name, values] of Object.entries(parametersIn(table, vectors))) values.set(parameters[name]!);
  return vectors;
}

/** The parameters that vectors hold, not copied. */
export function parametersIn(table: readonly ParameterRow[], vectors: Vectors): Record<string, Float32Array> {
  const ends = { actor: 0, critic: 0 };
  return Object.fromEntries(
    table.map(({ name, shape }) => {
      const owner = ownerOf(name);
      const start = ends[owner];
      ends[owner] += sizeOf(shape);
      return [name, vectors[owner].subarray(start, ends[owner])];
    }),
  );
}

/** The parameters of a table as tensors, from the vector that holds them. */
export function tensorsIn(table: readonly ParameterRow[], vector: tf.Tensor): Record<string, tf.Tensor> {
  const parts = tf.split(vector, sizesOf(table));
  return Object.fromEntries(table.map(({ name, shape }, index) => [name, parts[index]!.reshape([...shape])]));
}

export function eachOwner<Value>(make: (owner: Owner) => Value): Record<Owner, Value> {
  return { actor: make('actor'), critic: make('critic') };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
const sizesOf = (table: readonly ParameterRow[]) => table.map(({ shape }) => sizeOf(shape));
