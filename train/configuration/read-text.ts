/** A configuration file's text. YAML is UTF-8; what else editors and shells write is told as what it is. */
import { readFileSync } from 'node:fs';
import { UserError } from '../../base/failure/user-error.ts';

/** @throws UserError where there is no such file, it can't be read, or it is no text in UTF-8. */
export function readText(path: string): string {
  return decoded(bytesOf(path), path);
}

/** As `readText`, from the bytes themselves. */
export function decoded(bytes: Uint8Array, path: string): string {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const zero = bytes.indexOf(0);
  // Without a mark at its beginning, every other byte of plain letters is 0.
  if (isUtf16 || (zero >= 0 && zero < 2)) throw otherText('UTF-16', path);
  if (zero >= 0) throw otherText('a byte 0: this is no text file', `${path}:${lineOf(bytes, zero)}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const broken = firstBroken(bytes);
    const byte = bytes[broken]!.toString(16).toUpperCase();
    throw otherText(`the byte ${byte}, as in Latin-1 or Windows-1252`, `${path}:${lineOf(bytes, broken)}`, error);
  }
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what =
      code === 'ENOENT'
        ? 'there is no such configuration file'
        : code === 'EISDIR'
          ? 'this is a folder, not a configuration file'
          : `the configuration file cannot be read (${code})`;
    throw new UserError(
      { what, where: path, mend: 'name one with --config, such as --config config/walker.yaml' },
      { cause: error },
    );
  }
}

function otherText(value: string, where: string, cause?: unknown): UserError {
  return new UserError(
    {
      what: `this configuration file is not in UTF-8, which YAML is written in (${value})`,
      where,
      mend: 'save it as UTF-8 in your editor; in PowerShell write it with Out-File -Encoding utf8',
    },
    { cause },
  );
}

function lineOf(bytes: Uint8Array, at: number): number {
  return bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
}

/** Where the first byte stands that belongs to no character: what comes before it can be read by itself. */
function firstBroken(bytes: Uint8Array): number {
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isReadable(bytes.subarray(0, middle + 1))) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether it is the beginning of a text in UTF-8: its last character may be cut. */
function isReadable(beginning: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(beginning, { stream: true });
    return true;
  } catch {
    return false;
  }
}
