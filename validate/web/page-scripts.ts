/**
 * What the page is made of: put together from the sources in a checkout, made beforehand in an installed Gaitsmith, which has none
 * (package/build.ts).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { PageFiles } from '../../browser/page.ts';
import { FILES } from './page-files.ts';

/** Beside this module, in an installed Gaitsmith. */
const made = {
  scripts: join(import.meta.dirname, 'page-scripts'),
  engine: join(import.meta.dirname, '../../vendor/onnxruntime-web/ort-wasm-simd-threaded.wasm.br'),
};

export async function pageFiles(): Promise<PageFiles> {
  const scripts = existsSync(made.scripts) ? madeScripts() : await bundledScripts();
  const files = {
    [FILES.engine]: engine(),
    [FILES.simulator]: readFileSync(new URL('../../physics/simulator.wasm', import.meta.url)),
  };
  return { scripts, entry: 'validate/web/page.js', files };
}

/** The processor's WebAssembly alone, the very file that Node runs; and no PhysX, whose world is not played there. */
export async function bundledScripts(): Promise<ReadonlyMap<string, string>> {
  const { bundleForBrowser } = await import('../../browser/bundle.ts');
  const { scripts } = await bundleForBrowser(['validate/web/page.ts'], 'bundle', {
    'onnxruntime-web': 'onnxruntime-web/wasm',
  });
  return new Map([...scripts].filter(([name]) => !/^(physx|worlds)-/.test(name)));
}

/** They lie there packed. */
function madeScripts(): ReadonlyMap<string, string> {
  const names = readdirSync(made.scripts, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.js\.br$/.test(name),
  );
  const textOf = (name: string) => brotliDecompressSync(readFileSync(join(made.scripts, name))).toString();
  return new Map(names.map((name) => [name.replaceAll('\\', '/').replace(/\.br$/, ''), textOf(name)]));
}

function engine(): Uint8Array {
  if (existsSync(made.engine)) return brotliDecompressSync(readFileSync(made.engine));
  return readFileSync(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
}
