/**
 * What has to be the same for two machines to come to the same bytes, as one word: Gaitsmith's version, a digest of its code, and the
 * onnxruntime that computes. Another kind of processor may round otherwise; that it can't tell.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire as requireFrom } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../base/files/own-files.ts';

/** Rooms whose code has a part in what comes of a job. */
const ROOMS = ['base', 'compile', 'envs', 'evaluate', 'fleet', 'onnx', 'physics', 'train'];

/** "0.2.0-1a2b3c4d5e6f, onnxruntime-node 1.30.0, linux-x64". */
export async function fleetVersion(): Promise<string> {
  const { runtime } = await import('../compile/native-or-web.ts');
  const { version } = jsonAt(join(packageRoot, 'package.json'));
  const computing = `${runtime.name}${versionOf(runtime.name)}`;
  return `${version}-${codeDigest().slice(0, 12)}, ${computing}, ${process.platform}-${process.arch}`;
}

/** Of the sources in a checkout; of what was built from them in a package. */
function codeDigest(): string {
  const isBuilt = !import.meta.url.endsWith('.ts');
  const folders = isBuilt ? ['dist/js'] : ROOMS;
  const hash = createHash('sha256');
  for (const folder of folders) {
    const files = readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(js|mjs|ts|wasm)$/.test(name))
      .map((name) => name.replaceAll('\\', '/'));
    for (const name of files.sort())
      hash.update(`${folder}/${name}\0`).update(readFileSync(join(packageRoot, folder, name)));
  }
  return hash.digest('hex');
}

/** Empty where it comes with Gaitsmith, whose version then says it. */
function versionOf(name: string): string {
  try {
    return ` ${requireFrom(import.meta.url)(`${name}/package.json`).version}`;
  } catch {
    return '';
  }
}

function jsonAt(path: string): { readonly version: string } {
  return JSON.parse(readFileSync(path, 'utf8'));
}
