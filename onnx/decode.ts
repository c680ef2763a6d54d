/** Reads the bytes of an .onnx file, and says plainly what is wrong where they are none. */
import { UserError } from '../base/failure/user-error.ts';
import { arrayOf, elementTypeOf } from './element-types.ts';
import {
  type Attribute,
  type Dimension,
  elementCount,
  type Graph,
  type Model,
  type Node,
  type Tensor,
  type TensorData,
  type ValueInfo,
} from './model.ts';
import {
  type AttributeProto,
  attributeTypes,
  dataLocations,
  type GraphProto,
  type Int64,
  type ModelProto,
  modelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './schema.ts';

/**
 * Decodes an .onnx file.
 *
 * @param where named in the error; the file's path where there is one.
 * @throws UserError for what is no ONNX model: an empty file, a Git LFS pointer, a file cut short, anything else; and for one
 *   whose weights lie in another file.
 */
export function decodeModel(bytes: Uint8Array, where?: string): Model {
  if (bytes.length === 0) throw noModel('the ONNX file is empty', where);
  if (startsWith(bytes, 'version https://git-lfs')) {
    throw noModel('this is a Git LFS pointer, not the model itself', where, 'run "git lfs pull" in its repository');
  }
  let proto: ModelProto;
  try {
    proto = modelProto.decode(bytes) as ModelProto;
  } catch (error) {
    const what = looksLikeOnnx(bytes) ? 'the ONNX file is cut short or damaged' : 'this is not an ONNX model';
    throw noModel(what, where, 'export or copy the file again', error);
  }
  if (!proto.graph) throw noModel('this is not an ONNX model: it has no graph', where);
  if (!proto.opset_import?.length) {
    throw noModel('this is not a whole ONNX model: it names no operator set', where, 'export or copy the file again');
  }
  try {
    return model(proto);
  } catch (error) {
    if (error instanceof TensorError) throw noModel(error.message, where, error.mend, error);
    throw error;
  }
}

class TensorError extends Error {
  readonly mend: string;

  constructor(what: string, mend = 'export or copy the file again') {
    super(what);
    this.mend = mend;
  }
}

function noModel(what: string, where?: string, mend?: string, cause?: unknown): UserError {
  return new UserError({ what, where, mend, expected: 'the bytes of an .onnx file' }, { cause });
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return text === String.fromCharCode(...bytes.subarray(0, text.length));
}

/** Every exporter writes the format version first: field 1, a small number. */
function looksLikeOnnx(bytes: Uint8Array): boolean {
  return bytes[0] === 0x08 && bytes[1]! > 0 && bytes[1]! < 32;
}

function model(proto: ModelProto): Model {
  const {
    ir_version,
    producer_name,
    producer_version,
    graph: graphOfFile,
    opset_import,
    metadata_props,
    ...rest
  } = proto;
  const opsets = (opset_import ?? []).map(({ domain, version }) => ({
    domain: domain ?? '',
    version: number(version),
  }));
  const ours = opsets.find(({ domain }) => domain === '') ?? opsets.find(({ domain }) => domain === 'ai.onnx');
  const others = opsets.filter((opset) => opset !== ours);
  return {
    irVersion: number(ir_version),
    opset: ours?.version ?? 0,
    ...(ours?.domain === 'ai.onnx' ? { defaultDomain: 'ai.onnx' as const } : {}),
    producerName: producer_name ?? '',
    ...(producer_version ? { producerVersion: producer_version } : {}),
    metadata: Object.fromEntries((metadata_props ?? []).map(({ key, value }) => [key ?? '', value ?? ''])),
    graph: graph(graphOfFile!),
    ...(others.length === 0 ? {} : { otherOpsets: others }),
    ...kept(rest),
  };
}

function graph(proto: GraphProto): Graph {
  const { node: nodes, name, initializer, input, output, value_info, ...rest } = proto;
  return {
    name: name ?? '',
    inputs: (input ?? []).map(valueInfo),
    outputs: (output ?? []).map(valueInfo),
    nodes: (nodes ?? []).map(node),
    initializers: initializers(initializer ?? []),
    ...(value_info?.length ? { values: value_info.map(valueInfo) } : {}),
    ...kept(rest),
  };
}

function initializers(protos: readonly TensorProto[]): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const proto of protos) {
    const name = proto.name ?? '';
    if (tensors.has(name)) throw new TensorError(`two initializers are named "${name}"`);
    tensors.set(name, tensor(proto));
  }
  return tensors;
}

function node(proto: NodeProto): Node {
  const { op_type, input, output, attribute, name, domain, ...rest } = proto;
  return {
    op: op_type ?? '',
    inputs: input ?? [],
    outputs: output ?? [],
    attributes: Object.fromEntries((attribute ?? []).map((each) => [each.name ?? '', attributeOf(each)])),
    ...(name ? { name } : {}),
    ...(domain ? { domain } : {}),
    ...kept(rest),
  };
}

