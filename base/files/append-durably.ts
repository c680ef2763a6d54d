import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder, syncFolder, toldAsDiskProblem, writeThrough } from './write-atomically.ts';

/**
 * Adds to the end of a file, in one go, and has it on the disk when it returns. A crash may leave a part of it there, after
 * all that was added before: readers of such a file stop at what isn't whole. Missing folders are made.
 *
 * @throws UserError where the disk is full or the file can't be written.
 */
export function appendDurably(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  try {
    const isNew = !existsSync(path);
    if (isNew) makeFolder(dirname(path));
    writeThrough(path, 'a', bytes);
    if (isNew) syncFolder(dirname(path));
  } catch (error) {
    throw toldAsDiskProblem(error, path);
  }
}
