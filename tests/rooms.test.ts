/** The house: no file imports what its room may not know, no room knows one that stands on it, and no imports go in a circle. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { circlesOf, importsOf, roomOf, wrongArrows } from '../docs/make/imports.ts';
import { type Room, rooms } from '../docs/make/rooms.ts';

const root = join(import.meta.dirname, '..');
const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

/** A small house on the disk, by the paths of its files. */
function houseOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'house-'));
  made.push(folder);
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), source);
  }
  return folder;
}

const twoRooms: readonly Room[] = [
  { name: 'base', about: '', knows: [] },
  { name: 'top', about: '', knows: ['base'] },
];

describe('the imports of this project', () => {
  const imports = importsOf(root);

  it('are found: some hundreds, types and worker modules among them', () => {
    expect(imports.length).toBeGreaterThan(800);
    const worker = {
      from: 'train/collect/worker-threads.ts',
      to: 'train/collect/collector-worker.ts',
      isStarted: true,
    };
    expect(imports).toContainEqual(worker);
  });

  it('go where docs/make/rooms.ts says that they may', () => {
    expect(wrongArrows(imports, rooms)).toEqual([]);
  });

  it('go in no circle', () => {
    expect(circlesOf(imports)).toEqual([]);
  });
});

describe('the table of rooms', () => {
  it('lets a room know nothing but rooms that it stands on', () => {
    rooms.forEach(({ name, knows }, at) => {
      const below = rooms.slice(0, at).map((room) => room.name);
      for (const known of knows) expect(below, `${name} knows ${known}`).toContain(roomOf(`${known}/`, rooms)?.name);
    });
  });
});

describe('a planted fault', () => {
  it('that is an arrow the wrong way is told with both files', () => {
    const house = houseOf({
      'base/a.ts': "import '../top/b.ts';",
      'top/b.ts': "export {} from '../base/c.ts';",
      'base/c.ts': '',
    });
    expect(wrongArrows(importsOf(house), twoRooms)).toEqual(['base/a.ts -> top/b.ts: base does not know top']);
  });

  it('that is a file in no room is told', () => {
    const house = houseOf({ 'cellar/a.ts': "await import('../base/c.ts');", 'base/c.ts': '' });
    expect(wrongArrows(importsOf(house), twoRooms)).toEqual([
      'cellar/a.ts -> base/c.ts: cellar/a.ts is in no room of docs/make/rooms.ts',
    ]);
  });

  it('closes no circle with a module that a thread runs, nor in a comment', () => {
    const house = houseOf({
      'base/a.ts': "/** import './b.ts' */\n// import './b.ts'\nnew Worker(new URL('./b.ts', import.meta.url));",
      'base/b.ts': "import type { A } from './a.ts';",
    });
    expect(circlesOf(importsOf(house))).toEqual([]);
  });

  it('that is a circle of files is told whole, types counted', () => {
    const house = houseOf({
      'base/a.ts': "import type { B } from './b.ts';",
      'base/b.ts': "const c = await import('./c.ts');",
      'base/c.ts': "export { a } from './a.ts';",
    });
    expect(circlesOf(importsOf(house))).toEqual([['base/a.ts', 'base/b.ts', 'base/c.ts', 'base/a.ts']]);
  });
});
