import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { toldAsDiskProblem } from './write-atomically.ts';

/**
 * Adds to the end of a file, in one go, and has it on the disk when it returns. A crash may leave a part of it there, after
 * all that was added before: readers of such a file stop at what isn't whole. Missing folders are made.
 *
 * @throws UserError where the disk is full or the file can't be written.
 */
export function appendDurably(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'a');
    try {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(file, bytes, written, bytes.length - written);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw toldAsDiskProblem(error, path);
  }
}
