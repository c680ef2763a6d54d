/** Arithmetic, one element at a time: every row here broadcasts. */
import { type Attribute, float } from '../../onnx/model.ts';
import { broadcastShape, type Recorder, type Value } from '../recorder.ts';
import { type Emission, elementwiseRow, numbersOnly, type Row, sameAsFirst } from './row.ts';
import { flooredQuotient, flooredRemainder, stored } from './whole-numbers.ts';

type Formula = (graph: Recorder, x: Value, attrs: Emission['attrs']) => Value;

/** A kernel of one input x: an ONNX operator, or a formula of several. */
function unary(kernel: string, how: string | Formula, attributes: Record<string, Attribute> = {}): Row {
  const formula: Formula = typeof how === 'string' ? (graph, x) => graph.op(how, [x], attributes) : how;
  return elementwiseRow(kernel, 'x', sameAsFirst, ({ graph, attrs }, x) => formula(graph, x, attrs));
}

/** A unary kernel whose ONNX operators know floats only: an int32 goes there and back, as tfjs's typed arrays do. */
function unaryFloat(kernel: string, how: string | Formula, attributes: Record<string, Attribute> = {}): Row {
  const toFloat = formulaOf(how, attributes);
  return unary(kernel, (graph, x, attrs) => stored(graph, toFloat(graph, x, attrs), x.dtype));
}

/** A unary kernel that gives floats for any number. */
function unaryToFloat(kernel: string, how: string | Formula): Row {
  return unary(kernel, formulaOf(how));
}

/** The formula for numbers of any type, which become floats first. */
function formulaOf(how: string | Formula, attributes: Record<string, Attribute> = {}): Formula {
  const formula: Formula = typeof how === 'string' ? (graph, x) => graph.op(how, [x], attributes) : how;
  return (graph, x, attrs) => formula(graph, graph.cast(x, 'float32'), attrs);
}

/** As a float formula, but for int32, which has a way of its own that keeps every digit. */
function withInt32(kernel: string, ofInt32: Formula, ofFloat: string | Formula): Row {
  const toFloat = formulaOf(ofFloat);
  return unary(kernel, (graph, x, attrs) =>
    x.dtype === 'int32' ? ofInt32(graph, x, attrs) : stored(graph, toFloat(graph, x, attrs), x.dtype),
  );
}

/** A kernel of two inputs a and b that broadcast against each other. */
export function binary(kernel: string, how: string | ((graph: Recorder, a: Value, b: Value) => Value)): Row {
  return elementwiseRow(
    kernel,
    'a b',
    (shapes) => broadcastShape(shapes),
    ({ graph }, a, b) => (typeof how === 'string' ? graph.op(how, [a, b]) : how(graph, a, b)),
  );
}

/** Max or Min, which know floats only before opset 12; of booleans Or and And. */
function extremum(op: 'Max' | 'Min') {
  return (graph: Recorder, a: Value, b: Value): Value => {
    if (a.dtype === 'bool') return graph.op(op === 'Max' ? 'Or' : 'And', [a, b]);
    if (a.dtype === 'float32' || graph.opset >= 12) return graph.op(op, [a, b]);
    return choose(graph, graph.op(op === 'Max' ? 'Greater' : 'Less', [a, b], {}, 'bool'), a, b);
  };
}

/** An operator of numbers, and the one that does the same to booleans as numbers 0 and 1. */
const orOfBooleans = (ofNumbers: string, ofBooleans: string) => (graph: Recorder, a: Value, b: Value) =>
  graph.op(a.dtype === 'bool' ? ofBooleans : ofNumbers, [a, b]);

/** `yes` where the condition holds, `no` elsewhere. */
function choose(graph: Recorder, condition: Value, yes: Value, no: Value): Value {
  return graph.op('Where', [condition, yes, no], {}, yes.dtype);
}

const clipped: Formula = (graph, x, { clipValueMin, clipValueMax }) => clip(graph, x, clipValueMin, clipValueMax);
const sixAtMost: Formula = (graph, x) => clip(graph, x, 0, 6);
/** An operator that leaves 0 and 1 as they are, and knows no booleans. */
const unlessBoolean =
  (op: string): Formula =>
  (graph, x) =>
    x.dtype === 'bool' ? x : graph.op(op, [x]);

