/**
 * Compiles what tests start as processes and threads, once for all of them, before the first one (vitest's globalSetup).
 *
 * A command under tsx spends one to two seconds of a core on loading a hundred modules, a thread half a second, and the tests
 * start hundreds. So esbuild, which is what tsx compiles with, puts the modules of what is started into a few files. They
 * are the same modules, and each believes that it lies where its source does. That tsx starts commands and their threads,
 * as users do, is tested in tests/system (end-to-end.test.ts and executable.test.ts).
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TestProject } from 'vitest/node';

/** What is started: scripts of processes, modules of threads, and the worlds that those are told to load. */
const entries = [
  'compile/session-thread.ts',
  'envs/unity/player/world-worker.ts',
  'envs/walker/environment.ts',
  'envs/ragdoll/environment.ts',
  'base/files/lock-folder.ts',
  'pipeline/gaitsmith.ts',
  'sweep/leg-process.ts',
  'tests/sweep/fixtures/sweeping.ts',
  'evaluate/player-worker.ts',
  'fleet/processes/job-process.ts',
  'train/collect/collector-worker.ts',
  'tests/envs/unity/pointing-player.ts',
  'tests/envs/walker/episode-worker.ts',
  'tests/pipeline/fixtures/gaitsmith.ts',
  'tests/train/fixtures/bursting-walker.ts',
  'tests/train/fixtures/pointing-environment.ts',
];

const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
const esbuild = createRequire(require.resolve('tsx'))('esbuild') as Esbuild;

/** Packages that look for files of their own; the others become a part of what is made. */
const external = [
  '@grpc/grpc-js',
  '@tensorflow/*',
  'onnxruntime-*',
  'physx-js-webidl',
  'playwright-core',
  'protobufjs',
  'vite',
];

/** Modules that another one stands in for, here as in vitest.config.ts. */
const replaced = {
  'base/threads/start-worker.ts': join(import.meta.dirname, 'start-worker.ts'),
  'base/threads/start-process.ts': join(import.meta.dirname, 'start-process.ts'),
};

export default async function setup(project: TestProject): Promise<() => void> {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist/compiled-'));
  for (const file of ['loader.mjs', 'hooks.mjs']) copyFileSync(join(import.meta.dirname, file), join(folder, file));
  await build(folder);
  project.onTestsRerun(() => build(folder));
  process.env.GAITSMITH_COMPILED = folder; // for the processes that tests run in
  return () => rmSync(folder, { recursive: true, force: true });
}

function build(folder: string): Promise<void> {
  return esbuild.build({
    entryPoints: entries.map((entry) => join(root, entry)),
    outbase: root,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // A module that several entries need is there once, so that an error's class is the same for all.
    splitting: true,
    external,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: { js: [withRequire, withCompiledUrl(folder)].join('\n') },
    define: { 'process.env.GAITSMITH_COMPILED': JSON.stringify(folder) },
    plugins: [{ name: 'as from its source', setup: asFromSource }],
  });
}

/** For packages in CommonJS, which ask for Node's modules with require(). */
const withRequire =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** For modules that are told at run time which one to load: what was made of it is loaded, and needs no loader. */
function withCompiledUrl(folder: string): string {
  const [sources, made] = [root, folder].map((path) => `${pathToFileURL(path).href}/`);
  const compiled = `${JSON.stringify(made)} + url.slice(${sources!.length}).replace(/\\.ts(?=$|\\?)/, '.mjs')`;
  return `const compiledUrl = (url) => (url.startsWith(${JSON.stringify(sources)}) ? ${compiled} : url);`;
}

/** Each module finds files beside its source, not beside what was made of it. */
function asFromSource({ onLoad, onResolve }: PluginBuild): void {
  onLoad({ filter: /\.ts$/ }, ({ path }) => ({
    loader: 'ts',
    contents: readFileSync(path, 'utf8')
      // `new URL(import.meta.url)` asks for the address that it was loaded by, with what stands behind its question mark.
      .replaceAll(/(?<!new URL\()import\.meta\.url/g, JSON.stringify(pathToFileURL(path).href))
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
      .replaceAll(/\bimport\((\w+)\)/g, 'import(compiledUrl($1))'),
  }));
  for (const [module, path] of Object.entries(replaced))
    onResolve({ filter: new RegExp(`/${module}$`) }, () => ({ path }));
}

/** As much of esbuild as is needed. */
interface Esbuild {
  build(options: Record<string, unknown>): Promise<void>;
}
interface PluginBuild {
  onLoad(options: { filter: RegExp }, load: (module: { path: string }) => { loader: 'ts'; contents: string }): void;
  onResolve(options: { filter: RegExp }, resolve: () => { path: string }): void;
}
