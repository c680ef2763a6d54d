/** The example's C# compiled against the classes in csharp/, and run: one program for several copies of the scripts. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { project } from '../../examples/make/make.ts';

const STUBS = join(import.meta.dirname, 'csharp');
const SCRIPTS = 'Assets/Gaitsmith/Walker/Scripts';

/** The C# 7.2 of Mono, the newest language that its compiler knows. Unity 2021 has C# 9, of which that is a part. */
export const compiler = programOf('mcs');
export const runtime = programOf('mono');

/** The scripts of the project, by their name. */
export function scripts(): Record<string, string> {
  const folder = join(project, SCRIPTS);
  const names = readdirSync(folder).filter((name) => name.endsWith('.cs'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** A compiled program that plays walkers. */
export interface Players {
  /** Plays a script of csharp/Player.cs. @returns for each walker, by its name, the lines that it said. */
  play(script: string): Record<string, string[]>;
}

/**
 * Compiles one program, in which each set of scripts has its own namespace.
 *
 * @param walkers scripts by their names, of each walker by its name; the name is to be one of C#.
 * @param symbols what is defined beside nothing: Unity's version.
 * @throws Error with the compiler's messages; a warning counts as an error.
 */
export function compile(
  walkers: Readonly<Record<string, Readonly<Record<string, string>>>>,
  symbols: readonly string[],
  folder: string,
): Players {
  const stubs = readdirSync(STUBS).map((name) => [name, readFileSync(join(STUBS, name), 'utf8')] as const);
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
  const options = ['-nologo', '-langversion:7.2', '-warnaserror', `-out:${program}`];
  run(compiler!, [...options, ...symbols.map((symbol) => `-define:${symbol}`), ...sources], folder);
  const names = Object.keys(walkers);
  return {
    play(script) {
      writeFileSync(join(folder, 'script'), script);
      run(runtime!, [program, 'script', ...names], folder);
      const said = (name: string) =>
        readFileSync(join(folder, `${name}.said`), 'utf8')
          .trimEnd()
          .split('\n');
      return Object.fromEntries(names.map((name) => [name, said(name)]));
    },
  };
}

function sourceAt(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function run(program: string, options: readonly string[], folder: string): void {
  execFileSync(program, options, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
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
