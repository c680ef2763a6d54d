/** The package's Ragdoll Agent compiled against the stubs, in several copies: as it is, and each with a fault planted. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../unity/make/make.ts';
import { build, run, runtime } from './compiled.ts';

const STUBS = join(import.meta.dirname, 'csharp');
const RUNTIME = join(packageFolder, 'Runtime');
const READS: readonly string[] = [
  'UnityEngine.cs',
  'MLAgents.cs',
  'window/UnityEngineGui.cs',
  'ragdoll/RagdollProgram.cs',
];

/** The agent's scripts and what they share with the Walker's, by their names. */
export function ragdollScripts(): Record<string, string> {
  const own = readdirSync(join(RUNTIME, 'Ragdoll')).filter((name) => name.endsWith('.cs'));
  const paths = [...own.map((name) => join('Ragdoll', name)), 'GoalFrame.cs', 'UnityNames.cs'];
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(RUNTIME, path), 'utf8')]));
}

export interface Ragdolls {
  /** Plays lines for csharp/ragdoll/RagdollPlayer.cs with some copies. @returns for each, by its name, what it said. */
  play(script: readonly string[], names: readonly string[]): Promise<Record<string, string[]>>;
}

/**
 * @param copies scripts by their names, of each copy by its name, which is one of C#
 * @throws Error with the compiler's messages; a warning counts as an error
 */
export async function compileRagdolls(
  copies: Readonly<Record<string, Readonly<Record<string, string>>>>,
  symbols: readonly string[],
  folder: string,
): Promise<Ragdolls> {
  const player = readFileSync(join(STUBS, 'ragdoll/RagdollPlayer.cs'), 'utf8');
  const sources = Object.entries(copies).flatMap(([copy, own]) => {
    mkdirSync(join(folder, copy), { recursive: true });
    return Object.entries({ ...own, 'RagdollPlayer.cs': player }).map(([name, text]) => {
      const path = join(folder, copy, name.replaceAll('/', '-'));
      writeFileSync(path, text.replace('namespace Gaitsmith', `namespace ${copy}`));
      return path;
    });
  });
  const program = join(folder, 'ragdoll.exe');
  await build(program, symbols, [...READS.map((path) => join(STUBS, path)), ...sources]);
  let plays = 0;
  return {
    async play(script, names) {
      const inside = join(folder, `play ${plays++}`);
      mkdirSync(inside);
      writeFileSync(join(inside, 'script'), script.join('\n'));
      await run(runtime!, [program, 'script', ...names], inside);
      const said = (name: string) =>
        readFileSync(join(inside, `${name}.said`), 'utf8')
          .trimEnd()
          .split('\n');
      return Object.fromEntries(names.map((name) => [name, said(name)]));
    },
  };
}
