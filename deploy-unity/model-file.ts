/**
 * Reads the model once, so that the bytes that were checked and hashed are the bytes that are deployed, and refuses
 * what is not a whole ONNX file: an empty file, a Git LFS pointer, a download cut short, some other format.
 * Whether the graph is one that ML-Agents accepts is the export's and the validation's business.
 */
import { readFileSync } from 'node:fs';
import { UserError } from '../base/failure/user-error.ts';
import { sha256 } from '../base/files/hash.ts';
import { isLfsPointer } from '../unity-assets/git-lfs.ts';

export interface ModelFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** @throws UserError where the file is missing, unreadable or no ONNX model. */
export function readModelFile(path: string): ModelFile {
  const bytes = readOrRefuse(path);
  if (bytes.length === 0) {
    throw new UserError({ what: 'the model file is empty', where: path, mend: 'export the model again' });
  }
  if (isLfsPointer(bytes)) {
    throw new UserError({
      what: 'the model file is a Git LFS pointer, not the model itself',
      where: path,
      mend: 'git lfs pull',
    });
  }
  const flaw = flawOfModelProto(bytes);
  if (flaw) {
    throw new UserError({
      what: `not an ONNX model: ${flaw}`,
      where: path,
      expected: 'an .onnx file as the export stage writes it',
      mend: 'export the model again, or name another file',
    });
  }
  return { path, bytes, sha256: sha256(bytes) };
}

function readOrRefuse(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const what = UNREADABLE[(error as NodeJS.ErrnoException).code ?? ''];
    if (!what) throw error;
    const mend = 'export a model first, or name the .onnx to deploy';
    throw new UserError({ what, where: path, expected: 'an .onnx file', mend }, { cause: error });
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such model file',
  ENOTDIR: 'there is no such model file',
  EISDIR: 'this is a folder, not a model file',
  EACCES: 'no permission to read the model file',
  EPERM: 'no permission to read the model file',
};

/** Fields of ONNX's ModelProto without which nothing runs. */
const IR_VERSION = 1;
const GRAPH = 7;

/**
 * Walks the outermost protobuf fields only: [tag][value] until the end of the file. A text, an archive or a file cut
 * short does not survive that walk, and it reads a few dozen bytes however large the model is.
 */
function flawOfModelProto(bytes: Buffer): string | undefined {
  const seen = new Set<number>();
  let at = 0;

  const varint = (): number | undefined => {
    let value = 0;
    for (let factor = 1; at < bytes.length && factor < 2 ** 64; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    return undefined;
  };
  /** Bytes the value of this wire type takes; undefined where there is no such type. */
  const skip = (wireType: number): number | undefined => {
    if (wireType === 0) return varint() === undefined ? undefined : 0;
    if (wireType === 1) return 8;
    if (wireType === 2) return varint();
    return wireType === 5 ? 4 : undefined;
  };

  while (at < bytes.length) {
    const tag = varint();
    const length = tag === undefined || tag < 8 ? undefined : skip(tag % 8);
    if (tag === undefined || length === undefined) return 'its bytes are not protobuf';
    if (at + length > bytes.length)
      return seen.has(IR_VERSION) ? 'the file is cut short' : 'its bytes are not protobuf';
    at += length;
    seen.add(Math.floor(tag / 8));
  }
  return seen.has(IR_VERSION) && seen.has(GRAPH) ? undefined : 'it holds no graph';
}
