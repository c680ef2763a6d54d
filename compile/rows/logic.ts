/** Comparisons, boolean logic and choosing between two tensors by a condition: every row here broadcasts. */
import { broadcastShape, type Recorder, type Value } from '../recorder.ts';
import { binary, equal } from './elementwise.ts';
import { broadcastingRow, elementwiseRow, type Row, sameAsFirst } from './row.ts';

const compare = (graph: Recorder, op: string, a: Value, b: Value) => graph.op(op, [a, b], {}, 'bool');
const not = (graph: Recorder, a: Value) => graph.op('Not', [a], {}, 'bool');

/** LessOrEqual and GreaterOrEqual came with opset 12. */
function orEqual(op: 'Less' | 'Greater') {
  return (graph: Recorder, a: Value, b: Value): Value => {
    if (graph.opset >= 12) return compare(graph, `${op}OrEqual`, a, b);
    return compare(graph, 'Or', compare(graph, op, a, b), equal(graph, a, b));
  };
}

/** Booleans are compared as numbers: ONNX has no order for them. */
const asNumbers =
  (comparison: (graph: Recorder, a: Value, b: Value) => Value) =>
  (graph: Recorder, a: Value, b: Value): Value =>
    a.dtype === 'bool' ? comparison(graph, graph.cast(a, 'int32'), graph.cast(b, 'int32')) : comparison(graph, a, b);

export const logic: readonly Row[] = [
  binary('Equal', equal),
  binary('NotEqual', (graph, a, b) => not(graph, equal(graph, a, b))),
  binary(
    'Less',
    asNumbers((graph, a, b) => compare(graph, 'Less', a, b)),
  ),
  binary(
    'Greater',
    asNumbers((graph, a, b) => compare(graph, 'Greater', a, b)),
  ),
  binary('LessEqual', asNumbers(orEqual('Less'))),
  binary('GreaterEqual', asNumbers(orEqual('Greater'))),
  binary('LogicalAnd', 'And'),
  binary('LogicalOr', 'Or'),
  elementwiseRow('LogicalNot', 'x', sameAsFirst, ({ graph }, x) => not(graph, x)),
  broadcastingRow(
    'Select',
    'condition t e',
    ([, t, e]) => broadcastShape([t!, e!]),
    ({ graph, shapes }, condition, t, e) => {
      const [conditionShape, { length: rank }] = [shapes[0]!, shapes[1]!];
      // A condition of rank 1 chooses whole rows: its one axis is the first one, not the last.
      const rows = conditionShape.length === 1 && rank > 1;
      const aligned = rows
        ? graph.expand(graph.expand(condition, conditionShape), [conditionShape[0]!, ...Array(rank - 1).fill(1)])
        : condition;
      // onnxruntime has no Where for booleans.
      if (t.dtype !== 'bool') return graph.op('Where', [aligned, t, e], {}, t.dtype);
      const chosen = graph.op('Where', [aligned, graph.cast(t, 'int32'), graph.cast(e, 'int32')], {}, 'int32');
      return graph.cast(chosen, 'bool');
    },
  ),
];
