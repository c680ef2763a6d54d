/** Which file imports which, read from the sources as they stand. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Room } from './rooms.ts';

/** A file, and one that it imports: paths from the root of the project, with slashes. */
export interface Import {
  readonly from: string;
  readonly to: string;
  /** Whether it is only named as what a thread or a process is to run: it is loaded there, and so closes no circle here. */
  readonly isStarted: boolean;
}

/** Folders that hold no sources of the house. */
const ELSEWHERE = new Set(['node_modules', 'dist', 'runs', 'tests']);

/** `import ... from './x.ts'`, `import('./x.ts')`, `new URL('./x.ts', import.meta.url)`; types count like everything else. */
const SPECIFIER = /(from|import|new URL)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/** Every import of one file of the project by another, tests left out. */
export function importsOf(root: string): Import[] {
  const files = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !ELSEWHERE.has(entry.name))
    .flatMap(({ name }) =>
      readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }).map((path) => join(name, path)),
    )
    .filter((path) => /\.(ts|mjs|cjs)$/.test(path));
  return files.flatMap((from) => {
    const source = readFileSync(join(root, from), 'utf8').replaceAll(COMMENT, '');
    return [...source.matchAll(SPECIFIER)].map(([, how, specifier]) => ({
      from: withSlashes(from),
      to: withSlashes(relative('.', join(dirname(from), specifier!))),
      isStarted: how === 'new URL',
    }));
  });
}

/** The room that a file lives in: the one with the longest name that its path begins with; undefined where none does. */
export function roomOf(path: string, rooms: readonly Room[]): Room | undefined {
  return rooms
    .filter(({ name }) => path.startsWith(`${name}/`))
    .reduce<Room | undefined>((best, room) => (best && best.name.length > room.name.length ? best : room), undefined);
}

/** Imports that a room's row of the table does not allow, each as "from -> to: why". */
export function wrongArrows(imports: readonly Import[], rooms: readonly Room[]): string[] {
  return imports.flatMap(({ from, to }) => {
    const [own, other] = [roomOf(from, rooms), roomOf(to, rooms)];
    if (own === undefined) return [`${from} -> ${to}: ${from} is in no room of docs/make/rooms.ts`];
    if (other === own || own.knows.includes(to) || (other && own.knows.includes(other.name))) return [];
    return [`${from} -> ${to}: ${own.name} does not know ${other?.name ?? 'what is in no room'}`];
  });
}

/** Circles of files: each as the files that it goes through, the first one named again at the end. */
export function circlesOf(imports: readonly Import[]): string[][] {
  const next = new Map<string, Import[]>();
  for (const each of imports.filter(({ isStarted }) => !isStarted))
    next.set(each.from, [...(next.get(each.from) ?? []), each]);
  const done = new Set<string>();
  const circles: string[][] = [];
  const walk = (file: string, path: readonly string[]): void => {
    const begun = path.indexOf(file);
    if (begun >= 0) circles.push([...path.slice(begun), file]);
    if (begun >= 0 || done.has(file)) return;
    for (const { to } of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return circles;
}

function withSlashes(path: string): string {
  return path.split(sep).join('/');
}
