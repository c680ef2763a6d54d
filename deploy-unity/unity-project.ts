/**
 * Recognises the root folder of a Unity project and reads what it says about itself: the Editor's version and whether
 * scenes and prefabs are saved as text. A folder that is no project is refused, with the missing piece by name and,
 * where the project lies one step up or down, with its path.
 */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { readFileTold } from '../base/files/read-file.ts';

export interface UnityProject {
  /** Absolute path with every symbolic link resolved. */
  readonly root: string;
  /** e.g. `6000.0.40f1`. */
  readonly editor: string;
  /** Are scenes and prefabs saved as text, so that they can be searched? */
  readonly savesText: boolean;
}

/** The pieces that together make a folder a Unity project. */
const PIECES = [
  { path: 'Assets', isThere: (path: string) => statSync(path).isDirectory() },
  { path: 'Packages/manifest.json', isThere: (path: string) => statSync(path).isFile() },
  { path: 'ProjectSettings/ProjectVersion.txt', isThere: (path: string) => statSync(path).isFile() },
] as const;

/** @throws UserError where the folder is missing, is no Unity project or names no Editor version. */
export function openUnityProject(folder: string): UnityProject {
  const given = resolve(folder);
  if (!existsSync(given)) {
    throw new UserError({ what: 'there is no such Unity project folder', where: folder, mend: 'name another folder' });
  }
  const missing = missingPieces(given);
  if (missing.length > 0) {
    const near = projectNear(given);
    throw new UserError({
      what: `not a Unity project: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`,
      where: folder,
      expected: `a folder with ${PIECES.map((piece) => piece.path).join(', ')}`,
      mend: near ? `name the project at ${near} instead` : 'name the folder that Unity Hub shows for the project',
    });
  }
  const root = realpathSync(given);
  return { root, editor: readEditorVersion(root), savesText: readSavesText(root) };
}

function missingPieces(folder: string): string[] {
  return PIECES.filter(({ path, isThere }) => {
    const whole = join(folder, path);
    return !(existsSync(whole) && isThere(whole));
  }).map(({ path }) => path);
}

/** A project that the person most likely meant: the folder above (they named Assets/) or one below (a repository). */
function projectNear(folder: string): string | undefined {
  const above = [dirname(folder), dirname(dirname(folder)), dirname(dirname(dirname(folder)))];
  const children = foldersIn(folder);
  const below = [...children, ...children.flatMap(foldersIn)];
  return [...above, ...below].find((candidate) => missingPieces(candidate).length === 0);
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      .map((entry) => join(folder, entry.name))
      .sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
  } catch {
    return []; // A hint is not worth failing for.
  }
}

function readEditorVersion(root: string): string {
  const where = join(root, 'ProjectSettings', 'ProjectVersion.txt');
  const match = /^m_EditorVersion: *(\S+)/m.exec(readFileTold(where).toString('utf8'));
  if (match) return match[1]!;
  throw new UserError({
    what: 'the Editor version is missing',
    where,
    expected: 'a line such as "m_EditorVersion: 6000.0.40f1"',
    mend: 'open the project in Unity once, or restore the file from version control',
  });
}

/** Unity saves as text unless EditorSettings.asset says otherwise (2 = Force Text). */
function readSavesText(root: string): boolean {
  const where = join(root, 'ProjectSettings', 'EditorSettings.asset');
  if (!existsSync(where)) return true;
  const mode = /^\s+m_SerializationMode: (\d)/m.exec(readFileTold(where).toString('utf8'));
  return mode === null || mode[1] === '2';
}
