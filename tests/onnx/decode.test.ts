import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../base/failure/user-error.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { type Model, node } from '../../onnx/model.ts';

const small: Model = {
  irVersion: 4,
  opset: 9,
  producerName: 'test',
  metadata: {},
  graph: {
    name: 'small',
    inputs: [{ name: 'x', type: 'float32', shape: [2] }],
    outputs: [{ name: 'y', type: 'float32', shape: [2] }],
    nodes: [node('Add', ['x', 'w'], ['y'])],
    initializers: new Map([['w', { type: 'float32', shape: [2], data: Float32Array.of(1, 2) }]]),
  },
};

const pointer = `version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 12345
`;

describe('what is no ONNX model is told', () => {
  it.each([
    ['an empty file', new Uint8Array(0), /walker\.onnx: the ONNX file is empty/],
    ['a Git LFS pointer', Buffer.from(pointer), /Git LFS pointer.*git lfs pull/],
    ['a text', Buffer.from('<!DOCTYPE html><html></html>'), /not an ONNX model/],
    ['a model without a graph', Buffer.of(8, 4), /it has no graph/],
    ['a zip', Buffer.of(0x50, 0x4b, 3, 4, 0, 0, 8, 0), /not an ONNX model/],
  ])('for %s', (_, bytes, message) => {
    expect(() => decodeModel(bytes, 'walker.onnx')).toThrow(message);
    expect(() => decodeModel(bytes, 'walker.onnx')).toThrow(UserError);
  });

  it('for a file whose weights lie in another one, with the way to make them one', () => {
    const initializers = new Map(small.graph.initializers);
    const rest = { data_type: 1, data_location: 1, external_data: [{ key: 'location', value: 'walker.onnx.data' }] };
    initializers.set('w', { type: 'other', shape: [2], data: new Uint8Array(0), rest });
    const bytes = encodeModel({ ...small, graph: { ...small.graph, initializers } });
    expect(() => decodeModel(bytes, 'walker.onnx')).toThrow(
      /walker\.onnx: the tensor "w" lies in another file, walker\.onnx\.data.*save the model as one file/,
    );
    expect(() => decodeModel(bytes, 'walker.onnx')).toThrow(UserError);
  });

  it('for a file cut short anywhere', () => {
    const bytes = encodeModel(small);
    for (let length = 1; length < bytes.length; length++) {
      expect(() => decodeModel(bytes.subarray(0, length)), `${length} bytes`).toThrow(UserError);
    }
  });

  it('for random bytes, never with any other error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeModel(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('for a flipped byte: a UserError or another model, never a crash', () => {
    const bytes = encodeModel(small);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const damaged = bytes.slice();
        damaged[at] = value;
        try {
          decodeModel(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
