/**
 * The parameters as an update has them: those of one owner in one vector, one after the other in the order of their table. So
 * Adam is a few passes over two arrays; what is to see each parameter by itself is given its part of the vector.
 */
import { type Owner, ownerOf, type ParameterRow, type Parameters } from '../policy/policy.ts';

export const OWNERS = ['actor', 'critic'] as const satisfies Owner[];

/** A vector for each owner. */
export type Vectors = Readonly<Record<Owner, Float32Array>>;

/** The parameters of some owners. */
export function rowsOf(table: readonly ParameterRow[], owners: readonly Owner[]): ParameterRow[] {
  return table.filter(({ name }) => owners.includes(ownerOf(name)));
}

/** How many numbers the parameters of a table are. */
export function lengthOf(table: readonly ParameterRow[]): number {
  return table.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

export function zeroVectors(table: readonly ParameterRow[]): Vectors {
  return eachOwner((owner) => new Float32Array(lengthOf(rowsOf(table, [owner]))));
}

export function vectorsOf(table: readonly ParameterRow[], parameters: Parameters<Float32Array>): Vectors {
  const vectors = zeroVectors(table);
  for (const [name, values] of Object.entries(parametersIn(table, vectors))) values.set(parameters[name]!);
  return vectors;
}

/** The parameters that vectors hold, not copied. */
export function parametersIn(table: readonly ParameterRow[], vectors: Partial<Vectors>): Record<string, Float32Array> {
  const ends = { actor: 0, critic: 0 };
  return Object.fromEntries(
    table.map(({ name, shape }) => {
      const owner = ownerOf(name);
      const start = ends[owner];
      ends[owner] += sizeOf(shape);
      return [name, vectors[owner]!.subarray(start, ends[owner])];
    }),
  );
}

export function eachOwner<Value>(make: (owner: Owner) => Value): Record<Owner, Value> {
  return { actor: make('actor'), critic: make('critic') };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
