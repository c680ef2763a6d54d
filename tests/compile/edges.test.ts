/** What operators make of the values at the edge of their types: the right ones, written down by hand. */
import { beforeAll, expect, it } from 'vitest';
import { compile, tf } from '../../compile/index.ts';
import { WebSession } from '../../compile/onnxruntime-web.ts';

beforeAll(() => tf.setBackend('cpu'));

type Numbers = readonly number[];
type Type = 'float32' | 'int32' | 'bool';
/** An operator, its inputs, of one type, and what comes out: numbers, and their type where it is another. */
type Row = readonly [name: string, call: (...inputs: tf.Tensor[]) => tf.Tensor, type: Type, inputs: readonly Numbers[], is: Numbers, as?: Type]; // biome-ignore format: a table

const { NaN: none, POSITIVE_INFINITY: infinite, NEGATIVE_INFINITY: lowest } = Number;
const [most, least] = [2 ** 31 - 1, -(2 ** 31)];
const turn = Math.fround(2 * Math.PI);

const rows: readonly Row[] = [
  ['mod', tf.mod, 'float32', [[1e9, 1e6, -1, 7, -7, 7, 5, -5, 1, 0], [7, turn, 7, -3, 3, none, infinite, infinite, 0, 3]], [6, 1e6 % turn, 6, -2, 2, none, 5, none, none, 0]],
  ['mod', tf.mod, 'int32', [[123456789, -7, 7, 5, least, most], [10, 3, -3, 0, -1, 16777217]], [9, 2, -2, 0, 0, 16777088]],
  ['floorDiv', tf.floorDiv, 'int32', [[16777217, 123456789, -7, 7, 5, -5, 0, least], [1, 1, 2, -2, 0, 0, 0, -1]], [16777217, 123456789, -4, -4, 0, 0, 0, least]],
  ['floorDiv', tf.floorDiv, 'float32', [[7.5, -7.5, 1, none, infinite, 3e9], [2, 2, 0, 1, 2, 1]], [3, -4, 0, 0, 0, 3e9 - 2 ** 32], 'int32'],
  ['div', tf.div, 'int32', [[7, -7, 1, 123456789], [2, 2, 0, 1]], [3, -4, 0, 123456789]],
  ['toInt', (x) => tf.cast(x, 'int32'), 'float32', [[none, infinite, lowest, 3.9, -3.9, 3e9, 1e10, -1e10, 2 ** 40]], [0, 0, 0, 3, -3, 3e9 - 2 ** 32, 1410065408, -1410065408, 0], 'int32'],
  ['toBool', (x) => tf.cast(x, 'bool'), 'float32', [[none, 0, -0, 0.5, infinite]], [1, 0, 0, 1, 1], 'bool'],
  ['max', (x) => tf.max(x), 'float32', [[1, 2, 3, none]], [none]],
  ['maxFirst', (x) => tf.max(x), 'float32', [[none, 2, 3, 4]], [none]],
  ['maxInfinite', (x) => tf.max(x), 'float32', [[1, infinite, lowest, 4]], [infinite]],
  ['maxRows', (x) => tf.max(tf.reshape(x, [3, 3]), 1), 'float32', [[1, none, 3, 4, 5, 6, lowest, lowest, lowest]], [none, 6, lowest]],
  ['maxColumns', (x) => tf.max(tf.reshape(x, [3, 3]), 0), 'float32', [[1, none, 3, 4, 5, 6, 7, 8, 9]], [7, none, 9]],
  ['min', (x) => tf.min(x), 'float32', [[1, none, 3, -4]], [none]],
  ['minInfinite', (x) => tf.min(x), 'float32', [[1, infinite, lowest, 4]], [lowest]],
  ['maximum', tf.maximum, 'float32', [[1, none, 3, none], [none, 2, 2, none]], [none, none, 3, none]],
  ['minimum', tf.minimum, 'float32', [[1, none, 3, none], [none, 2, 2, none]], [none, none, 2, none]],
  ['relu', tf.relu, 'float32', [[none, -1, -0, infinite]], [none, 0, 0, infinite]],
  ['clip', (x) => tf.clipByValue(x, -1, 1), 'float32', [[none, infinite, lowest, 0.5]], [none, 1, -1, 0.5]],
  ['clipInt', (x) => tf.clipByValue(x, 0, infinite), 'int32', [[-5, 123456789, most, least]], [0, 123456789, most, 0]],
  ['reluInt', tf.relu, 'int32', [[-5, 123456789, most, least]], [0, 123456789, most, 0]],
  ['argMax', (x) => tf.argMax(x), 'float32', [[1, none, 3, 2]], [2], 'int32'],
  ['argMin', (x) => tf.argMin(x), 'float32', [[3, 1, none, 1]], [1], 'int32'],
  ['sumInt', (x) => tf.sum(x), 'int32', [[most, 1, 1, 5]], [least + 6]],
  ['pow', tf.pow, 'float32', [[1, -1, 1, 2, 0, 0, none], [none, infinite, 5, infinite, 0, -1, 0]], [none, none, 1, infinite, 1, infinite, 1]],
  ['powInt', tf.pow, 'int32', [[7, -2, 2, 0], [9, 31, -1, -1]], [40353607, least, 0, 0]],
  ['atan2', tf.atan2, 'float32', [[0, -0, 0, -0, 1, -1, 1, infinite, lowest, infinite, none, 1], [1, -1, -1, 1, 0, -0, infinite, infinite, lowest, 1, 1, none]], [0, -Math.PI, Math.PI, -0, Math.PI / 2, -Math.PI / 2, 0, Math.PI / 4, (-3 * Math.PI) / 4, Math.PI / 2, none, none]],
  ['mulBool', tf.mul, 'bool', [[0, 0, 1, 1], [0, 1, 0, 1]], [0, 0, 0, 1]],
  ['maximumBool', tf.maximum, 'bool', [[0, 0, 1, 1], [0, 1, 0, 1]], [0, 1, 1, 1], 'int32'],
  ['minimumBool', tf.minimum, 'bool', [[0, 0, 1, 1], [0, 1, 0, 1]], [0, 0, 0, 1], 'int32'],
  ['whereBool', (c, a, b) => tf.where(c!, a!, b!), 'bool', [[0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]], [0, 1, 1, 0]],
  ['maxBool', (x) => tf.max(x), 'bool', [[0, 1, 0]], [1]],
  ['cumsumBool', (x) => tf.cumsum(x), 'bool', [[1, 1, 0, 1]], [1, 2, 2, 3], 'int32'],
  ['cumsum', (x) => tf.cumsum(x), 'float32', [[1, none, 2]], [1, none, none]],
  ['scatter', (x) => tf.scatterND(tf.tensor2d([[0], [1], [1]], [3, 1], 'int32'), x, [3]), 'float32', [[infinite, 1, 2]], [infinite, 3, 0]],
]; // biome-ignore format: a table

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
const ofRow = <T>(of: (row: Row, name: string) => readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries(rows.flatMap((row, index) => of(row, `${row[0]}_${index}`)));

const signature = ofRow(([, , dtype, inputs], name) =>
  inputs.map((numbers, at) => [`${name}.${at}`, { shape: [numbers.length], dtype }] as const),
);
const feeds = ofRow(([, , type, inputs], name) =>
  inputs.map((numbers, at) => {
    const data = arrays[type].from(numbers);
    return [`${name}.${at}`, { type, shape: [numbers.length], data }] as const;
  }),
);

// The remainder of floats before opset 10 is another one: docs/compile.md.
it.each([10, 12, 17])('is computed exactly at opset %i, in both engines', async (opset) => {
  const compiled = await compile(
    (given) => ofRow(([, call, , inputs], name) => [[name, call(...inputs.map((_, at) => given[`${name}.${at}`]!))]]),
    signature,
    { opset, threads: 1 },
  );
  const web = await WebSession.open(compiled.bytes);
  for (const got of [await compiled.run(feeds), await web.run(feeds)]) {
    for (const [index, [name, , type, , is, as = type]] of rows.entries()) {
      const { data, type: found } = got[`${name}_${index}`]!;
      expect(found, name).toBe(as);
      expect(data.length, name).toBe(is.length);
      const right = arrays[as].from(is);
      // Of an angle the last digit may differ, of a zero the sign.
      const agrees = (one: number, other: number) =>
        Object.is(one, other) || one === other || (name === 'atan2' && Math.abs(one - other) < 1e-6);
      for (const [at, each] of right.entries()) {
        if (!agrees(Number(data[at]), each)) expect([...data], `${name} of ${type}`).toEqual([...right]);
      }
    }
  }
  await Promise.all([compiled.release(), web.release()]);
});
