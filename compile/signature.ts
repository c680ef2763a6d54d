/**
 * What goes into and comes out of a traced function: nested records (and lists) of tensors.
 *
 * A tensor's name in the graph is its path, joined by dots: `{ actor: { layers: [{ bias }] } }` holds
 * `actor.layers.0.bias`; a name on the top level stays as it is.
 */
import type { tf } from './tensorflow.ts';

export type DataType = 'float32' | 'int32' | 'bool';

/** An input: its size along each dimension, a string where the size is only known at call time ('batch'). */
export interface TensorSpec {
  readonly shape: readonly (number | string)[];
  /** Default 'float32'. */
  readonly dtype?: DataType;
}

export type Signature = { readonly [name: string]: SignatureNode };
type SignatureNode = TensorSpec | readonly SignatureNode[] | Signature;

/** What a signature's function is given: the same nesting, with a symbolic tensor at each leaf. */
export type TensorsOf<S> = S extends TensorSpec
  ? tf.Tensor
  : S extends object
    ? { -readonly [K in keyof S]: TensorsOf<S[K]> }
    : never;

/** What a traced function returns. */
export type NestedTensors = { readonly [name: string]: NestedTensor };
type NestedTensor = tf.Tensor | readonly NestedTensor[] | NestedTensors;

/** The same nesting as `T` with a `Leaf` in place of each tensor or specification. */
export type Nested<T, Leaf> = T extends tf.Tensor | TensorSpec
  ? Leaf
  : T extends object
    ? { -readonly [K in keyof T]: Nested<T[K], Leaf> }
    : never;

/** Arrays for some of the tensors of a nesting. */
export type Into<T> = T extends tf.Tensor
  ? Float32Array
  : T extends object
    ? { readonly [K in keyof T]?: Into<T[K]> }
    : never;

export interface Leaf<T> {
  /** The path joined by dots. */
  readonly name: string;
  readonly path: readonly string[];
  readonly value: T;
}

/** Every leaf of a nesting, in the order its keys were written. */
export function leavesOf<T>(nested: unknown, isLeaf: (value: unknown) => value is T): Leaf<T>[] {
  const leaves: Leaf<T>[] = [];
  const visit = (value: unknown, path: readonly string[]): void => {
    if (isLeaf(value)) leaves.push({ name: path.join('.'), path, value });
    else if (typeof value === 'object' && value !== null) {
      for (const key of Object.keys(value)) visit((value as Record<string, unknown>)[key], [...path, key]);
    } else throw new NotATensor(path.join('.'), value);
  };
  visit(nested, []);
  return leaves;
}

export class NotATensor extends Error {
  readonly path: string;
  constructor(path: string, value: unknown) {
    super(`"${path}" is ${value === null ? 'null' : `a ${typeof value}`}`);
    this.path = path;
  }
}

/** A copy of a nesting whose leaves are `of(name)`; lists stay lists. */
export function rebuilt<T, L>(
  nested: unknown,
  isLeaf: (value: unknown) => value is T,
  of: (name: string) => L,
): unknown {
  const visit = (value: unknown, path: string): unknown => {
    if (isLeaf(value)) return of(path);
    const inner = (key: string) => (path === '' ? key : `${path}.${key}`);
    if (Array.isArray(value)) return value.map((each, index) => visit(each, inner(String(index))));
    return Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, visit(each, inner(key))]));
  };
  return visit(nested, '');
}

export function isTensorSpec(value: unknown): value is TensorSpec {
  const shape = (value as Partial<TensorSpec> | null)?.shape;
  return Array.isArray(shape) && shape.every((size) => typeof size === 'number' || typeof size === 'string');
}
