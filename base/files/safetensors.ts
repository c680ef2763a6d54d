/** Tensors and text in one file on the disk: what its bytes are, tensor-bytes.ts says. */
import { readFileSync } from 'node:fs';
import { UserError } from '../failure/user-error.ts';
import { sha256 } from './hash.ts';
import { decodeTensors, encodeTensors, type TensorFile } from './tensor-bytes.ts';
import { writeAtomically } from './write-atomically.ts';

/** Writes all of it, or leaves the old file as it was. */
export function writeTensorFile(path: string, file: TensorFile): void {
  writeAtomically(path, encodeTensorFile(file));
}

/** The bytes of the file. */
export function encodeTensorFile(file: TensorFile): Uint8Array {
  return encodeTensors(file, sha256);
}

/** @throws UserError where the file is missing, is something else, or isn't whole. */
export function readTensorFile(path: string): TensorFile {
  return decodeTensors(read(path), path, sha256);
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UserError({ what: 'there is no such file', where: path }, { cause: error });
  }
}
