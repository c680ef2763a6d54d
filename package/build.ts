/**
 * `npm run build:package`: makes `dist/`, what of this project is JavaScript in the published package.
 *
 * esbuild puts the modules of every entry (the program, `gaitsmith/compile`, and what runs in threads and processes of its own)
 * into as few files as lazy loading allows, and small packages with them, so that an installed Gaitsmith brings none but the
 * engines. Each module goes on finding what lies beside its source: it believes to lie in `dist/` where that lies in the
 * project, and files that are no TypeScript are copied there. tsc writes the types.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { build, type Metafile, type Plugin, transform } from 'esbuild';
import { packageRoot as root } from '../base/files/own-files.ts';
import { importsOf } from '../docs/make/imports.ts';
import { bundledScripts } from '../validate/web/page-scripts.ts';
import { buildPage } from '../viewer/server/build.ts';
import { packed, packPage } from '../viewer/server/packed-page.ts';
import { noticesOf } from './notices.ts';

/** Rooms of developers: nothing of theirs is published. */
const UNPUBLISHED = ['bench', 'docs', 'examples', 'package', 'tests', 'unity'];

const dist = join(root, 'dist');
/** onnxruntime-web's own WebAssembly, and where it lies packed. */
const WASM = 'ort-wasm-simd-threaded.wasm';
const packedWasm = join(dist, `js/vendor/onnxruntime-web/${WASM}.br`);

/** Packages that are installed beside ours, if at all. */
const external = ['onnxruntime-node', 'physx-js-webidl', 'playwright-core', 'esbuild', 'tsx', 'vite'];

/** What each made file begins with: where `dist/` is, and `require` for packages in CommonJS, which ask for Node's modules. */
const banner = `import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __dist = import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/js/') + 9);`;

/** What is started by itself: as the program, as the package's export, as a thread or as a process. */
export function entriesOf(folder: string): string[] {
  const started = importsOf(folder).filter(
    ({ from, to, isStarted }) => isStarted && to.endsWith('.ts') && isPublished(from),
  );
  return [...new Set(['pipeline/gaitsmith.ts', 'compile/index.ts', ...started.map(({ to }) => to)])];
}

function isPublished(path: string): boolean {
  return !UNPUBLISHED.some((room) => path.startsWith(`${room}/`));
}

/** Makes all of `dist/` that is published; what else lies there stays. */
export async function buildPackage(): Promise<Metafile> {
  for (const name of ['js', 'types', 'page']) rmSync(join(dist, name), { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: entriesOf(root).map((entry) => join(root, entry)),
    outbase: root,
    outdir: join(dist, 'js'),
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    external,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    chunkNames: 'shared/[name]-[hash]',
    banner: { js: banner },
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
    plugins: [
      { name: 'each module beside its source', setup: besideItsSource },
      { name: 'the engine in WebAssembly', setup: webEngine },
      { name: 'packages, small', setup: smallPackages },
    ],
  });
  copyOthers();
  await packWebEngine();
  await makeValidationPage();
  const ofPage = await makePage();
  chmodSync(join(dist, 'js/pipeline/gaitsmith.js'), 0o755);
  writeTypes();
  writeFileSync(
    join(dist, 'THIRD-PARTY-NOTICES.txt'),
    noticesOf(
      [...Object.keys(metafile.inputs), ...ofPage, 'node_modules/onnxruntime-web/', 'node_modules/onnxruntime-common/'],
      root,
    ),
  );
  return metafile;
}

