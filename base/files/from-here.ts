import paths from 'node:path';

/** A path for a person to read: relative to where they stand where it lies below that, whole elsewhere. */
export function fromHere(path: string, { isAbsolute, relative } = paths): string {
  const short = relative('.', path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}
