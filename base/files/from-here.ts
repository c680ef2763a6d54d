import { isAbsolute, relative } from 'node:path';

/** A path for a person to read: relative to where they stand where it lies below that, whole elsewhere. */
export function fromHere(path: string): string {
  const short = relative('.', path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}
