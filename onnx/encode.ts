/** Writes a model to the bytes of an .onnx file. */
import { dataTypeOf } from './element-types.ts';
import type { Attribute, Dimension, Graph, Model, Node, Tensor, ValueInfo } from './model.ts';
import {
  type AttributeProto,
  attributeTypes,
  type GraphProto,
  type Int64,
  type ModelProto,
  modelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './schema.ts';

const utf8 = new TextEncoder();

/**
 * Encodes a model. Tensors are written as raw_data, little endian, inside the file.
 *
 * The same model gives the same bytes; nothing is checked here (checkModel does that).
 */
export function encodeModel(model: Model): Uint8Array {
  const proto: ModelProto = {
    ...model.rest,
    ir_version: model.irVersion,
    producer_name: model.producerName,
    ...(model.producerVersion === undefined ? {} : { producer_version: model.producerVersion }),
    graph: graphProto(model.graph),
    opset_import: [{ domain: model.defaultDomain ?? '', version: model.opset }, ...(model.otherOpsets ?? [])],
    metadata_props: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
  };
  // Node's Buffer compares and prints differently; nobody who asked for bytes should notice which it is.
  const { buffer, byteOffset, byteLength } = modelProto.encode(proto).finish();
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function graphProto(graph: Graph): GraphProto {
  return {
    ...graph.rest,
    name: graph.name,
    node: graph.nodes.map(nodeProto),
    initializer: [...graph.initializers].map(([name, tensor]) => tensorProto(tensor, name)),
    input: graph.inputs.map(valueInfoProto),
    output: graph.outputs.map(valueInfoProto),
    value_info: (graph.values ?? []).map(valueInfoProto),
  };
}

function nodeProto(node: Node): NodeProto {
  return {
    ...node.rest,
    op_type: node.op,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
    ...(node.name === undefined ? {} : { name: node.name }),
    ...(node.domain === undefined ? {} : { domain: node.domain }),
  };
}

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  const { value } = attribute;
  switch (attribute.type) {
    case 'other':
      return { ...attribute.value, name };
    case 'float':
      return { name, type: attributeTypes.float, f: attribute.value };
    case 'int':
      return { name, type: attributeTypes.int, i: int64(attribute.value) };
    case 'string':
      return { name, type: attributeTypes.string, s: utf8.encode(attribute.value) };
    case 'tensor':
      return { name, type: attributeTypes.tensor, t: tensorProto(attribute.value, undefined) };
    case 'floats':
      return { name, type: attributeTypes.floats, floats: value as number[] };
    case 'ints':
      return { name, type: attributeTypes.ints, ints: attribute.value.map(int64) };
    case 'strings':
      return { name, type: attributeTypes.strings, strings: attribute.value.map((text) => utf8.encode(text)) };
  }
}

function tensorProto(tensor: Tensor, name: string | undefined): TensorProto {
  const dataType = dataTypeOf(tensor.type);
  const { buffer, byteOffset, byteLength } = tensor.data;
  return {
    ...tensor.rest,
    ...(name === undefined ? {} : { name }),
    dims: [...tensor.shape],
    // For 'other' the data type and the data themselves are among the rest.
    ...(dataType === undefined
      ? {}
      : { data_type: dataType, raw_data: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength) }),
  };
}

function valueInfoProto({ name, type, shape, rest }: ValueInfo): ValueInfoProto {
  const dataType = dataTypeOf(type);
  if (dataType === undefined) return { ...rest, name };
  const tensorShape = shape === undefined ? {} : { shape: { dim: shape.map(dimensionProto) } };
  return { ...rest, name, type: { tensor_type: { elem_type: dataType, ...tensorShape } } };
}

function dimensionProto(dimension: Dimension): { dim_value?: Int64; dim_param?: string } {
  if (dimension === null) return {};
  return typeof dimension === 'number' ? { dim_value: dimension } : { dim_param: dimension };
}

const int64 = (value: number): Int64 => {
  if (Number.isSafeInteger(value)) return value;
  const bits = BigInt.asUintN(64, saturated(value));
  return { low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: false };
};

/** ±Infinity, or any number past the range, stands for the largest and smallest 64-bit integer. */
function saturated(value: number): bigint {
  const largest = (1n << 63n) - 1n;
  if (value >= 2 ** 63) return largest;
  if (value <= -(2 ** 63)) return -largest - 1n;
  return BigInt(Math.trunc(value));
}
