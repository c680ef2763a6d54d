/** A policy's ONNX file as it is read and handed on: bytes, and what they are called. */
import { readFileSync } from 'node:fs';
import { UserError } from '../base/failure/user-error.ts';

export interface PolicyFile {
  /** Its path, or what else it is called in messages. */
  readonly name: string;
  /** ONNX. */
  readonly bytes: Uint8Array;
}

/** @throws UserError where there is no such file, or it can't be read. */
export function readPolicyFile(path: string): PolicyFile {
  try {
    return { name: path, bytes: readFileSync(path) };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UserError(
      {
        what: isMissing ? 'there is no such file' : 'this file cannot be read',
        where: path,
        expected: 'the ONNX file of a policy',
      },
      { cause: error },
    );
  }
}
