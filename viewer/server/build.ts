/**
 * `dist/viewer`: the page as a static folder, made by Vite. All addresses in it are relative, so any static host serves it. An
 * installed Gaitsmith has no Vite: it has the page, packed.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../../base/failure/user-error.ts';
import { writeAtomically } from '../../base/files/write-atomically.ts';
import type { PolicyList } from '../reading/policy-list.ts';
import { type GpuBuild, gpuAddresses, gpuBuild, placeGpuBuild } from './gpu-build.ts';
import { isPacked, unpackPage } from './packed-page.ts';
import { listedShipped } from './policies.ts';

const root = join(import.meta.dirname, '../..');

/** Where the page lies once it is built: in a package its program lies in dist/js, and the page, packed, beside that. */
export const builtPage = basename(root) === 'js' ? join(root, '../page') : join(root, 'dist/viewer');
/** Beside it: the sources that it was made from, paths from the root of the project. */
const SOURCES = 'sources.json';

export interface BuildOptions {
  /** Where it is to lie; what was there before is replaced once all is made. */
  readonly out: string;
  /** What addresses in it begin with. */
  readonly base: string;
  /** Whether walkers are to learn on GPUs, too, where there is one: that is 4.2 MB more. */
  readonly gpu?: boolean;
}

/**
 * Builds the page with the shipped walkers beside it.
 *
 * @returns paths of all modules that went into it; none where it was built before and is only unpacked.
 * @throws UserError where Vite is not installed.
 */
export async function buildPage({ out, base, gpu = false }: BuildOptions): Promise<readonly string[]> {
  const forGpu = gpu ? neededGpuBuild() : undefined;
  if (isPacked(builtPage)) {
    placePacked(out, base, forGpu);
    return [];
  }
  const vite = await import('vite').catch((cause: unknown) => {
    throw new UserError(
      {
        what: 'the page is made by Vite, which is not installed here',
        where: 'vite',
        mend: 'npm install in a checkout of Gaitsmith',
      },
      { cause },
    );
  });
  // Beside its place, so that it is never half there.
  const making = `${resolve(out)}.making-${process.pid}`;
  const modules = new Set<string>();
  try {
    await vite.build({
      configFile: false,
      root: join(root, 'viewer/page'),
      base,
      logLevel: 'warn',
      resolve: { alias: [{ find: /^onnxruntime-web$/, replacement: 'onnxruntime-web/wasm' }] },
      build: {
        outDir: making,
        emptyOutDir: true,
        target: 'es2022',
        chunkSizeWarningLimit: 2000,
        // Not in the text of scripts: a file of its own can be kept by the browser.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        rolldownOptions: { external: [/^node:/], onLog: quiet },
      },
      worker: {
        format: 'es',
        plugins: () => [noting(modules)],
        rolldownOptions: { external: [/^node:/], onLog: quiet },
      },
      plugins: [noting(modules)],
    });
    addShipped(making, forGpu);
    const sources = [...modules].filter((path) => !path.startsWith('node_modules/')).sort();
    writeAtomically(join(making, SOURCES), `${JSON.stringify(sources, null, 1)}\n`);
    place(making, out);
    return [...modules].sort();
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** @throws UserError where its addresses were to begin with something else. */
function placePacked(out: string, base: string, forGpu: GpuBuild | undefined): void {
  if (base !== './') {
    throw new UserError({
      what: 'the page of an installed Gaitsmith has relative addresses',
      where: '--base',
      value: base,
      mend: 'leave it out: the page works wherever a host puts it; or make it in a checkout of Gaitsmith',
    });
  }
  const making = `${resolve(out)}.making-${process.pid}`;
  try {
    unpackPage(builtPage, making);
    addShipped(making, forGpu);
    place(making, out);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** Puts what is made into its place; what was there goes. */
function place(making: string, out: string): void {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, '..'), { recursive: true });
  renameSync(making, out);
}

/** Whether there is a page, no older than what it was made from. */
export function isBuilt(folder: string): boolean {
  if (isPacked(folder)) return true;
  const list = join(folder, SOURCES);
  if (!existsSync(list)) return false;
  const built = statSync(list).mtimeMs;
  const sources = JSON.parse(readFileSync(list, 'utf8')) as string[];
  return sources.every((path) => (statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0) <= built);
}

/** @throws UserError where it is not installed. */
function neededGpuBuild(): GpuBuild {
  const found = gpuBuild();
  if (found) return found;
  throw new UserError({
    what: "onnxruntime's build for GPUs is not installed here",
    where: '--gpu',
    mend: 'npm install -D onnxruntime-web, or leave --gpu out',
  });
}

/** The walkers that ship, and the list of what lies there. */
function addShipped(folder: string, forGpu: GpuBuild | undefined): void {
  if (forGpu) placeGpuBuild(forGpu, folder);
  mkdirSync(join(folder, 'policies'), { recursive: true });
  const shipped = listedShipped();
  for (const { file, address } of shipped) cpSync(file, join(folder, address));
  const policies = shipped.map(({ file, ...listed }) => listed);
  const list: PolicyList = { policies, start: policies[0]?.id ?? '', ...(forGpu && { gpu: gpuAddresses }) };
  writeAtomically(join(folder, 'policies.json'), `${JSON.stringify(list, null, 1)}\n`);
}

/** Notes which files become part of the page, from the root, with slashes. */
function noting(modules: Set<string>) {
  return {
    name: 'sources of the page',
    /** What a worker thread of Node would load by its address is no part of a page. */
    generateBundle(_: unknown, bundle: Record<string, unknown>) {
      for (const name of Object.keys(bundle)) if (name.endsWith('.ts')) delete bundle[name];
    },
    moduleParsed({ id }: { readonly id: string }) {
      const path = relative(root, id.split('?')[0]!);
      if (!path.startsWith('..') && !id.startsWith('\0')) modules.add(path.split(sep).join('/'));
    },
  };
}

/** Rolldown's remarks on other people's packages are none of ours. */
function quiet(
  level: string,
  log: { readonly code?: string },
  handler: (level: 'warn' | 'info' | 'debug', log: never) => void,
): void {
  if (['EVAL', 'MODULE_LEVEL_DIRECTIVE', 'PLUGIN_TIMINGS'].includes(log.code ?? '')) return;
  handler(level as 'warn', log as never);
}
