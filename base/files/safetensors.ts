/**
 * Tensors and text in one file: the safetensors format (github.com/huggingface/safetensors), which Python and Rust read too,
 * with a checksum of our own in its metadata, so that a truncated or damaged file is recognised.
 *
 * Layout: header length (uint64, little endian), header (JSON), then the tensors' bytes.
 */
import { readFileSync } from 'node:fs';
import { UserError } from '../failure/user-error.ts';
import { sha256 } from './hash.ts';
import { writeAtomically } from './write-atomically.ts';

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

interface Header {
  [name: string]: { dtype: TypeName; shape: number[]; data_offsets: [number, number] };
}

/** Writes all of it, or leaves the old file as it was. */
export function writeTensorFile(path: string, file: TensorFile): void {
  writeAtomically(path, encodeTensorFile(file));
}

/** The bytes of the file. */
export function encodeTensorFile({ metadata, tensors }: TensorFile): Uint8Array {
  const header: Header = {};
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    header[name] = { dtype: typeOf(data), shape: [...shape], data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  const body = Buffer.concat(parts);
  const text = JSON.stringify({
    __metadata__: { ...metadata, [CHECKSUM]: checksum(metadata, header, body) },
    ...header,
  });
  // Readers may map the file: the tensors begin at a multiple of 8 bytes.
  const padded = Buffer.from(text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, body]);
}

/** @throws UserError where the file is missing, is something else, or isn't whole. */
export function readTensorFile(path: string): TensorFile {
  const bytes = read(path);
  const refused = (what: string, cause?: unknown) =>
    new UserError({ what, where: path, expected: 'a whole file that Gaitsmith has written' }, { cause });
  const headerLength = bytes.length >= 8 ? bytes.readBigUInt64LE() : 0n;
  if (headerLength < 2n || headerLength > BigInt(bytes.length - 8))
    throw refused('no safetensors file, or a truncated one');
  const bodyStart = 8 + Number(headerLength);
  let parsed: { __metadata__?: Record<string, string> } & Record<string, unknown>;
  try {
    parsed = JSON.parse(bytes.toString('utf8', 8, bodyStart));
  } catch (error) {
    throw refused('no safetensors file: its header is no JSON', error);
  }
  const { __metadata__: { [CHECKSUM]: expected, ...metadata } = {}, ...rest } = parsed;
  const header = rest as Header;
  const body = bytes.subarray(bodyStart);
  if (expected !== checksum(metadata, header, body)) throw refused('truncated or damaged: the checksum does not match');

  const tensors: Record<string, StoredTensor> = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    // A copy of its own, so that the array starts at a multiple of its element size.
    const own = Uint8Array.from(body.subarray(...data_offsets));
    tensors[name] = { shape, data: new TYPES[dtype](own.buffer) };
  }
  return { metadata, tensors };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UserError({ what: 'there is no such file', where: path }, { cause: error });
  }
}

function checksum(metadata: Readonly<Record<string, string>>, header: Header, body: Uint8Array): string {
  return sha256(Buffer.concat([Buffer.from(JSON.stringify([metadata, header])), body]));
}

function typeOf(data: StoredArray): TypeName {
  return (Object.keys(TYPES) as TypeName[]).find((name) => data instanceof TYPES[name])!;
}
