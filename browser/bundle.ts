/** Puts modules of ours into scripts for a browser, by the esbuild that tsx compiles with, and tells who asks for Node. */
import { createRequire, isBuiltin } from 'node:module';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');

export interface Bundle {
  /** The scripts, by name: one for each module that was asked for, and what several of them share. */
  readonly scripts: ReadonlyMap<string, string>;
  /**
   * `file: module` for each import of a part of Node, or of a package that is made for Node alone, which happens when the
   * file is loaded. An `import()` within a function does not: who calls it asks for Node.
   */
  readonly needsNode: readonly string[];
}

/** Packages that load native code. */
const nativePackages = ['onnxruntime-node', '@grpc/grpc-js'];

/**
 * @param entries modules of ours by their path from the project's root, or absolute.
 * @param alias packages by the name of another one that is to be in their place.
 * @param packages whether packages become a part of the scripts, or are left where they are and not looked into.
 */
export async function bundleForBrowser(
  entries: readonly string[],
  packages: 'bundle' | 'external' = 'bundle',
  alias: Readonly<Record<string, string>> = {},
): Promise<Bundle> {
  const require = createRequire(import.meta.url);
  const esbuild = createRequire(require.resolve('tsx'))('esbuild') as Esbuild;
  const needsNode: string[] = [];
  const { outputFiles } = await esbuild.build({
    entryPoints: entries,
    absWorkingDir: root,
    outbase: root,
    outdir: join(root, 'dist/browser'),
    write: false,
    bundle: true,
    packages,
    alias,
    splitting: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
    plugins: [
      {
        name: 'who asks for Node',
        setup({ onResolve }: PluginBuild) {
          onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
            if (!isBuiltin(path) && !nativePackages.includes(path)) return undefined;
            if (kind !== 'dynamic-import') needsNode.push(`${relative(root, importer)}: ${path}`);
            return { path, external: true };
          });
        },
      },
    ],
  });
  const named = outputFiles.map(({ path, text }) => [relative(join(root, 'dist/browser'), path), text] as const);
  return { scripts: new Map(named), needsNode };
}

/** As much of esbuild as is needed. */
interface Esbuild {
  build(options: Record<string, unknown>): Promise<{ outputFiles: { path: string; text: string }[] }>;
}
interface PluginBuild {
  onResolve(
    options: { filter: RegExp },
    resolve: (asked: {
      path: string;
      importer: string;
      kind: string;
    }) => { path: string; external: boolean } | undefined,
  ): void;
}
