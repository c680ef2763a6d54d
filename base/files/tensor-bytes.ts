/**
 * Tensors and text in the bytes of one file: the safetensors format (github.com/huggingface/safetensors), which Python and Rust read
 * too, with a checksum of our own in its metadata, so that a truncated or damaged file is recognised.
 *
 * Layout: header length (uint64, little endian), header (JSON), then the tensors' bytes. Needs nothing of Node: who hashes is
 * handed in.
 */
import { concatenated } from '../bytes.ts';
import { UserError } from '../failure/user-error.ts';

export type StoredArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: StoredArray;
}

export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, StoredTensor>>;
}

const TYPES = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
} as const;
type TypeName = keyof typeof TYPES;

const CHECKSUM = 'sha256';

/** SHA-256 in lower-case hex. */
export type Sha256 = (content: Uint8Array) => string;

const utf8 = new TextEncoder();

interface Header {
  [name: string]: { dtype: TypeName; shape: number[]; data_offsets: [number, number] };
}

/** The bytes of the file. */
export function encodeTensors({ metadata, tensors }: TensorFile, sha256: Sha256): Uint8Array<ArrayBuffer> {
  const header: Header = {};
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    header[name] = { dtype: typeOf(data), shape: [...shape], data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  const body = concatenated(parts);
  const text = utf8.encode(
    JSON.stringify({ __metadata__: { ...metadata, [CHECKSUM]: checksum(metadata, header, body, sha256) }, ...header }),
  );
  // Readers may map the file: the tensors begin at a multiple of 8 bytes.
  const padding = utf8.encode(' '.repeat((8 - (text.length % 8)) % 8));
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(text.length + padding.length), true);
  return concatenated([new Uint8Array(length.buffer), text, padding, body]);
}

/**
 * @param where what errors call it.
 * @throws UserError where it is something else, or isn't whole.
 */
export function decodeTensors(bytes: Uint8Array, where: string, sha256: Sha256): TensorFile {
  const refused = (what: string, cause?: unknown) =>
    new UserError({ what, where, expected: 'a whole file that Gaitsmith has written' }, { cause });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.length >= 8 ? view.getBigUint64(0, true) : 0n;
  if (headerLength < 2n || headerLength > BigInt(bytes.length - 8))
    throw refused('no safetensors file, or a truncated one');
  const bodyStart = 8 + Number(headerLength);
  let parsed: { __metadata__?: Record<string, string> } & Record<string, unknown>;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes.subarray(8, bodyStart)));
  } catch (error) {
    throw refused('no safetensors file: its header is no JSON', error);
  }
  const { __metadata__: { [CHECKSUM]: expected, ...metadata } = {}, ...rest } = parsed;
  const header = rest as Header;
  const body = bytes.subarray(bodyStart);
  if (expected !== checksum(metadata, header, body, sha256))
    throw refused('truncated or damaged: the checksum does not match');

  const tensors: Record<string, StoredTensor> = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    // A copy of its own, so that the array starts at a multiple of its element size.
    const own = Uint8Array.from(body.subarray(...data_offsets));
    tensors[name] = { shape, data: new TYPES[dtype](own.buffer) };
  }
  return { metadata, tensors };
}

function checksum(
  metadata: Readonly<Record<string, string>>,
  header: Header,
  body: Uint8Array,
  sha256: Sha256,
): string {
  return sha256(concatenated([utf8.encode(JSON.stringify([metadata, header])), body]));
}

function typeOf(data: StoredArray): TypeName {
  return (Object.keys(TYPES) as TypeName[]).find((name) => data instanceof TYPES[name])!;
}