/** Where a module of ours stands, told by its source's place; `./worker.ts` beside it became `./worker.js`. */
const besideItsSource: Plugin['setup'] = ({ onLoad }) => {
  onLoad({ filter: /\.ts$/ }, ({ path }) => {
    if (path.includes(`${sep}node_modules${sep}`)) return undefined;
    const place = relative(root, path).split(sep).join('/').replace(/\.ts$/, '.js');
    const contents = readFileSync(path, 'utf8')
      .replaceAll(/new URL\('([^']+)\.ts', import\.meta\.url\)/g, "new URL('$1.js', import.meta.url)")
      // `new URL(import.meta.url)` asks for the address that it was loaded by, with what stands behind its question mark.
      .replaceAll(/(?<!new URL\()import\.meta\.url/g, `(__dist + ${JSON.stringify(place)})`)
      .replaceAll('import.meta.dirname', `__fileURLToPath(__dist + ${JSON.stringify(dirname(place))})`);
    return { loader: 'ts', contents };
  });
};

/** onnxruntime-web stays the files that it is, in a folder of ours: `imports` in package.json says where. */
const webEngine: Plugin['setup'] = ({ onResolve }) => {
  onResolve({ filter: /^onnxruntime-web$/ }, () => ({ path: '#onnxruntime-web', external: true }));
};

/** Other people's code without blanks; 4.4 MB of tfjs are 1.6 without long names, too. Ours stays as it can be read in a stack. */
const smallPackages: Plugin['setup'] = ({ onLoad }) => {
  onLoad({ filter: /node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => {
    const isTensorFlow = path.includes(`${sep}@tensorflow${sep}`);
    const how = isTensorFlow ? { minify: true } : { minifyWhitespace: true, minifySyntax: true };
    const { code } = await transform(readFileSync(path, 'utf8'), { ...how, target: 'node20', legalComments: 'none' });
    return { contents: code };
  });
};

/** As much of onnxruntime-web as Node runs; its 14 MB of WebAssembly packed, for half of all installs never need it. */
async function packWebEngine(): Promise<void> {
  const from = join(root, 'node_modules/onnxruntime-web/dist');
  const to = join(dist, 'js/vendor/onnxruntime-web');
  await build({
    entryPoints: [join(from, 'ort.node.min.mjs')],
    outfile: join(to, 'ort.node.mjs'),
    bundle: true, // with onnxruntime-common
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  cpSync(join(from, 'ort-wasm-simd-threaded.mjs'), join(to, 'ort-wasm-simd-threaded.mjs'));
  writeFileSync(packedWasm, packed(readFileSync(join(from, WASM))));
  writeFileSync(
    join(to, 'index.mjs'),
    `import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { env } from './ort.node.mjs';

env.wasm.wasmBinary = brotliDecompressSync(readFileSync(new URL('./${WASM}.br', import.meta.url)));
export * from './ort.node.mjs';
`,
  );
}

/** The page that a validation opens with `--web`: an installed Gaitsmith has no sources to make it from. */
async function makeValidationPage(): Promise<void> {
  for (const [name, text] of await bundledScripts()) {
    const { code } = await transform(text, { minify: true, format: 'esm', target: 'es2022' });
    const path = join(dist, 'js/validate/web/page-scripts', `${name}.br`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, packed(Buffer.from(code)));
  }
}

/**
 * The page that walkers are looked at in, packed. The shipped walkers and onnxruntime's WebAssembly lie in the package already.
 *
 * @returns the modules that went into it.
 */
async function makePage(): Promise<readonly string[]> {
  const page = join(dist, 'page');
  const built = join(dist, 'page.built');
  const modules = await buildPage({ out: built, base: './' });
  for (const name of ['policies', 'policies.json', 'sources.json']) rmSync(join(built, name), { recursive: true });
  const engine = readFileSync(join(root, 'node_modules/onnxruntime-web/dist', WASM));
  const isEngine = (name: string) => name.endsWith('.wasm') && readFileSync(join(built, name)).equals(engine);
  packPage(built, page, (name) => (isEngine(name) ? relative(page, packedWasm).split(sep).join('/') : undefined));
  rmSync(built, { recursive: true });
  return modules;
}

/** Protocols, WebAssembly, scripts that were JavaScript all along. */
function copyOthers(): void {
  const rooms = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && isPublished(`${entry.name}/`),
  );
  for (const { name } of rooms) {
    if (['node_modules', 'dist', 'runs', 'models', 'config', 'rigs'].includes(name)) continue;
    for (const path of readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })) {
      const place = join(name, path);
      const isNeeded = /\.(proto|wasm|mjs)$/.test(place) && !place.startsWith(join('physics', 'kernel'));
      if (isNeeded && !place.endsWith('run-typescript.mjs')) cpSync(join(root, place), join(dist, 'js', place));
    }
  }
}

/** Declarations of the export, and of what it refers to. */
function writeTypes(): void {
  const types = join(dist, 'types');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'package/tsconfig.json')], { stdio: 'inherit' });
  for (const path of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
    if (!/\.d\.c?ts$/.test(path)) continue;
    const text = readFileSync(join(types, path), 'utf8');
    // Declarations name what was written; what lies beside them is what was made of it.
    writeFileSync(join(types, path), text.replaceAll(/(from |import\()'(\.[^']+)\.ts'/g, "$1'$2.js'"));
  }
  cpSync(join(root, 'compile/tensorflow.d.cts'), join(types, 'compile/tensorflow.d.cts'));
}

if (process.argv[1] === import.meta.filename) {
  const { outputs } = await buildPackage();
  const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
  console.log(`dist/: ${Object.keys(outputs).length} files of JavaScript, ${(bytes / 2 ** 20).toFixed(1)} MiB`);
}
