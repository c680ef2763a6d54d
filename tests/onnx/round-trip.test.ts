import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Session } from '../../compile/onnxruntime.ts';
import { checkModel } from '../../onnx/check.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { float, int, ints, irVersionOfOpset, type Model, node, string, tensor } from '../../onnx/model.ts';
import { printModel } from '../../onnx/print.ts';
import { because } from '../skipping.ts';

const everything: Model = {
  irVersion: 8,
  opset: 17,
  producerName: 'test',
  producerVersion: '1.2',
  metadata: { seed: '7', empty: '' },
  otherOpsets: [{ domain: 'com.example', version: 3 }],
  graph: {
    name: 'all',
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3, null] }],
    outputs: [
      { name: 'y', type: 'float32', shape: ['batch', 3, null] },
      { name: 'scalar', type: 'int64', shape: [] },
      { name: 'free', type: 'bool' },
    ],
    nodes: [
      node('Concat', ['x'], ['y'], { axis: int(-1), ends: ints([0, 2 ** 31, -(2 ** 63), 2 ** 53 - 1]) }, 'named'),
      { ...node('Thing', ['x', '', 'w'], ['free']), domain: 'com.example' },
      node('Other', [], ['z'], {
        alpha: float(0.5),
        mode: string('reflect'),
        value: tensor({ type: 'int32', shape: [2], data: Int32Array.of(-1, 5) }),
        names: { type: 'strings', value: ['a', 'ü'] },
        values: { type: 'floats', value: [0.25, -2] },
      }),
    ],
    initializers: new Map([
      ['w', { type: 'float32', shape: [2, 2], data: Float32Array.of(1, -2.5, 3e-40, 4) }],
      ['scalar', { type: 'int64', shape: [], data: BigInt64Array.of(-(2n ** 62n)) }],
      ['flags', { type: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
      ['nothing', { type: 'float32', shape: [0, 4], data: new Float32Array(0) }],
      ['small', { type: 'int8', shape: [2], data: Int8Array.of(-128, 127) }],
    ]),
  },
};

describe('encoding a model', () => {
  it('and decoding it again gives the same model', () => {
    expect(decodeModel(encodeModel(everything))).toEqual(everything);
  });

  it('gives the same bytes each time, and again after a decoding', () => {
    const bytes = encodeModel(everything);
    expect(encodeModel(everything)).toEqual(bytes);
    expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
  });

  it('keeps typed data of other writers as numbers of the right type', () => {
    // A TensorProto with dims [2], float_data and int64_data lists instead of raw bytes, as older exporters write them.
    const decoded = decodeModel(Buffer.from(typedDataModel, 'base64'));
    expect(decoded.graph.initializers.get('f')?.data).toEqual(Float32Array.of(1, 2));
    expect(decoded.graph.initializers.get('i')?.data).toEqual(BigInt64Array.of(-3n, 4n));
  });

  it('takes the format version that came out with the operator set', () => {
    expect([9, 10, 11, 13, 15, 17, 19, 21].map(irVersionOfOpset)).toEqual([4, 5, 6, 7, 8, 8, 9, 10]);
  });
});

// Written by hand: ir_version 8, graph { name "g", initializers f (float_data 1 2) and i (int64_data -3 4) }, opset 17.
const typedDataModel = Buffer.concat([
  Buffer.of(0x08, 8),
  field(7, [
    field(2, [Buffer.from('g')]),
    field(5, [
      Buffer.of(0x08, 2, 0x10, 1),
      field(4, [Buffer.from(Float32Array.of(1, 2).buffer)]),
      field(8, [Buffer.from('f')]),
    ]),
    field(5, [
      Buffer.of(0x08, 2, 0x10, 7),
      field(7, [Buffer.of(0xfd, 255, 255, 255, 255, 255, 255, 255, 255, 1, 4)]),
      field(8, [Buffer.from('i')]),
    ]),
  ]),
  field(8, [Buffer.of(0x0a, 0, 0x10, 17)]),
]).toString('base64');

function field(number: number, parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of((number << 3) | 2, body.length), body]);
}

describe('a listing of a model', () => {
  it('shows inputs, constants, nodes and outputs, a line each', () => {
    expect(printModel(everything)).toMatchInlineSnapshot(`
      "graph "all"  opset 17  format 8  by test 1.2
      opset 3 of com.example
        seed: 7
        empty: 
      inputs
        x: float32 [batch, 3, ?]
      initializers
        w: float32 [2, 2] = 1 -2.5 3e-40 4
        scalar: int64 [] = -4611686018427387904
        flags: bool [3] = 1 0 1
        nothing: float32 [0, 4] = 
        small: int8 [2] = -128 127
      nodes
        y = Concat(x) axis=-1 ends=[0, 2147483648, -9223372036854776000, 9007199254740991]
        free = com.example.Thing(x, , w)
        z = Other() alpha=0.5 mode=reflect value={int32 [2] = -1 5} names=[a, ü] values=[0.25, -2]
      outputs
        y: float32 [batch, 3, ?]
        scalar: int64 []
        free: bool of any shape
      "
    `);
  });
});

const reference = fileURLToPath(new URL('../../../shared/reference/Walker-unity-2023.onnx', import.meta.url));

describe.skipIf(because(!existsSync(reference), `${reference} is not here`))("Unity's own Walker", () => {
  it('is sound, and after decoding and encoding onnxruntime computes the same with it', async () => {
    const original = readFileSync(reference);
    const model = decodeModel(original, reference);
    expect(checkModel(model)).toEqual([]);
    expect(model.opset).toBe(9);
    const again = encodeModel(model);
    expect(decodeModel(again)).toEqual(model);
    const observation = Float32Array.from({ length: 2 * 243 }, (_, index) => Math.sin(index));
    const wanted = model.graph.outputs.map(({ name }) => name).filter((name) => name !== 'continuous_actions');
    const results = [];
    for (const bytes of [original, again]) {
      const session = await Session.open(bytes, { threads: 1 });
      results.push(await session.run({ obs_0: { type: 'float32', shape: [2, 243], data: observation } }, wanted));
      await session.release();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[0]!['deterministic_continuous_actions']!.shape).toEqual([2, 39]);
  });
});
if (!existsSync(reference)) console.log(`skipped: ${reference} is absent`);
