/**
 * What the conformance suite runs: at least one case per row of the operator table. A case draws its inputs and calls
 * one tfjs operator; conformance.test.ts runs it traced and eagerly and compares the results and the gradients.
 */
import fc from 'fast-check';
import { layerNorm, scaledLinear, standardised } from '../layer-norm.ts';
import { tf } from '../tensorflow.ts';

export interface Drawn {
  readonly shape: number[];
  readonly data: number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

// Each operator wants tensors of its own rank, which tfjs's types tell apart and a list of cases can't.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Tensors = any[];
// biome-ignore lint/suspicious/noExplicitAny: see above
type Any = any;

export interface Case {
  readonly kernel: string;
  readonly inputs: fc.Arbitrary<Drawn[]>;
  readonly call: (...inputs: Tensors) => tf.Tensor | tf.Tensor[];
  /** Inputs (by index) to take gradients for; default all floats. */
  readonly gradients?: readonly number[];
  /** Whether the first axis may be a dynamic size; default true. */
  readonly dynamic?: boolean;
  readonly opsets?: (opset: number) => boolean;
}

type Options = Partial<Pick<Case, 'gradients' | 'dynamic' | 'opsets'>>;

// Sizes over 1 only, so that an axis of size 1 is always one that broadcasts.
const size = fc.integer({ min: 2, max: 4 });
const shapeOfRank = (least: number, most: number) => fc.array(size, { minLength: least, maxLength: most });
const count = (shape: readonly number[]) => shape.reduce((product, each) => product * each, 1);

function filled(shape: number[], dtype: Drawn['dtype'], least: number, most: number): fc.Arbitrary<Drawn> {
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
    .map((data) => ({ shape, data: data.map((each) => (each === 0 ? 0 : each)), dtype })); // no -0: tfjs's atan2 sees it
}

/** One input of any shape within the ranks. */
const one = (
  dtype: Drawn['dtype'] = 'float32',
  [least, most]: readonly [number, number] = [-3, 3],
  ranks: readonly [number, number] = [0, 3],
) => shapeOfRank(...ranks).chain((shape) => filled(shape, dtype, least, most));

/** Inputs whose shapes broadcast against each other: leading axes left out, others of size 1. */
function broadcasting(inputs: readonly (readonly [Drawn['dtype'], number, number])[]): fc.Arbitrary<Drawn[]> {
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
function unary(
  kernel: string,
  call: Case['call'],
  range: readonly [number, number] = [-3, 3],
  options: Options = {},
): Case {
  return { kernel, inputs: one('float32', range).map((x) => [x]), call, ...options };
}

/** A case of two inputs that broadcast. */
function binary(
  kernel: string,
  call: Case['call'],
  dtype: Drawn['dtype'] = 'float32',
  a: readonly [number, number] = [-3, 3],
  b: readonly [number, number] = a,
  options: Options = {},
): Case {
  return { kernel, inputs: broadcasting([[dtype, ...a], [dtype, ...b]]), call, ...options }; // biome-ignore format: a pair
}

const noGradient = { gradients: [] };

const inQuarters = (inputs: Drawn[]): Drawn[] =>
  inputs.map((input) => ({ ...input, data: input.data.map((each) => Math.round(each * 4) / 4 || 0) }));

/** A case of two float inputs of one shape. */
function sameShape(kernel: string, call: Case['call']): Case {
  const inputs = shapeOfRank(0, 3).chain((shape) =>
    fc.tuple(filled(shape, 'float32', -3, 3), filled(shape, 'float32', -3, 3)),
  );
  return { kernel, inputs, call };
}

/** Cases of a reduction over some axes, its size-1 axes kept or not. */
function reduction(
  kernel: string,
  call: (x: tf.Tensor, axes: number[], keep: boolean) => tf.Tensor,
  dtype: Drawn['dtype'] = 'float32',
  options: Options = {},
): Case {
  let axes: number[] = [];
  let keep = false;
  const inputs = fc
    .tuple(one(dtype, dtype === 'bool' ? [0, 1] : [-3, 3], [1, 4]), fc.boolean(), fc.nat(), fc.boolean())
    .map(([x, keepDims, bits, negative]) => {
      keep = keepDims;
      const chosen = x.shape.map((_, axis) => axis).filter((axis) => (bits >> axis) & 1);
      axes = (chosen.length > 0 ? chosen : [x.shape.length - 1]).map((axis) =>
        negative ? axis - x.shape.length : axis,
      );
      return [x];
    });
  return { kernel, inputs, call: (x) => call(x, axes, keep), ...options };
}

/** A matrix product's two factors, of rank 2 or with leading batch axes, transposed as asked for. */
function factors(transposeA: boolean, transposeB: boolean, batched: boolean): fc.Arbitrary<Drawn[]> {
  return fc
    .tuple(size, size, size, batched ? shapeOfRank(1, 2) : fc.constant([]))
    .chain(([rows, inner, columns, lead]) =>
      fc.tuple(
        filled([...lead, ...(transposeA ? [inner, rows] : [rows, inner])], 'float32', -2, 2),
        filled([...lead, ...(transposeB ? [columns, inner] : [inner, columns])], 'float32', -2, 2),
      ),
    );
}

const x = (inputs: fc.Arbitrary<Drawn>) => inputs.map((each) => [each]);

/** An image [batch, height, width, channels] and a filter [height, width, in, out or multiplier]. */
function imageAndFilter(more: (filter: number[]) => fc.Arbitrary<Drawn>[] = () => []): fc.Arbitrary<Drawn[]> {
  return fc.tuple(...[2, 2, 1, 1, 1, 1, 1].map((least) => fc.integer({ min: least, max: 3 }))).chain((sizes) => {
    const [batch, channels, out, kernelHeight, kernelWidth, height, width] = sizes as Shape7;
    const filter = [kernelHeight, kernelWidth, channels, out];
    return fc.tuple(
      filled([batch + 3, height + 4, width + 3, channels], 'float32', -2, 2),
      filled(filter, 'float32', -1, 1),
      ...more(filter),
    );
  });
}
type Shape7 = [number, number, number, number, number, number, number];

const image = x(
  fc
    .tuple(...[2, 4, 4, 1].map((least) => fc.integer({ min: least, max: least + 3 })))
    .chain((shape) => filled(shape, 'float32', -2, 2)),
);
const single = image.map(([each]) => {
  const shape = [1, ...each!.shape.slice(1)];
  return [{ ...each!, shape, data: each!.data.slice(0, count(shape)) }];
});
const square = image.map(([each]) => {
  const [batch, height, , channels] = each!.shape as [number, number, number, number];
  const shape = [batch, height, height, channels];
  return [
    { ...each!, shape, data: Array.from({ length: count(shape) }, (_, at) => each!.data[at % each!.data.length]!) },
  ];
});

/** A convolution at every stride and padding that layers use. Its gradients make the rows of the backward kernels. */
function convolutions(
  kernel: string,
  call: (x: tf.Tensor4D, f: tf.Tensor4D, s: number, p: Padding) => tf.Tensor,
): Case[] {
  return ([[1, 'same'], [1, 'valid'], [2, 'same'], [2, 'valid'], [3, 1]] as [number, Padding][]).map(([stride, pad]) => ({
    kernel,
    inputs: imageAndFilter(),
    call: (image, filter) => call(image, typeof pad === 'number' ? squareOf(filter) : filter, stride, pad),
  })); // biome-ignore format: a list
}

/** tfjs counts windows by the filter's height alone where the padding is a number. */
function squareOf(filter: tf.Tensor4D): tf.Tensor4D {
  const side = Math.min(filter.shape[0], filter.shape[1]);
  return tf.slice(filter, 0, [side, side, -1, -1]);
}

type Padding = 'same' | 'valid' | number;

/** A pool at every window, stride and padding that layers use. */
function pools(
  kernel: string,
  call: (x: tf.Tensor4D, size: number, stride: number, pad: 'same' | 'valid') => tf.Tensor,
): Case[] {
  return ([[2, 2], [3, 3], [2, 3], [3, 2], [3, 1], [1, 1]] as const).flatMap(([size, stride]) =>
    (['same', 'valid'] as const).flatMap((pad) => ({ kernel, inputs: image, call: (y) => call(y, size, stride, pad) })),
  ); // biome-ignore format: a list
}

const ranked = (least: number, most: number) => x(one('float32', [-3, 3], [least, most]));

export const cases: readonly Case[] = [
  binary('Add', tf.add),
  binary('Add', tf.add, 'int32', [-9, 9]),
  binary('Sub', tf.sub),
  binary('Multiply', tf.mul),
  binary('Multiply', tf.mul, 'int32', [-9, 9]),
  binary('RealDiv', tf.div, 'float32', [-3, 3], [0.5, 3]),
  binary('FloorDiv', tf.floorDiv, 'int32', [-9, 9], [1, 4], noGradient),
  // tfjs's gradients of these three don't broadcast.
  binary('Maximum', tf.maximum, 'float32', [-3, 3], [-3, 3], noGradient),
  sameShape('Maximum', tf.maximum),
  binary('Maximum', tf.maximum, 'int32', [-9, 9]),
  binary('Minimum', tf.minimum, 'float32', [-3, 3], [-3, 3], noGradient),
  sameShape('Minimum', tf.minimum),
  binary('Pow', tf.pow, 'float32', [0.25, 3], [-2, 3]),
  binary('SquaredDifference', tf.squaredDifference, 'float32', [-3, 3], [-3, 3], noGradient),
  sameShape('SquaredDifference', tf.squaredDifference),
  // Quarters only: just below a multiple of y the remainder jumps, and there every rounding is as good as another.
  { ...binary('Mod', tf.mod), inputs: broadcasting([['float32', -5, 5], ['float32', 0.75, 3]]).map(inQuarters) }, // biome-ignore format: short
  binary('Atan2', tf.atan2, 'float32', [-3, 3], [-3, 3], noGradient),
  binary('Atan2', tf.atan2, 'float32', [0.25, 3], [-3, 3]),
  {
    kernel: 'Prelu',
    inputs: broadcasting([['float32', -3, 3]]).chain(([first]) =>
      filled(first!.shape, 'float32', 0.1, 1).map((alpha) => [first!, alpha]),
    ),
    call: tf.prelu,
  },
  {
    kernel: 'AddN',
    inputs: shapeOfRank(0, 3).chain((shape) => fc.tuple(...[0, 1, 2].map(() => filled(shape, 'float32', -3, 3)))),
    call: (...all) => tf.addN(all),
  },
  unary('Neg', tf.neg),
  unary('Abs', tf.abs),
  unary('Sign', tf.sign),
  unary('Square', tf.square),
  unary('Identity', tf.clone),
  unary('Exp', tf.exp),
  unary('Expm1', tf.expm1),
  unary('Expm1', tf.expm1, [-1e-3, 1e-3]),
  unary('Log', tf.log, [0.25, 9]),
  unary('Log1p', tf.log1p, [-0.75, 9]),
  unary('Sqrt', tf.sqrt, [0.25, 9]),
  unary('Rsqrt', tf.rsqrt, [0.25, 9]),
  unary('Reciprocal', tf.reciprocal, [0.25, 4]),
  unary('Sigmoid', tf.sigmoid, [-9, 9]),
  unary('Softplus', tf.softplus, [-20, 20], noGradient),
  unary('Softplus', tf.softplus, [-6, 6]),
  unary('Tanh', tf.tanh),
  unary('Sin', tf.sin, [-7, 7]),
  unary('Cos', tf.cos, [-7, 7]),
  unary('Tan', tf.tan, [-1.25, 1.25]),
  unary('Asin', tf.asin, [-0.75, 0.75]),
  unary('Acos', tf.acos, [-0.75, 0.75]),
  unary('Atan', tf.atan),
  unary('Sinh', tf.sinh),
  unary('Cosh', tf.cosh),
  unary('Asinh', tf.asinh),
  unary('Acosh', tf.acosh, [1.25, 4]),
  unary('Atanh', tf.atanh, [-0.75, 0.75]),
  unary('Erf', tf.erf),
  unary('Floor', tf.floor),
  unary('Ceil', tf.ceil),
  unary('Round', tf.round, [-5, 5]),
  unary('Relu', tf.relu),
  unary('Relu6', tf.relu6, [-3, 9]),
  unary('Elu', tf.elu),
  unary('EluGrad', (y) => tf.grad((z) => tf.elu(z))(y), [-3, 3], noGradient),
  unary('Selu', tf.selu),
  unary('LeakyRelu', (y) => tf.leakyRelu(y, 0.3), [-3, 3]),
  unary('Step', (y) => tf.step(y, 0.25)),
  unary('ClipByValue', (y) => tf.clipByValue(y, -1.5, 0.75)),
  unary('ClipByValue', (y) => tf.clipByValue(y, -1, 2)),
  unary('IsNan', (y) => tf.isNaN(tf.log(y)), [-3, 3], noGradient),
  unary('IsInf', (y) => tf.isInf(tf.div(1, y)), [-0.5, 0.5], noGradient),
  unary('IsFinite', (y) => tf.isFinite(tf.log(y)), [-1, 1], noGradient),
  unary('Cast', (y) => tf.cast(y, 'int32'), [-3, 3], noGradient),
  unary('Cast', (y) => tf.cast(y, 'bool'), [-3, 3], noGradient),
  { kernel: 'Cast', inputs: x(one('int32', [-9, 9])), call: (y) => tf.cast(y, 'float32') },
  { kernel: 'Cast', inputs: x(one('bool', [0, 1])), call: (y) => tf.cast(y, 'float32') },

  ...(['float32', 'int32', 'bool'] as const).flatMap((dtype): Case[] => {
    const range: [number, number] = dtype === 'bool' ? [0, 1] : [-2, 2];
    return [
      binary('Equal', tf.equal, dtype, range, range, noGradient),
      binary('NotEqual', tf.notEqual, dtype, range, range, noGradient),
      binary('Greater', tf.greater, dtype, range, range, noGradient),
      binary('GreaterEqual', tf.greaterEqual, dtype, range, range, noGradient),
      binary('Less', tf.less, dtype, range, range, noGradient),
      binary('LessEqual', tf.lessEqual, dtype, range, range, noGradient),
    ];
  }),
  // Comparisons with what is not a number are false, but for NotEqual.
  ...(
    [
      ['Equal', tf.equal],
      ['NotEqual', tf.notEqual],
      ['LessEqual', tf.lessEqual],
    ] as const
  ).map(([kernel, call]) => unary(kernel, (y) => call(tf.log(y), tf.log(y)), [-2, 2], noGradient)),
  binary('LogicalAnd', tf.logicalAnd, 'bool', [0, 1], [0, 1], noGradient),
  binary('LogicalOr', tf.logicalOr, 'bool', [0, 1], [0, 1], noGradient),
  { kernel: 'LogicalNot', inputs: x(one('bool', [0, 1])), call: tf.logicalNot },
  {
    kernel: 'Select',
    inputs: broadcasting([['bool', 0, 1], ['float32', -3, 3], ['float32', -3, 3]]), // biome-ignore format: a triple
    call: tf.where,
    gradients: [],
  },
  {
    kernel: 'Select',
    inputs: shapeOfRank(1, 3).chain((shape) =>
      fc.tuple(filled(shape, 'bool', 0, 1), filled(shape, 'float32', -3, 3), filled(shape, 'float32', -3, 3)),
    ),
    call: tf.where,
  },

  reduction('Sum', tf.sum),
  reduction('Sum', tf.sum, 'int32'),
  reduction('Sum', tf.sum, 'bool'),
  reduction('Mean', tf.mean),
  reduction('Mean', tf.mean, 'int32'),
  reduction('Max', tf.max),
  reduction('Min', tf.min),
  reduction('Max', tf.max, 'int32'),
  reduction('Prod', tf.prod, 'float32', { ...noGradient }),
  reduction('Any', tf.any, 'bool'),
  reduction('All', tf.all, 'bool'),
  // A value that is smaller than its tensor: sums count the repeats.
  unary('Sum', (y) => tf.sum(tf.mul(tf.onesLike(y), 3)), [-1, 1], { gradients: [] }),
  { kernel: 'Sum', inputs: ranked(2, 3), call: (y) => tf.sum(tf.add(tf.mean(y, 0, true), tf.zerosLike(y)), 0) },
  { kernel: 'Sum', inputs: ranked(2, 3), call: (y) => tf.sum(tf.add(tf.mean(y, 1, true), tf.zerosLike(y)), [0, 1]) },
  { kernel: 'Mean', inputs: ranked(2, 3), call: (y) => tf.mean(tf.add(tf.mean(y, 0), tf.zerosLike(y)), 1) },
  { kernel: 'Mean', inputs: ranked(2, 3), call: (y) => tf.mean(tf.add(tf.mean(y, 0, true), tf.zerosLike(y))) },
  {
    kernel: 'Prod',
    inputs: x(one('float32', [0.5, 2], [1, 3])),
    call: (y) => tf.prod(y, y.shape.length - 1),
    dynamic: false,
  },
  { kernel: 'ArgMax', inputs: ranked(1, 3), call: (y) => tf.argMax(y, -1), gradients: [] },
  { kernel: 'ArgMax', inputs: ranked(2, 3), call: (y) => tf.argMax(y, 0), gradients: [] },
  { kernel: 'ArgMin', inputs: ranked(1, 3), call: (y) => tf.argMin(y, 0), gradients: [] },
  ...[0, 1, 2, 3].flatMap((bits): Case[] => {
    const [exclusive, reverse] = [(bits & 1) > 0, (bits & 2) > 0];
    return [
      {
        kernel: 'Cumsum',
        inputs: ranked(1, 3),
        call: (y) => tf.cumsum(y, y.shape.length - 1, exclusive, reverse),
        dynamic: false,
      },
      {
        kernel: 'Cumsum',
        inputs: ranked(2, 3),
        call: (y) => tf.cumsum(y, 0, exclusive, reverse),
        gradients: [], // tfjs's own gradient is wrong but along the last axis
        opsets: (o) => o >= 11,
      },
      {
        kernel: 'Cumprod',
        inputs: ranked(1, 3),
        call: (y) => tf.cumprod(y, y.shape.length - 1, exclusive, reverse),
        gradients: [],
        dynamic: false,
      },
    ];
  }),
  { kernel: 'Softmax', inputs: ranked(1, 3), call: (y) => tf.softmax(y) },
  { kernel: 'Softmax', inputs: ranked(1, 3), call: (y) => tf.logSoftmax(y) },

  ...[0, 1, 2, 3].flatMap((bits): Case[] => {
    const [a, b] = [(bits & 1) > 0, (bits & 2) > 0];
    return [
      { kernel: 'BatchMatMul', inputs: factors(a, b, false), call: (l, r) => tf.matMul(l, r, a, b), dynamic: !a && b },
      { kernel: 'BatchMatMul', inputs: factors(a, b, true), call: (l, r) => tf.matMul(l, r, a, b) },
    ];
  }),
  {
    kernel: 'BatchMatMul',
    inputs: factors(false, false, true).map(([l, r]) => {
      const shape = [...l!.shape.slice(0, -2).map(() => 1), ...l!.shape.slice(-2)];
      return [{ ...l!, shape, data: l!.data.slice(0, count(shape)) }, r!];
    }),
    call: (l, r) => tf.matMul(l, r),
    gradients: [],
  },
  ...(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const).map(
    (activation): Case => ({
      kernel: '_FusedMatMul',
      inputs: factors(false, false, false).chain(([a, b]) =>
        filled([b!.shape[1]!], 'float32', -1, 1).map((bias) => [a!, b!, bias]),
      ),
      call: (a, b, bias) => tf.fused.matMul({ a, b, bias, activation, leakyreluAlpha: 0.1 }),
      gradients: activation === 'leakyrelu' || activation === 'sigmoid' ? [] : [0, 1, 2],
      dynamic: false,
    }),
  ),

  { kernel: 'Reshape', inputs: ranked(0, 3), call: (y) => tf.reshape(y, [-1]) },
  { kernel: 'Reshape', inputs: ranked(2, 3), call: (y) => tf.reshape(y, [y.shape[0], 1, -1]) },
  { kernel: 'Reshape', inputs: ranked(2, 3), call: (y) => tf.reshape(y, [y.shape[0] * y.shape[1], -1]) },
  { kernel: 'ExpandDims', inputs: ranked(0, 3), call: (y) => tf.expandDims(y, 0) },
  { kernel: 'ExpandDims', inputs: ranked(1, 3), call: (y) => tf.expandDims(y, -1) },
  { kernel: 'Transpose', inputs: ranked(2, 4), call: (y) => tf.transpose(y) },
  { kernel: 'Transpose', inputs: ranked(3, 3), call: (y) => tf.transpose(y, [1, 2, 0]) },
  {
    kernel: 'Concat',
    inputs: fc
      .tuple(shapeOfRank(2, 3), size)
      .chain(([shape, other]) =>
        fc.tuple(filled(shape, 'float32', -3, 3), filled([...shape.slice(0, -1), other], 'float32', -3, 3)),
      ),
    call: (a, b) => tf.concat([a, b, a], -1),
  },
  { kernel: 'Concat', inputs: ranked(2, 3), call: (y) => tf.concat([y, tf.onesLike(y)], 0), opsets: (o) => o >= 13 },
  { kernel: 'Slice', inputs: ranked(1, 3), call: (y) => tf.slice(y, y.shape.map(() => 1)) }, // biome-ignore format: short
  { kernel: 'Slice', inputs: ranked(2, 3), call: (y) => tf.slice(y, [0, 1], [-1, 1]) },
  { kernel: 'Slice', inputs: ranked(2, 3), call: (y) => tf.slice(y, 1, y.shape[0] - 1) },
  { kernel: 'Slice', inputs: ranked(2, 3), call: (y) => tf.slice(y, 0, y.shape[0] - 1), opsets: (o) => o >= 11 },
  {
    kernel: 'Pack',
    inputs: shapeOfRank(0, 3).chain((shape) =>
      fc.tuple(filled(shape, 'float32', -3, 3), filled(shape, 'float32', -3, 3)),
    ),
    call: (a, b) => tf.stack([a, b, a], 0),
  },
  { kernel: 'Pack', inputs: ranked(1, 3), call: (y) => tf.stack([y, y], -1) },
  { kernel: 'Unpack', inputs: ranked(2, 3), call: (y) => tf.unstack(y, 1) },
  { kernel: 'Unpack', inputs: ranked(1, 3), call: (y) => tf.unstack(y), dynamic: false },
  { kernel: 'SplitV', inputs: ranked(2, 3), call: (y) => tf.split(y, [1, y.shape[1] - 1], 1) },
  { kernel: 'SplitV', inputs: ranked(2, 3), call: (y) => tf.split(y, y.shape[1], -2 + (y.shape.length === 3 ? 0 : 1)) },
  { kernel: 'Tile', inputs: ranked(1, 3), call: (y) => tf.tile(y, y.shape.map((_: number, i: number) => i + 1)) }, // biome-ignore format: short
  { kernel: 'Tile', inputs: ranked(1, 3), call: (y) => tf.broadcastTo(tf.expandDims(y, 1), [y.shape[0], 3, ...y.shape.slice(1)]) }, // biome-ignore format: short
  {
    kernel: 'Tile',
    inputs: ranked(2, 3),
    call: (y) => tf.tile(tf.mean(y, 1, true), [1, 3, ...y.shape.slice(2).map(() => 2)]),
  },
  { kernel: 'Fill', inputs: ranked(1, 3), call: (y) => tf.add(y, tf.fill(y.shape, 2.5)) },
  { kernel: 'Fill', inputs: ranked(1, 3), call: (y) => tf.fill(y.shape, 2.5), gradients: [] },
  { kernel: 'ZerosLike', inputs: ranked(0, 3), call: (y) => tf.zerosLike(y), gradients: [] },
  { kernel: 'OnesLike', inputs: ranked(0, 3), call: (y) => tf.onesLike(y), gradients: [] },
  ...[0, 1].map(
    (axis): Case => ({
      kernel: 'GatherV2',
      inputs: shapeOfRank(2, 3).chain((shape) =>
        fc.tuple(
          filled(shape, 'float32', -3, 3),
          shapeOfRank(1, 2).chain((indices) => filled(indices, 'int32', 0, 1)),
        ),
      ),
      call: (y, indices) => tf.gather(y, indices, axis),
      dynamic: false,
    }),
  ),
  {
    kernel: 'UnsortedSegmentSum',
    inputs: shapeOfRank(1, 3).chain((shape) =>
      fc.tuple(filled(shape, 'float32', -3, 3), filled([shape[0]!], 'int32', 0, 2)),
    ),
    call: (y, ids) => tf.unsortedSegmentSum(y, ids, 3),
    dynamic: false,
  },
  { kernel: 'PadV2', inputs: ranked(1, 3), call: (y) => tf.pad(y, y.shape.map((_: number, i: number) => [i, 1]), 0.5), opsets: (o) => o >= 11 }, // biome-ignore format: short
  { kernel: 'PadV2', inputs: ranked(2, 2), call: (y) => tf.pad(y, [[0, 0], [1, 2]], -1) }, // biome-ignore format: short
  { kernel: 'MirrorPad', inputs: ranked(2, 2), call: (y) => tf.mirrorPad(y, [[0, 0], [1, 1]], 'reflect'), gradients: [] }, // biome-ignore format: short
  { kernel: 'Reverse', inputs: ranked(1, 3), call: (y) => tf.reverse(y), dynamic: false },
  { kernel: 'Reverse', inputs: ranked(2, 3), call: (y) => tf.reverse(y, [0]), opsets: (o) => o >= 10 },
  { kernel: 'Range', inputs: ranked(1, 1), call: (y) => tf.mul(y, tf.range(0, y.shape[0])), opsets: (o) => o >= 11 },
  { kernel: 'Range', inputs: ranked(1, 1), call: (y) => tf.mul(y, tf.range(3, 0, -0.5).slice(0, 1)) },
  { kernel: 'OneHot', inputs: x(one('int32', [-1, 4], [1, 2])), call: (y) => tf.oneHot(y, 4) },
  { kernel: 'OneHot', inputs: x(one('int32', [0, 3], [1, 2])), call: (y) => tf.oneHot(y, 4, 2.5, -1) },

  ...convolutions('Conv2D', tf.conv2d),
  // With many channels the filter's gradient is another graph.
  ...convolutions('Conv2D', (y, f, s, p) => tf.conv2d(tf.tile(y, [1, 1, 1, 4]), tf.tile(f, [1, 1, 4, 1]), s, p)),
  ...convolutions('Conv2DBackpropInput', (y, f, s, p) => tf.grad((z: Any) => tf.conv2d(z, f, s, p))(y)).map(once),
  ...convolutions('Conv2DBackpropFilter', (y, f, s, p) => tf.grad((z: Any) => tf.conv2d(y, z, s, p))(f)).map(once),
  {
    kernel: 'Conv2D',
    inputs: imageAndFilter(),
    call: (y, f) => tf.conv2d(y, f, 1, 'same', 'NHWC', [2, 2]),
    gradients: [],
  },
  {
    kernel: 'Conv2D',
    inputs: imageAndFilter(),
    call: (y, f) => tf.conv2d(tf.transpose(y, [0, 3, 1, 2]), f, 2, 'same', 'NCHW'),
  },
  // A filter that is a constant, as in a file.
  {
    kernel: 'Conv2D',
    inputs: image,
    call: (y) => tf.conv2d(y, tf.tensor4d(ramp(24 * y.shape[3]), [3, 4, y.shape[3], 2]), 1, 'same'),
  },
  ...convolutions('DepthwiseConv2dNative', tf.depthwiseConv2d),
  ...convolutions('DepthwiseConv2dNativeBackpropInput', (y, f, s, p) =>
    tf.grad((z: Any) => tf.depthwiseConv2d(z, f, s, p))(y),
  ).map(once),
  ...convolutions('DepthwiseConv2dNativeBackpropFilter', (y, f, s, p) =>
    tf.grad((z: Any) => tf.depthwiseConv2d(y, z, s, p))(f),
  ).map(once),
  ...(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const).flatMap((activation): Case[] => [
    {
      kernel: 'FusedConv2D',
      inputs: imageAndFilter((filter) => [filled([filter[3]!], 'float32', -1, 1)]),
      call: (y, filter, bias) =>
        tf.fused.conv2d({ x: y, filter, strides: 2, pad: 'same', bias, activation, leakyreluAlpha: 0.1 }),
      gradients: [],
    },
    {
      kernel: 'FusedDepthwiseConv2D',
      inputs: imageAndFilter((filter) => [filled([filter[2]! * filter[3]!], 'float32', -1, 1)]),
      call: (y, filter, bias) =>
        tf.fused.depthwiseConv2d({ x: y, filter, strides: 1, pad: 'valid', bias, activation, leakyreluAlpha: 0.1 }),
      gradients: [],
    },
  ]),
  {
    kernel: 'FusedConv2D',
    inputs: imageAndFilter((filter) => [filled([1], 'float32', -1, 1), filled([filter[3]!], 'float32', 0.1, 1)]),
    call: (y, filter, bias, preluActivationWeights) =>
      tf.fused.conv2d({ x: y, filter, strides: 1, pad: 'same', bias, activation: 'prelu', preluActivationWeights }),
    gradients: [],
  },
  ...pools('MaxPool', tf.maxPool).map((each) => ({ ...each, gradients: [] })),
  ...pools('AvgPool', tf.avgPool),
  // Where windows overlap, the gradients of a max pool add up, for which it takes opset 16.
  ...pools('MaxPoolGrad', (y, size, stride, pad) => tf.grad((z: Any) => tf.maxPool(z, size, stride, pad))(y)).map(
    (each, index) => ({ ...each, gradients: [], opsets: (o: number) => o >= 16 || index < 6 || index >= 10 }),
  ),
  ...pools('AvgPoolGrad', (y, size, stride, pad) => tf.grad((z: Any) => tf.avgPool(z, size, stride, pad))(y)).map(once),
  ...[false, true].flatMap((alignCorners): Case[] => [
    { kernel: 'ResizeBilinear', inputs: square, call: (y) => tf.image.resizeBilinear(y, [7, 3], alignCorners) },
    {
      kernel: 'ResizeNearestNeighbor',
      inputs: image,
      call: (y) => tf.image.resizeNearestNeighbor(y, [8, 3], alignCorners),
      gradients: [],
    },
  ]),
  {
    kernel: 'ResizeBilinear',
    inputs: image,
    call: (y) => tf.image.resizeBilinear(y, [3, 9], false, true),
    gradients: [],
  },
  {
    kernel: 'ResizeNearestNeighbor',
    inputs: image,
    call: (y) => tf.image.resizeNearestNeighbor(y, [3, 9], false, true),
    gradients: [],
  },
  {
    kernel: 'ResizeBilinearGrad',
    inputs: square,
    call: (y) => tf.grad((z: Any) => tf.image.resizeBilinear(z, [5, 6]))(y),
    gradients: [],
  },
  {
    kernel: 'ResizeNearestNeighborGrad',
    inputs: single, // tfjs's gradient reads a second image from the wrong place
    call: (y) => tf.grad((z: Any) => tf.image.resizeNearestNeighbor(z, [5, 6]))(y),
    gradients: [],
  },
  {
    kernel: 'FusedBatchNorm',
    inputs: shapeOfRank(2, 4).chain((shape) => {
      const statistic = (least: number, most: number) => filled([shape.at(-1)!], 'float32', least, most);
      const given = [statistic(-1, 1), statistic(0.5, 2), statistic(-1, 1), statistic(0.5, 1)];
      return fc.tuple(filled(shape, 'float32', -2, 2), ...given);
    }),
    call: (y, mean, variance, offset, scale) => tf.batchNorm(y, mean, variance, offset, scale),
  },
  {
    kernel: 'FusedBatchNorm',
    inputs: ranked(2, 4),
    call: (y) => tf.batchNorm(y, tf.fill([y.shape.at(-1)], 0.5), tf.tensor(ramp(y.shape.at(-1)))),
    gradients: [], // tfjs's gradient needs a scale
  },
  {
    kernel: 'FusedBatchNorm',
    inputs: ranked(2, 2),
    call: (y) => tf.batchNorm(y, tf.mean(y, 0), tf.moments(y, 0).variance),
    gradients: [],
  },
  // Rows of equal numbers have no deviation but epsilon's: a small one would blow up the rounding of their mean.
  { kernel: 'LayerNormalization', inputs: ranked(1, 3), call: (y) => standardised(y, 0.1) },
  {
    kernel: 'LayerNormalization',
    inputs: ranked(2, 3),
    call: (y) => {
      const numbers = tf.tensor1d(ramp(y.shape.at(-1)));
      return layerNorm(tf.add(y, numbers.mul(40)), numbers, numbers.neg());
    },
  },
  {
    kernel: 'LayerNormalization',
    inputs: fc.tuple(size, size, size).chain(([rows, inputs, outputs]) => {
      const shapes = [[rows, inputs], [inputs], [inputs], [inputs, outputs], [outputs]];
      return fc.tuple(...shapes.map((shape) => filled(shape, 'float32', -2, 2)));
    }),
    call: (y, scale, shift, weight, bias) => scaledLinear(standardised(y, 0.1), scale, shift, weight, bias),
    dynamic: false,
  },

  {
    kernel: 'StridedSlice',
    inputs: ranked(2, 3),
    call: (y) => tf.stridedSlice(y, [0, 1], [y.shape[0], 4], [1, 2]),
    gradients: [],
  },
  {
    kernel: 'StridedSlice',
    inputs: ranked(2, 3),
    call: (y) => tf.stridedSlice(y, [-1, 0], [-9, 2], [-1, 1]),
    gradients: [],
    dynamic: false,
  },
  {
    kernel: 'StridedSlice',
    inputs: ranked(3, 3),
    call: (y) => tf.stridedSlice(y, [0, 1, 0], [2, 2, 2], [1, 1, 1], 1, 1, 0, 0, 2),
    gradients: [],
  },
  {
    kernel: 'StridedSlice',
    inputs: ranked(2, 3),
    call: (y) => tf.stridedSlice(y, [0, 0], [1, 0], [1, 1], 0, 0, 1, 2),
    gradients: [],
    dynamic: false,
  },
  ...[1, 2].map((depth): Case => {
    const tuples = [filled([2, 3, depth], 'int32', 0, 1), filled([5, depth], 'int32', 0, 1)] as const;
    return {
      kernel: 'GatherNd',
      inputs: shapeOfRank(2, 3).chain((shape) => fc.tuple(filled(shape, 'float32', -3, 3), fc.oneof(...tuples))),
      call: (y, indices) => tf.gatherND(y, indices),
      gradients: [],
      dynamic: false,
    };
  }),
  {
    kernel: 'ScatterNd',
    inputs: fc.tuple(
      filled([5, 2], 'int32', 0, 1),
      shapeOfRank(0, 2).chain((rest) => filled([5, ...rest], 'float32', -3, 3)),
    ),
    call: (indices, updates) => tf.scatterND(indices, updates, [2, 3, ...updates.shape.slice(1)]),
    gradients: [],
    dynamic: false,
  },
  ...(['float32', 'int32'] as const).map(
    (dtype): Case => ({
      kernel: 'TopK',
      inputs: x(one(dtype, [-3, 3], [1, 3])),
      call: (y) => Object.values(tf.topk(y, 2)),
      gradients: [],
      dynamic: dtype === 'float32',
    }),
  ),
];

/** The case without gradients, where it is one itself. */
function once(each: Case): Case {
  return { ...each, gradients: [] };
}

const ramp = (length: number) => Array.from({ length }, (_, index) => (index % 7) / 4 + 0.25);