const aboveZero = (graph: Recorder, x: Value) => graph.op('Greater', [x, graph.scalar(0, x.dtype)], {}, 'bool');
const belowZero = (graph: Recorder, x: Value) => graph.op('Less', [x, graph.scalar(0, x.dtype)], {}, 'bool');

/** Cuts x, floats or int32, to [least, most]: attributes before opset 11, inputs since. Not-a-number stays. */
export function clip(graph: Recorder, x: Value, least: number, most: number): Value {
  if (x.dtype === 'int32') {
    const [floor, ceiling] = [int32Bound(graph, least), int32Bound(graph, most)];
    return extremum('Min')(graph, extremum('Max')(graph, x, floor), ceiling);
  }
  if (graph.opset >= 11) return graph.op('Clip', [x, graph.scalar(least), graph.scalar(most)]);
  return graph.op('Clip', [x], { min: float(least), max: float(most) });
}

/** A bound as int32: its fraction is cut off, as when tfjs stores it, and an infinite one is the last number there is. */
const int32Bound = (graph: Recorder, bound: number): Value =>
  graph.scalar(Math.trunc(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, bound))), 'int32');

/**
 * x to the power of y as JavaScript has it: no number where y is none, or infinite over 1 or -1. In C, and so in ONNX, that
 * is 1. Where x or y is known it mostly needs no care.
 */
function power(graph: Recorder, x: Value, y: Value): Value {
  const made = graph.op('Pow', [x, y]);
  if (y.constant?.every(Number.isFinite) || x.constant?.every((each) => Math.abs(each) !== 1)) return made;
  // 0, and no number for an infinite y.
  const gap = graph.op('Sub', [y, y]);
  const isOne = equal(graph, graph.op('Abs', [x]), graph.scalar(1));
  const none = graph.op('And', [isOne, graph.op('IsNaN', [gap], {}, 'bool')], {}, 'bool');
  return choose(graph, none, gap, made);
}

/**
 * The angle of (x, y), in (-pi, pi]: the arctangent of the shorter side over the longer one, turned into its octant. Zeros
 * have signs and infinities are points as others are (C99, F.9.1.4).
 */
function angle(graph: Recorder, y: Value, x: Value): Value {
  const [tall, wide] = [graph.op('Abs', [y]), graph.op('Abs', [x])];
  const [longer, shorter] = [graph.op('Max', [tall, wide]), graph.op('Min', [tall, wide])];
  const ratio = choose(graph, aboveZero(graph, longer), graph.op('Div', [shorter, longer]), longer);
  const isDiagonal = graph.op('Greater', [shorter, graph.scalar(largestFloat)], {}, 'bool');
  const octant = graph.op('Atan', [choose(graph, isDiagonal, graph.scalar(1), ratio)]);
  const isSteep = graph.op('Greater', [tall, wide], {}, 'bool');
  const quadrant = choose(graph, isSteep, graph.op('Sub', [graph.scalar(Math.PI / 2), octant]), octant);
  const half = choose(graph, isNegative(graph, x), graph.op('Sub', [graph.scalar(Math.PI), quadrant]), quadrant);
  return choose(graph, isNegative(graph, y), graph.op('Neg', [half]), half);
}

/** Whether the sign is minus, that of a zero as well: one over it is below zero then. */
function isNegative(graph: Recorder, x: Value): Value {
  return graph.op('Or', [belowZero(graph, x), belowZero(graph, graph.op('Reciprocal', [x]))], {}, 'bool');
}

/**
 * Equal knows floats since opset 11. Before: neither less nor greater; and the sum is a number, since any comparison
 * with not-a-number is false and those two would be taken for equal. (Infinities of both signs differ before that.)
 */
