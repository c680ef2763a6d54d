/**
 * The package's assemblies, compiled one by one as Unity would: each from the folder of its .asmdef, against those alone that the
 * .asmdef names, and left out where its define constraints are not met. What is not the package's is stood in for by csharp/.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageFolder } from '../../unity/make/make.ts';
import { build, run, runtime } from './compiled.ts';

const STUBS = join(import.meta.dirname, 'csharp');

/** A Unity that has the package. */
export interface Editor {
  /** The symbols that it defines. */
  readonly symbols: readonly string[];
  /** The version of com.unity.ml-agents, where it has that. */
  readonly mlAgents?: string;
}

interface AssemblyDefinition {
  readonly name: string;
  readonly references: readonly string[];
  readonly includePlatforms: readonly string[];
  readonly precompiledReferences: readonly string[];
  readonly defineConstraints: readonly string[];
  readonly versionDefines: readonly { readonly name: string; readonly expression: string; readonly define: string }[];
}

/** The .asmdef files, by their path in the package. */
export function assemblyDefinitions(): Map<string, AssemblyDefinition> {
  const paths = readdirSync(packageFolder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.asmdef'),
  );
  return new Map(
    paths.map((path) => [
      path.replaceAll('\\', '/'),
      JSON.parse(readFileSync(join(packageFolder, path), 'utf8')) as AssemblyDefinition,
    ]),
  );
}

/** The stand-ins: by the name of the assembly, the sources and what it needs of the others. */
const STAND_INS: Readonly<Record<string, { readonly sources: readonly string[]; readonly needs: readonly string[] }>> =
  {
    UnityEngine: { sources: ['UnityEngine.cs', 'window/UnityEngineGui.cs'], needs: [] },
    UnityEditor: { sources: ['window/UnityEditor.cs'], needs: ['UnityEngine'] },
    'Unity.ML-Agents': { sources: ['MLAgents.cs'], needs: ['UnityEngine'] },
    'nunit.framework': { sources: ['window/NUnit.cs'], needs: [] },
  };

export interface CompiledPackage {
  /** The assemblies of the package that were compiled. */
  readonly assemblies: readonly string[];
  /** What csharp/window/Host.cs says to these arguments, line by line. @param environment beside this process's. */
  host(words: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string[]>;
}

/** @throws Error with the compiler's messages; a warning counts as an error. */
export async function compilePackage(editor: Editor, folder: string): Promise<CompiledPackage> {
  mkdirSync(folder, { recursive: true });
  const made = new Set<string>();
  const compile = async (
    name: string,
    sources: readonly string[],
    needs: readonly string[],
    symbols: readonly string[],
  ) => {
    const references = needs.filter((need) => made.has(need)).map((need) => `-r:${join(folder, `${need}.dll`)}`);
    await build(join(folder, `${name}.dll`), symbols, ['-target:library', ...references, ...sources]);
    made.add(name);
  };
  for (const [name, { sources, needs }] of Object.entries(STAND_INS)) {
    if (name === 'Unity.ML-Agents' && editor.mlAgents === undefined) continue;
    await compile(
      name,
      sources.map((source) => join(STUBS, source)),
      needs,
      editor.symbols,
    );
  }
  const own: string[] = [];
  for (const [path, definition] of inOrder(assemblyDefinitions())) {
    const symbols = [...editor.symbols, ...definesOf(definition, editor)];
    if (!definition.defineConstraints.every((constraint) => symbols.includes(constraint))) continue;
    const isForEditor = definition.includePlatforms.includes('Editor');
    const needs = [
      'UnityEngine',
      ...(isForEditor ? ['UnityEditor'] : []),
      ...definition.references,
      ...definition.precompiledReferences.map((file) => file.replace(/\.dll$/, '')),
    ];
    await compile(definition.name, sourcesBelow(join(packageFolder, dirname(path))), needs, symbols);
    own.push(definition.name);
  }
  const host = join(folder, 'host.exe');
  const forHost = ['UnityEngine', 'UnityEditor', 'nunit.framework'].map((name) => `-r:${join(folder, `${name}.dll`)}`);
  await build(host, [], [...forHost, join(STUBS, 'window/Host.cs')]);
  return {
    assemblies: own,
    host: async (words, environment = {}) =>
      (await run(runtime!, [host, ...words], folder, environment)).trimEnd().split('\n'),
  };
}

/** Each after those that it refers to. */
function inOrder(definitions: ReadonlyMap<string, AssemblyDefinition>): [string, AssemblyDefinition][] {
  const names = [...definitions.values()].map(({ name }) => name);
  const depth = ({ references }: AssemblyDefinition) => references.filter((name) => names.includes(name)).length;
  return [...definitions].sort(([, one], [, other]) => depth(one) - depth(other));
}

/** The symbols that it defines for itself. A version such as "2.0.0" stands for that one and all newer ones. */
export function definesOf({ versionDefines }: AssemblyDefinition, { mlAgents }: Editor): string[] {
  return versionDefines
    .filter(
      ({ name, expression }) =>
        name === 'com.unity.ml-agents' && mlAgents !== undefined && isAtLeast(mlAgents, expression),
    )
    .map(({ define }) => define);
}

function isAtLeast(version: string, least: string): boolean {
  return version.localeCompare(least, 'en', { numeric: true }) >= 0;
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.cs'))
    .map((path) => join(folder, path));
}
