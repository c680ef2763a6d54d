/** Random numbers drawn each time the graph runs. tfjs draws its own in JavaScript, once, while tracing. */
import { int } from '../../onnx/model.ts';
import { dataTypes } from '../../onnx/schema.ts';
import { type Row, row, sameAsFirst } from './row.ts';

export const random: readonly Row[] = [
  {
    // A kernel of our own; random-normal.ts calls it. No seed: with one, every run would restart the same noise.
    ...row('RandomNormalLike', 'x', sameAsFirst, ({ graph }, x) =>
      graph.node('RandomNormalLike', [x], x.shape, { dtype: int(dataTypes.float32) }, 'float32'),
    ),
    folds: 'never',
  },
];
