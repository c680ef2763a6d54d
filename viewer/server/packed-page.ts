/**
 * The built page as an installed Gaitsmith has it: each file packed by Brotli, and what lies in the package already
 * (onnxruntime's WebAssembly) only named. It is unpacked when it is asked for.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, resolve, sep } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

const PACKED = '.br';
/** Files of the page that lie elsewhere, packed: their place in the page, and where that is, from the folder of the page. */
const ELSEWHERE = 'elsewhere.json';

/** A file's bytes. */
export function packed(bytes: Uint8Array): Buffer {
  // The best quality, 11, takes 45 s for a fifth less of onnxruntime.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return brotliCompressSync(bytes, { params });
}

/**
 * Packs a built page.
 *
 * @param elsewhere which of its files are not taken along: by their name, the packed file that has the same bytes.
 */
export function packPage(from: string, to: string, elsewhere: (name: string) => string | undefined): void {
  const named: Record<string, string> = {};
  for (const name of filesIn(from)) {
    const place = elsewhere(name);
    if (place !== undefined) named[name] = place;
    else write(join(to, `${name}${PACKED}`), packed(readFileSync(join(from, name))));
  }
  write(join(to, ELSEWHERE), `${JSON.stringify(named, null, 1)}\n`);
}

/** Whether that folder holds a packed page. */
export function isPacked(folder: string): boolean {
  return existsSync(join(folder, ELSEWHERE));
}

/** Makes the page of a packed one. */
export function unpackPage(from: string, to: string): void {
  const names = filesIn(from).flatMap((name) => (name.endsWith(PACKED) ? [name.slice(0, -PACKED.length)] : []));
  for (const name of [...names, ...Object.keys(elsewhereOf(from))]) write(join(to, name), readPageFile(from, name)!);
}

/** A file of a built page, packed or not; undefined where the page has none of that name. */
export function readPageFile(folder: string, name: string): Buffer | undefined {
  const file = join(folder, normalize(name));
  if (!resolve(file).startsWith(resolve(folder) + sep)) return undefined;
  if (isFile(file)) return readFileSync(file);
  const place = isPacked(folder) ? elsewhereOf(folder)[name] : undefined;
  const whole = place === undefined ? `${file}${PACKED}` : join(folder, place);
  return isFile(whole) ? brotliDecompressSync(readFileSync(whole)) : undefined;
}

function elsewhereOf(folder: string): Record<string, string> {
  return JSON.parse(readFileSync(join(folder, ELSEWHERE), 'utf8')) as Record<string, string>;
}

/** With slashes, from the folder. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => isFile(join(folder, name)))
    .map((name) => name.split(sep).join('/'));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
