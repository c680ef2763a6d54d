/**
 * Whole numbers as tfjs's cpu backend has them: it computes in doubles and stores the result in a typed array. So an int32
 * keeps all its digits through a division, a division by zero gives 0, and what is too large goes round modulo 2^32.
 * None of that holds for ONNX's operators on float32 or int32; that on int32 ends the process where it divides by zero.
 */
import { int } from '../../onnx/model.ts';
import type { InnerType, Recorder, Value } from '../recorder.ts';
import type { DataType } from '../signature.ts';

/** Results of arithmetic as numbers of a type, as a typed array stores them; in a boolean whatever is a whole number but 0. */
export function stored(graph: Recorder, x: Value<InnerType>, dtype: DataType): Value {
  if (dtype === 'float32' || x.dtype === dtype) return graph.cast(x, dtype);
  return graph.cast(x.dtype === 'float32' || x.dtype === 'float64' ? toInt32(graph, x) : x, dtype);
}

/**
 * JavaScript's ToInt32 of floats: the fraction cut off, modulo 2^32; not-a-number and the infinities are 0. So is what is
 * 2^63 or larger: a float32 is a multiple of 2^32 there, and of a larger quotient nobody wants the last digits.
 */
function toInt32(graph: Recorder, x: Value<InnerType>): Value {
  const limit = x.dtype === 'float64' ? graph.double(2 ** 63) : graph.scalar(2 ** 63);
  const isSmall = graph.op('Less', [graph.op('Abs', [x]), limit], {}, 'bool');
  // Chosen between the casts, of which onnxruntime would make one that does not go round.
  const whole = graph.node('Where', [isSmall, graph.cast(x, 'int64'), graph.int64(0)], x.shape, {}, 'int64');
  return graph.cast(whole, 'int32');
}

/** floor(a / b) as int32, computed in doubles, in which the quotient of two int32 or float32 is on its side of every whole number. */
export function flooredQuotient(graph: Recorder, a: Value, b: Value): Value {
  const quotient = graph.op('Div', [graph.cast(a, 'float64'), graph.cast(b, 'float64')]);
  return stored(graph, graph.op('Floor', [quotient]), 'int32');
}

/** a - b floor(a / b), the remainder with the sign of b, to the last digit; of int32 by zero it is 0. */
export function flooredRemainder(graph: Recorder, a: Value, b: Value): Value {
  return a.dtype === 'int32' ? wholeRemainder(graph, a, b) : floatRemainder(graph, a, b);
}

function wholeRemainder(graph: Recorder, a: Value, b: Value): Value {
  const one = graph.scalar(1, 'int32');
  const isZero = graph.op('Equal', [b, graph.scalar(0, 'int32')], {}, 'bool');
  const divisor = b.constant?.every((each) => each !== 0) ? b : graph.op('Where', [isZero, one, b], {}, 'int32');
  if (graph.opset < 10) return graph.cast(remainderByQuotient(graph, a, divisor), 'int32');
  // As 64 bits: the least int32 over -1 overflows in 32, which ends the process.
  return graph.cast(graph.op('Mod', [graph.cast(a, 'int64'), graph.cast(divisor, 'int64')]), 'int32');
}

/** As tfjs has it: C's fmod where the signs agree, else brought to b's side. */
function floatRemainder(graph: Recorder, a: Value, b: Value): Value {
  // Mod came with opset 10. Before, the remainder is exact for quotients below 2^29 and by a finite b.
  if (graph.opset < 10) return graph.cast(remainderByQuotient(graph, a, b), 'float32');
  const zero = graph.scalar(0);
  const [x, y] = [graph.cast(a, 'float64'), graph.cast(b, 'float64')];
  const fmod = (of: Value<'float64'>) => graph.op('Mod', [of, y], { fmod: int(1) });
  const remainder = fmod(x);
  const brought = fmod(graph.op('Add', [remainder, y]));
  const differ = graph.op('Xor', [graph.op('Less', [a, zero], {}, 'bool'), graph.op('Less', [b, zero], {}, 'bool')]);
  return graph.op('Where', [differ, graph.cast(brought, 'float32'), graph.cast(remainder, 'float32')], {}, 'float32');
}

function remainderByQuotient(graph: Recorder, a: Value, b: Value): Value<'float64'> {
  const [x, y] = [graph.cast(a, 'float64'), graph.cast(b, 'float64')];
  return graph.op('Sub', [x, graph.op('Mul', [y, graph.op('Floor', [graph.op('Div', [x, y])])])]);
}