export function equal(graph: Recorder, a: Value, b: Value): Value {
  const compare = (op: string, one: Value, other: Value) => graph.op(op, [one, other], {}, 'bool');
  if (a.dtype !== 'float32' || graph.opset >= 11) return compare('Equal', a, b);
  const differs = compare('Or', compare('Less', a, b), compare('Greater', a, b));
  const isNan = graph.op('IsNaN', [graph.op('Add', [a, b])], {}, 'bool');
  return graph.op('Not', [compare('Or', differs, isNan)], {}, 'bool');
}

/** 2 atanh(x / (2 + x)) near zero, where log(1 + x) would lose its digits. */
function log1p(graph: Recorder, x: Value): Value {
  const near = graph.op('Less', [graph.op('Abs', [x]), graph.scalar(0.5)], {}, 'bool');
  const series = graph.op('Atanh', [graph.op('Div', [x, graph.op('Add', [x, graph.scalar(2)])])]);
  return choose(
    graph,
    near,
    graph.op('Mul', [series, graph.scalar(2)]),
    graph.op('Log', [graph.op('Add', [x, graph.scalar(1)])]),
  );
}

/** tanh(x / 2) (e^x + 1), which unlike e^x - 1 keeps its digits near zero. */
function expm1(graph: Recorder, x: Value): Value {
  const half = graph.op('Tanh', [graph.op('Mul', [x, graph.scalar(0.5)])]);
  return graph.op('Mul', [half, graph.op('Add', [graph.op('Exp', [x]), graph.scalar(1)])]);
}

/** Half to even. ONNX has Round since opset 11; before, floor(x + 0.5) and one less where that made an odd tie. */
function round(graph: Recorder, x: Value): Value {
  if (graph.opset >= 11) return graph.op('Round', [x]);
  const raised = graph.op('Add', [x, graph.scalar(0.5)]);
  const floor = graph.op('Floor', [raised]);
  const half = graph.op('Mul', [floor, graph.scalar(0.5)]);
  const odd = graph.op('Sub', [half, graph.op('Floor', [half])]);
  const gap = graph.op('Sub', [raised, floor]);
  // Half an odd number has a fraction; a tie leaves no gap to its floor.
  const isOdd = graph.op('Greater', [odd, graph.scalar(0)], {}, 'bool');
  const noTie = graph.op('Greater', [gap, graph.scalar(0)], {}, 'bool');
  const down = graph.op('And', [isOdd, graph.op('Not', [noTie], {}, 'bool')], {}, 'bool');
  return graph.op('Sub', [floor, graph.cast(down, 'float32')]);
}

// The constants of Klambauer et al. 2017, with the digits tfjs uses.
const seluAlpha = 1.7580993408473768;
const seluScale = 1.0507009873554805;

