/** Arithmetic, one element at a time: every row here broadcasts. */
import { type Attribute, float } from '../../onnx/model.ts';
import { broadcastShape, type Recorder, type Value } from '../recorder.ts';
import { type Emission, elementwiseRow, type Row, sameAsFirst } from './row.ts';

type Formula = (graph: Recorder, x: Value, attrs: Emission['attrs']) => Value;

/** A kernel of one input x: an ONNX operator, or a formula of several. */
function unary(kernel: string, how: string | Formula, attributes: Record<string, Attribute> = {}): Row {
  const formula: Formula = typeof how === 'string' ? (graph, x) => graph.op(how, [x], attributes) : how;
  return elementwiseRow(kernel, 'x', sameAsFirst, ({ graph, attrs }, x) => formula(graph, x, attrs));
}

/** A unary kernel whose ONNX operators know floats only: an int32 goes there and back, as tfjs's typed arrays do. */
function unaryFloat(kernel: string, how: string | Formula, attributes: Record<string, Attribute> = {}): Row {
  const formula: Formula = typeof how === 'string' ? (graph, x) => graph.op(how, [x], attributes) : how;
  return unary(kernel, (graph, x, attrs) => graph.cast(formula(graph, graph.cast(x, 'float32'), attrs), x.dtype));
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

/** Max or Min, which know floats only before opset 12. */
function extremum(op: 'Max' | 'Min', comparison: 'Greater' | 'Less') {
  return (graph: Recorder, a: Value, b: Value): Value => {
    if (a.dtype === 'float32' || graph.opset >= 12) return graph.op(op, [a, b]);
    return graph.op('Where', [graph.op(comparison, [a, b], {}, 'bool'), a, b], {}, a.dtype);
  };
}

/**
 * x - y * floor(x / y): the remainder has the sign of y. Where the quotient was rounded across a whole number the
 * remainder comes out on the wrong side of 0 or of y, and is put back.
 */
function flooredRemainder(graph: Recorder, a: Value, b: Value): Value {
  const [x, y] = [graph.cast(a, 'float32'), graph.cast(b, 'float32')];
  const whole = graph.op('Floor', [graph.op('Div', [x, y])]);
  const rough = graph.op('Sub', [x, graph.op('Mul', [y, whole])]);
  const isBelow = belowZero(graph, graph.op('Mul', [rough, graph.op('Sign', [y])]));
  const raised = choose(graph, isBelow, graph.op('Add', [rough, y]), rough);
  const isWithin = graph.op('Less', [graph.op('Abs', [raised]), graph.op('Abs', [y])], {}, 'bool');
  return graph.cast(choose(graph, isWithin, raised, graph.op('Sub', [raised, y])), a.dtype);
}

/** `yes` where the condition holds, `no` elsewhere. */
function choose(graph: Recorder, condition: Value, yes: Value, no: Value): Value {
  return graph.op('Where', [condition, yes, no], {}, yes.dtype);
}

const aboveZero = (graph: Recorder, x: Value) => graph.op('Greater', [x, graph.scalar(0, x.dtype)], {}, 'bool');
const belowZero = (graph: Recorder, x: Value) => graph.op('Less', [x, graph.scalar(0, x.dtype)], {}, 'bool');

/** Cuts x to [least, most]: attributes before opset 11, inputs since. */
export function clip(graph: Recorder, x: Value, least: number, most: number): Value {
  if (graph.opset >= 11 && (x.dtype === 'float32' || graph.opset >= 12)) {
    return graph.op('Clip', [x, graph.scalar(least, x.dtype), graph.scalar(most, x.dtype)]);
  }
  const clipped = graph.op('Clip', [graph.cast(x, 'float32')], { min: float(least), max: float(most) });
  return graph.cast(clipped, x.dtype);
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
  binary('Add', 'Add'),
  binary('Sub', 'Sub'),
  binary('Multiply', 'Mul'),
  binary('RealDiv', 'Div'),
  binary('Maximum', extremum('Max', 'Greater')),
  binary('Minimum', extremum('Min', 'Less')),
  binary('Pow', (graph, a, b) =>
    graph.cast(graph.op('Pow', [graph.cast(a, 'float32'), graph.cast(b, 'float32')]), a.dtype),
  ),
  binary('SquaredDifference', (graph, a, b) => {
    const difference = graph.op('Sub', [a, b]);
    return graph.op('Mul', [difference, difference]);
  }),
  binary('FloorDiv', (graph, a, b) => {
    const quotient = graph.op('Div', [graph.cast(a, 'float32'), graph.cast(b, 'float32')]);
    return graph.cast(graph.op('Floor', [quotient]), 'int32');
  }),
  binary('Mod', flooredRemainder),
  elementwiseRow(
    'Prelu',
    'x alpha',
    (shapes) => broadcastShape(shapes),
    ({ graph }, x, alpha) => choose(graph, belowZero(graph, x), graph.op('Mul', [x, alpha]), x),
  ),
  binary('Atan2', (graph, y, x) => {
    // atan(y / x), and half a turn more on the left of the y axis, towards y's side.
    const angle = graph.op('Atan', [graph.op('Div', [y, x])]);
    const half = choose(graph, belowZero(graph, y), graph.scalar(-Math.PI), graph.scalar(Math.PI));
    const turned = graph.op('Add', [angle, choose(graph, belowZero(graph, x), half, graph.scalar(0))]);
    // 0 / 0 is no angle: tfjs says 0 there.
    const zero = graph.op('Add', [graph.op('Abs', [y]), graph.op('Abs', [x])]);
    return choose(graph, aboveZero(graph, zero), turned, graph.scalar(0));
  }),
  elementwiseRow(
    'AddN',
    'list',
    (shapes) => broadcastShape(shapes),
    ({ graph }, first, ...others) => others.reduce((sum, each) => graph.op('Add', [sum, each]), first!),
  ),

  unary('Neg', 'Neg'),
  unary('Abs', 'Abs'),
  unary('Sign', 'Sign'),
  unary('Square', (graph, x) => graph.op('Mul', [x, x])),
  unaryFloat('Exp', 'Exp'),
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
  unaryFloat('Round', round),
  unaryFloat('Relu', 'Relu'),
  unaryFloat('Relu6', (graph, x) => clip(graph, x, 0, 6)),
  unaryFloat('Elu', 'Elu'),
  unaryFloat('Selu', 'Selu', { alpha: float(seluAlpha / seluScale), gamma: float(seluScale) }),
  unaryFloat('LeakyRelu', (graph, x, { alpha }) => graph.op('LeakyRelu', [x], { alpha: float(alpha) })),
  unary('Step', (graph, x, { alpha }) => {
    const step = choose(graph, aboveZero(graph, x), graph.scalar(1), graph.scalar(alpha));
    // Not a number stays none: x * 0 is 0 for every number but the infinities, which the step decides.
    const isNan = graph.op('IsNaN', [graph.cast(x, 'float32')], {}, 'bool');
    return graph.cast(choose(graph, isNan, graph.cast(x, 'float32'), step), x.dtype);
  }),
  unary('ClipByValue', (graph, x, { clipValueMin, clipValueMax }) => clip(graph, x, clipValueMin, clipValueMax)),
  unary('Cast', (graph, x, { dtype }) => graph.cast(x, dtype)),
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
      const slope = choose(graph, belowZero(graph, y), graph.op('Add', [y, graph.scalar(1)]), graph.scalar(1));
      return graph.op('Mul', [dy, slope]);
    },
  ),
];

const largestFloat = 3.4028234663852886e38;
