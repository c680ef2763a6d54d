/**
 * Batch normalisation with statistics that are given (tf.layers uses it for layer normalisation, too), and the
 * standardised rows of layer-norm.ts.
 */
import { float, int, ints } from '../../onnx/model.ts';
import type { Recorder, Value } from '../recorder.ts';
import { broadcastingRow, floatsOnly, type Row, row, sameAsFirst } from './row.ts';

/** scale / sqrt(variance + epsilon): computed here where both are constants, so that a file holds the factor. */
function factor(graph: Recorder, variance: Value, epsilon: number, scale: Value | undefined): Value {
  const [variances, scales] = [variance.constant, scale?.constant];
  if (variances && (!scale || (scales && variances.length === scales.length))) {
    const factors = Float32Array.from(variances, (each, index) => (scales?.[index] ?? 1) / Math.sqrt(each + epsilon));
    return graph.constant('float32', variance.shape, factors);
  }
  const deviation = graph.op('Sqrt', [graph.op('Add', [variance, graph.scalar(epsilon)])]);
  return scale ? graph.op('Div', [scale, deviation]) : graph.op('Reciprocal', [deviation]);
}

export const normalisation: readonly Row[] = [
  floatsOnly(
    broadcastingRow(
      'FusedBatchNorm',
      'x mean variance scale? offset?',
      sameAsFirst,
      // Not ONNX's BatchNormalization: it wants channels first, and statistics of rank 1.
      ({ graph, attrs, shape }, x, mean, variance, scale, offset) => {
        // tfjs makes rank 4 of everything; without the ones in front, the reshapes around it go away.
        const isFlat = x!.shape.length === 4 && mean!.shape.length === 1 && shape[0] === 1 && shape[1] === 1;
        const rows = isFlat ? graph.reshape(x!, shape.slice(2)) : x!;
        const centred = graph.op('Sub', [rows, mean!]);
        const scaled = graph.op('Mul', [centred, factor(graph, variance!, attrs.varianceEpsilon ?? 0.001, scale)]);
        const made = offset ? graph.op('Add', [scaled, offset]) : scaled;
        return isFlat ? graph.reshape(made, shape) : made;
      },
    ),
  ),
  {
    // A kernel of our own; layer-norm.ts calls it. Two results: the rows, and one over each one's deviation.
    ...row(
      'LayerNormalization',
      'x',
      ([shape]) => [shape!, [...shape!.slice(0, -1), 1]],
      ({ graph, attrs: { epsilon }, results: [shape, column] }, x) => {
        // Over no rows onnxruntime fails.
        graph.needElements(x.shape);
        if (graph.opset >= 17) {
          const ones = graph.expand(graph.scalar(1), shape!.slice(-1));
          const made = graph.nodeWithResults('LayerNormalization', [x, ones], [shape!, column!, column!], {
            axis: int(-1),
            epsilon: float(epsilon),
          });
          return [made[0]!, made[2]!];
        }
        const axes = ints([x.shape.length - 1]);
        const mean = (of: Value) => graph.node('ReduceMean', [of], column!, { axes, keepdims: int(1) });
        const centred = graph.op('Sub', [x, mean(x)]);
        const variance = mean(graph.op('Mul', [centred, centred]));
        const deviation = graph.op('Sqrt', [graph.op('Add', [variance, graph.scalar(epsilon)])]);
        return [graph.op('Div', [centred, deviation]), graph.op('Reciprocal', [deviation])];
      },
    ),
    folds: 'never',
    takes: 'floats',
  },
];