export const elementwise: readonly Row[] = [
  numbersOnly(binary('Add', 'Add')),
  numbersOnly(binary('Sub', 'Sub')),
  binary('Multiply', orOfBooleans('Mul', 'And')),
  numbersOnly(binary('RealDiv', 'Div')),
  binary('Maximum', extremum('Max')),
  binary('Minimum', extremum('Min')),
  binary('Pow', (graph, a, b) => {
    if (a.dtype === 'float32') return power(graph, a, b);
    return stored(graph, graph.op('Pow', [graph.cast(a, 'float64'), graph.cast(b, 'float64')]), a.dtype);
  }),
  binary('SquaredDifference', (graph, a, b) => {
    if (a.dtype === 'bool') return graph.op('Xor', [a, b]);
    const difference = graph.op('Sub', [a, b]);
    return graph.op('Mul', [difference, difference]);
  }),
  binary('FloorDiv', flooredQuotient),
  numbersOnly(binary('Mod', flooredRemainder)),
  elementwiseRow(
    'Prelu',
    'x alpha',
    (shapes) => broadcastShape(shapes),
    ({ graph }, given, slope) => {
      const [x, alpha] = [graph.cast(given, 'float32'), graph.cast(slope, 'float32')];
      return choose(graph, belowZero(graph, x), graph.op('Mul', [x, alpha]), x);
    },
  ),
  binary('Atan2', (graph, y, x) =>
    stored(graph, angle(graph, graph.cast(y, 'float32'), graph.cast(x, 'float32')), y.dtype),
  ),
  numbersOnly(
    elementwiseRow(
      'AddN',
      'list',
      (shapes) => broadcastShape(shapes),
      ({ graph }, first, ...others) => others.reduce((sum, each) => graph.op('Add', [sum, each]), first!),
    ),
  ),

  numbersOnly(unary('Neg', 'Neg')),
  unary('Abs', unlessBoolean('Abs')),
  unary('Sign', unlessBoolean('Sign')),
  unary('Square', (graph, x) => (x.dtype === 'bool' ? x : graph.op('Mul', [x, x]))),
  unaryToFloat('Exp', 'Exp'),
  unaryFloat('Expm1', expm1),
  unaryFloat('Log', 'Log'),
  unaryFloat('Log1p', log1p),
  unaryFloat('Sqrt', 'Sqrt'),
  unaryFloat('Rsqrt', (graph, x) => graph.op('Reciprocal', [graph.op('Sqrt', [x])])),
  unaryFloat('Reciprocal', 'Reciprocal'),
  unaryFloat('Sigmoid', 'Sigmoid'),
  unaryFloat('Softplus', 'Softplus'),
  unaryFloat('Tanh', 'Tanh'),
  unaryFloat('Sin', 'Sin'),
  unaryFloat('Cos', 'Cos'),
  unaryFloat('Tan', 'Tan'),
  unaryFloat('Asin', 'Asin'),
  unaryFloat('Acos', 'Acos'),
  unaryFloat('Atan', 'Atan'),
  unaryFloat('Sinh', 'Sinh'),
  unaryFloat('Cosh', 'Cosh'),
  unaryFloat('Asinh', 'Asinh'),
  unaryFloat('Acosh', 'Acosh'),
  unaryFloat('Atanh', 'Atanh'),
  unaryFloat('Erf', 'Erf'),
  unaryFloat('Floor', 'Floor'),
  unaryFloat('Ceil', 'Ceil'),
  withInt32('Round', (_, x) => x, round),
  withInt32('Relu', (graph, x) => extremum('Max')(graph, x, graph.scalar(0, 'int32')), 'Relu'),
  withInt32('Relu6', sixAtMost, sixAtMost),
  unaryFloat('Elu', 'Elu'),
  unaryFloat('Selu', 'Selu', { alpha: float(seluAlpha / seluScale), gamma: float(seluScale) }),
  unaryToFloat('LeakyRelu', (graph, x, { alpha }) => graph.op('LeakyRelu', [x], { alpha: float(alpha) })),
  unaryFloat('Step', (graph, x, { alpha }) => {
    const step = choose(graph, aboveZero(graph, x), graph.scalar(1), graph.scalar(alpha));
    // Not a number stays none.
    return choose(graph, graph.op('IsNaN', [x], {}, 'bool'), x, step);
  }),
  withInt32('ClipByValue', clipped, clipped),
  unary('Cast', (graph, x, { dtype }) => (dtype === 'int32' ? stored(graph, x, dtype) : graph.cast(x, dtype))),
  unary('IsNan', (graph, x) => graph.op('IsNaN', [graph.cast(x, 'float32')], {}, 'bool')),
  unary('IsInf', (graph, x) => {
    const size = graph.op('Abs', [graph.cast(x, 'float32')]);
    return graph.op('Greater', [size, graph.scalar(largestFloat)], {}, 'bool');
  }),
  unary('IsFinite', (graph, x) => {
    // x - x is 0 for a finite x and not a number for any other.
    const float = graph.cast(x, 'float32');
    const isNan = graph.op('IsNaN', [graph.op('Sub', [float, float])], {}, 'bool');
    return graph.op('Not', [isNan], {}, 'bool');
  }),

  elementwiseRow(
    'EluGrad',
    'dy y',
    (shapes) => broadcastShape(shapes),
    ({ graph }, dy, y) => {
      const slope = choose(graph, aboveZero(graph, y), graph.scalar(1), graph.op('Add', [y, graph.scalar(1)]));
      return graph.op('Mul', [dy, slope]);
    },
  ),
];

const largestFloat = 3.4028234663852886e38;
