/** The bytes of a file that a person named. */
import { readFileSync } from 'node:fs';
import { UserError } from '../base/failure/user-error.ts';

/** @throws UserError where there is no such file, or none that can be read. */
export function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'there is no such file' : 'this file cannot be read';
    throw new UserError({ what, where: file, expected: 'an .onnx file' }, { cause: error });
  }
}