function attributeOf(proto: AttributeProto): Attribute {
  // A function body's reference to an attribute of its caller, or a doc string, has no place in the readable form.
  if (proto.ref_attr_name || proto.doc_string) return { type: 'other', value: proto };
  switch (proto.type) {
    case attributeTypes.float:
      return { type: 'float', value: proto.f ?? 0 };
    case attributeTypes.int:
      return { type: 'int', value: number(proto.i) };
    case attributeTypes.string:
      return { type: 'string', value: text(proto.s) };
    case attributeTypes.tensor:
      return { type: 'tensor', value: tensor(proto.t ?? {}) };
    case attributeTypes.floats:
      return { type: 'floats', value: proto.floats ?? [] };
    case attributeTypes.ints:
      return { type: 'ints', value: (proto.ints ?? []).map(number) };
    case attributeTypes.strings:
      return { type: 'strings', value: (proto.strings ?? []).map(text) };
    default:
      return { type: 'other', value: proto };
  }
}

function tensor(proto: TensorProto): Tensor {
  const { dims, data_type, name, raw_data, float_data, int32_data, int64_data, double_data, uint64_data, ...rest } =
    proto;
  const shape = (dims ?? []).map(number);
  const type = elementTypeOf(data_type ?? 0);
  const array = arrayOf(type);
  if (proto.data_location === dataLocations.external) throw inAnotherFile(proto);
  if (array === undefined) {
    const { dims: _dims, name: _name, ...everything } = proto;
    return { type: 'other', shape, data: new Uint8Array(0), rest: everything };
  }
  const count = elementCount(shape);
  let data: TensorData;
  if (raw_data?.length) {
    if (raw_data.length !== count * array.BYTES_PER_ELEMENT) throw wrongLength(name, shape, type, raw_data.length);
    // Copied: the bytes stand at any offset of the file, and a typed array wants its own alignment. (Not by slice, which
    // on a Node Buffer is no copy.)
    data = new array(new Uint8Array(raw_data).buffer);
  } else {
    const listed = [float_data, int32_data, int64_data, double_data, uint64_data].find((list) => list?.length) ?? [];
    if (listed.length !== count) throw wrongLength(name, shape, type, listed.length * array.BYTES_PER_ELEMENT);
    data = new array(count);
    for (let i = 0; i < count; i++) {
      data[i] = data instanceof BigInt64Array || data instanceof BigUint64Array ? big(listed[i]!) : number(listed[i]);
    }
  }
  return { type, shape, data, ...kept(rest) };
}

/** PyTorch's newer exporter puts the weights beside the model unless told otherwise. */
function inAnotherFile({ name, external_data }: TensorProto): TensorError {
  const location = external_data?.find(({ key }) => key === 'location')?.value;
  return new TensorError(
    `the tensor "${name ?? ''}" lies in another file${location ? `, ${location}` : ''}`,
    'save the model as one file, in Python by onnx.save(onnx.load(FILE), FILE)',
  );
}

function wrongLength(name: string | undefined, shape: number[], type: string, bytes: number): TensorError {
  return new TensorError(`the tensor "${name ?? ''}" of shape [${shape}] and type ${type} has ${bytes} bytes of data`);
}

function valueInfo(proto: ValueInfoProto): ValueInfo {
  const { name, type, ...rest } = proto;
  const elementType = elementTypeOf(type?.tensor_type?.elem_type ?? 0);
  if (elementType === 'other') return { name: name ?? '', type: 'other', rest: type ? { ...rest, type } : rest };
  const shape = type?.tensor_type?.shape?.dim?.map(dimension) ?? (type?.tensor_type?.shape ? [] : undefined);
  return { name: name ?? '', type: elementType, ...(shape === undefined ? {} : { shape }), ...kept(rest) };
}

function dimension(proto: { dim_value?: Int64; dim_param?: string }): Dimension {
  if (proto.dim_param) return proto.dim_param;
  return Object.hasOwn(proto, 'dim_value') ? number(proto.dim_value) : null;
}

/** The fields that are left, if any is set. */
function kept(rest: object): { rest?: object } {
  const set = Object.entries(rest).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  return set.length === 0 ? {} : { rest: Object.fromEntries(set) };
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const text = (bytes: Uint8Array | undefined): string => utf8.decode(bytes ?? new Uint8Array());

function number(value: Int64 | undefined): number {
  if (value === undefined || typeof value === 'number') return value ?? 0;
  return Number(big(value));
}

function big(value: Int64): bigint {
  if (typeof value === 'number') return BigInt(value);
  const bits = (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
  return value.unsigned ? bits : BigInt.asIntN(64, bits);
}
