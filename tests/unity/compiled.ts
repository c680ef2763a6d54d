/** The package's C# compiled against the classes in csharp/, and run: one program for several copies of the walker's scripts. */
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { exampleProject, packageFolder } from '../../unity/make/make.ts';

const STUBS = join(import.meta.dirname, 'csharp');

/** The C# 7.2 of Mono, the newest language that its compiler knows. Unity 2021 has C# 9, of which that is a part. */
export const compiler = programOf('mcs');
export const runtime = programOf('mono');

/** The walker's scripts, by their name. */
export function scripts(): Record<string, string> {
  const folder = join(packageFolder, 'Runtime');
  return Object.fromEntries(namesIn(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function namesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.cs'));
}

/** A compiled program that plays walkers. */
export interface Players {
  /** Plays lines for csharp/Player.cs with some walkers. @returns for each, by its name, the lines that it said. */
  play(script: readonly string[], names: readonly string[]): Promise<Record<string, string[]>>;
}

/**
 * Compiles one program, in which each set of scripts has its own namespace.
 *
 * @param walkers scripts by their names, of each walker by its name; the name is to be one of C#.
 * @param symbols what is defined beside nothing: Unity's version.
 * @throws Error with the compiler's messages; a warning counts as an error.
 */
export async function compile(
  walkers: Readonly<Record<string, Readonly<Record<string, string>>>>,
  symbols: readonly string[],
  folder: string,
): Promise<Players> {
  const stubs = namesIn(STUBS).map((name) => [name, readFileSync(join(STUBS, name), 'utf8')] as const);
  const everybodys = stubs.filter(([, text]) => !text.includes('namespace Gaitsmith'));
  const each = stubs.filter(([, text]) => text.includes('namespace Gaitsmith'));
  const sources = [
    ...everybodys.map(([name, text]) => sourceAt(folder, name, text)),
    ...Object.entries(walkers).flatMap(([walker, own]) =>
      [...each, ...Object.entries(own)].map(([name, text]) =>
        sourceAt(join(folder, walker), name, text.replace('namespace Gaitsmith', `namespace ${walker}`)),
      ),
    ),
  ];
  const program = join(folder, 'play.exe');
  await build(program, symbols, sources);
  return {
    async play(script, names) {
      const file = `script of ${names[0]}`;
      writeFileSync(join(folder, file), script.join('\n'));
      await run(runtime!, [program, file, ...names], folder);
      const said = (name: string) =>
        readFileSync(join(folder, `${name}.said`), 'utf8')
          .trimEnd()
          .split('\n');
      return Object.fromEntries(names.map((name) => [name, said(name)]));
    },
  };
}

/**
 * What the project's scripts of the Editor open, where it starts with a scene of this path ('' for a new one), changed or not.
 *
 * @param folder is made.
 */
export async function openedBy(
  starts: readonly { readonly path: string; readonly isDirty: boolean }[],
  folder: string,
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const program = join(folder, 'editor.exe');
  const sources = [join(STUBS, 'editor'), join(exampleProject, 'Assets/Editor')];
  await build(
    program,
    [],
    sources.flatMap((from) => namesIn(from).map((name) => join(from, name))),
  );
  const pairs = starts.flatMap(({ path, isDirty }) => [path, isDirty ? 'dirty' : 'clean']);
  const said = await run(runtime!, [program, ...pairs], folder);
  return said.split('\n').slice(0, -1);
}

/**
 * Compiles a program or a library.
 *
 * @param sources and what of options comes before them.
 * @throws Error with the compiler's messages; a warning counts as an error.
 */
export async function build(program: string, symbols: readonly string[], sources: readonly string[]): Promise<void> {
  const options = ['-nologo', '-langversion:7.2', '-warnaserror', `-out:${program}`];
  await run(compiler!, [...options, ...symbols.map((symbol) => `-define:${symbol}`), ...sources], dirname(program));
}

function sourceAt(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** @returns its standard output. @throws Error with what it said, where it fails. */
export async function run(
  program: string,
  options: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = { ...process.env, ...environment };
  return (await promisify(execFile)(program, options, { cwd: folder, timeout: 200_000, env })).stdout;
}

/** A program on the PATH. */
function programOf(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
