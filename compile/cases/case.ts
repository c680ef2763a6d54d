/** What a worked example of an operator is, and how its inputs are drawn: shapes, values, and the values at the edge of a type. */
import fc from 'fast-check';
import type { tf } from '../tensorflow.ts';

export interface Drawn {
  readonly shape: number[];
  readonly data: number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

// Each operator wants tensors of its own rank, which tfjs's types tell apart and a list of cases can't.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Tensors = any[];
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Any = any;

export interface Case {
  readonly kernel: string;
  readonly inputs: fc.Arbitrary<Drawn[]>;
  readonly call: (...inputs: Tensors) => tf.Tensor | tf.Tensor[];
  /** Inputs (by index) to take gradients for; default all floats. */
  readonly gradients?: readonly number[];
  /** Whether the first axis may be a dynamic size; default true. */
  readonly dynamic?: boolean;
  readonly opsets?: (opset: number) => boolean;
  /** Values at the edge of a type that every input may have; default: all of them. */
  readonly edges?: Edges;
  /** Inputs (by index) that may have them; default all. */
  readonly edged?: readonly number[];
  /** 'some' where tfjs's result of no rows is none; default any. */
  readonly rows?: 'any' | 'some';
}

export type Options = Partial<Pick<Case, 'gradients' | 'dynamic' | 'opsets' | 'edges'>>;

export interface Edges {
  readonly float32: readonly number[];
  readonly int32: readonly number[];
}

/** Where arithmetic on one element has its edges. */
export const edgeValues: Edges = {
  float32: [
    ...[Number.NaN, 0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -1, 0.5, 2.5, -2.5, 1e-20, -1e-40],
    ...[100, -100, 16777217, 1e9, -1e9, 2 ** 31, -(2 ** 31), 1e10, 3e38, -3e38],
  ],
  int32: [0, 1, -1, 2, 3, -7, 100, 16777217, -16777217, 123456789, 2 ** 31 - 1, -(2 ** 31), 1 - 2 ** 31],
};

/** The edges of what adds terms up. */
export const edgesOfSums: Edges = {
  float32: [Number.NaN, 0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  int32: edgeValues.int32,
};

/** Products of whole numbers: beyond 2^53 tfjs's doubles lose the digits that ONNX keeps. */
export const edgesOfProducts: Edges = { ...edgeValues, int32: [0, 1, -1, 2, 3, -7, 100, 46341, -65536, 2 ** 20 + 1] };
export const sumsOfProducts: Edges = { float32: edgesOfSums.float32, int32: edgesOfProducts.int32 };
/** As float32, which tfjs's cpu backend goes through here, holds them. */
export const edgesOfFloats: Edges = { ...edgeValues, int32: [0, 1, -1, 2, 3, -7, 100, 2 ** 24, -(2 ** 24)] };
/** tfjs's max pool skips NaN; onnxruntime's may, and takes -infinity for the lowest float. */
export const edgesOfPools: Edges = { float32: [0, -0, Number.POSITIVE_INFINITY], int32: [] };
export const fewDigits: Edges = { ...edgesOfSums, int32: [0, 1, -1, 2, 3, -7, 100, -4096] };
export const noEdges: Edges = { float32: [], int32: [0, 1, 2, 3] };
export const withoutNaN = ({ float32, int32 }: Edges): Edges => ({
  float32: float32.filter((each) => !Number.isNaN(each)),
  int32,
});

// Sizes over 1 only, so that an axis of size 1 is always one that broadcasts.
export const size = fc.integer({ min: 2, max: 4 });
export const shapeOfRank = (least: number, most: number) => fc.array(size, { minLength: least, maxLength: most });
export const count = (shape: readonly number[]) => shape.reduce((product, each) => product * each, 1);

export function filled(shape: number[], dtype: Drawn['dtype'], least: number, most: number): fc.Arbitrary<Drawn> {
  // Quarters, so that ties, whole numbers and equal elements come up, and floats off the grid.
  const element =
    dtype === 'float32'
      ? fc.oneof(
          fc.integer({ min: Math.ceil(least * 4), max: Math.floor(most * 4) }).map((quarters) => quarters / 4),
          fc.double({ min: least, max: most, noNaN: true }).map(Math.fround),
        )
      : fc.integer({ min: least, max: most });
  return fc
    .array(element, { minLength: count(shape), maxLength: count(shape) })
    .map((data) => ({ shape, data: data.map((each) => (each === 0 ? 0 : each)), dtype })); // no -0: that is an edge
}

/** One input of any shape within the ranks. */
export const one = (
  dtype: Drawn['dtype'] = 'float32',
  [least, most]: readonly [number, number] = [-3, 3],
  ranks: readonly [number, number] = [0, 3],
) => shapeOfRank(...ranks).chain((shape) => filled(shape, dtype, least, most));

export const x = (inputs: fc.Arbitrary<Drawn>) => inputs.map((each) => [each]);

/** Inputs whose shapes broadcast against each other: leading axes left out, others of size 1. */
export function broadcasting(inputs: readonly (readonly [Drawn['dtype'], number, number])[]): fc.Arbitrary<Drawn[]> {
  return shapeOfRank(0, 3).chain((full) =>
    fc.tuple(
      ...inputs.map(([dtype, least, most]) =>
        fc
          .tuple(fc.integer({ min: 0, max: full.length }), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
          .map(([dropped, ones]) => full.slice(dropped).map((each, axis) => (ones[axis] ? 1 : each)))
          .chain((shape) => filled(shape, dtype, least, most)),
      ),
    ),
  );
}

/** A case of one float input within a range. */
export function unary(
  kernel: string,
  call: Case['call'],
  range: readonly [number, number] = [-3, 3],
  options: Options = {},
): Case {
  return { kernel, inputs: one('float32', range).map((x) => [x]), call, ...options };
}

/** A case of two inputs that broadcast. */
export function binary(
  kernel: string,
  call: Case['call'],
  dtype: Drawn['dtype'] = 'float32',
  a: readonly [number, number] = [-3, 3],
  b: readonly [number, number] = a,
  options: Options = {},
): Case {
  return { kernel, inputs: broadcasting([[dtype, ...a], [dtype, ...b]]), call, ...options }; // biome-ignore format: a pair
}

export const noGradient = { gradients: [] };

/** A case of two float inputs of one shape. */
export function sameShape(kernel: string, call: Case['call']): Case {
  const inputs = shapeOfRank(0, 3).chain((shape) =>
    fc.tuple(filled(shape, 'float32', -3, 3), filled(shape, 'float32', -3, 3)),
  );
  return { kernel, inputs, call };
}

export const ranked = (least: number, most: number) => x(one('float32', [-3, 3], [least, most]));

export const image = x(
  fc
    .tuple(...[2, 4, 4, 1].map((least) => fc.integer({ min: least, max: least + 3 })))
    .chain((shape) => filled(shape, 'float32', -2, 2)),
);

/** The case without gradients, where it is one itself. */
export function once(each: Case): Case {
  return { ...each, gradients: [] };
}

export const ramp = (length: number) => Array.from({ length }, (_, index) => (index % 7) / 4 + 0.25);
