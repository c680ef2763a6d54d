/**
 * Looks at the place where the asset will lie: which folders are still missing, what lies there already, and whether
 * anything makes it the wrong place: a name that differs only in case, a file where a folder should be or the reverse,
 * a symbolic link that leads out of the project, a place that is read-only.
 */
import { accessSync, constants, lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { readFileTold } from '../base/files/read-file.ts';

export interface AssetPlace {
  /** Folders to make, outermost first, relative to the project: `Assets/Gaitsmith`, `Assets/Gaitsmith/Walker`. */
  readonly newFolders: readonly string[];
  /** What the .onnx and its .meta hold now; undefined where there is none. */
  readonly model: Buffer | undefined;
  readonly meta: Buffer | undefined;
}

/** @throws UserError where the asset can't or shouldn't be written there. */
export function lookAtAssetPlace(root: string, asset: string): AssetPlace {
  const parts = asset.split('/');
  const file = parts.pop()!;
  const newFolders: string[] = [];
  let folder = '';
  for (const part of parts) {
    const path = folder === '' ? part : `${folder}/${part}`;
    if (newFolders.length > 0 || !isExistingFolder(root, folder, part)) newFolders.push(path);
    folder = path;
  }
  const deepest = newFolders.length === 0 ? folder : newFolders[0]!.slice(0, newFolders[0]!.lastIndexOf('/'));
  refuseEscape(root, deepest);
  refuseReadOnlyFolder(root, deepest);
  if (newFolders.length > 0) return { newFolders, model: undefined, meta: undefined };
  return {
    newFolders,
    model: readPlainFile(root, folder, file),
    meta: readPlainFile(root, folder, `${file}.meta`),
  };
}

function isExistingFolder(root: string, parent: string, name: string): boolean {
  const found = statExactly(root, parent, name);
  if (!found) return false;
  const path = join(root, parent, name);
  const target = found.isSymbolicLink() ? statOfLinkTarget(path) : found;
  if (target?.isDirectory()) return true;
  throw new UserError({
    what: target ? 'a file lies where the asset path needs a folder' : 'a symbolic link leads nowhere',
    where: path,
    mend: 'move it away, or name another asset path',
  });
}

/** What the asset's own file holds, undefined where there is none. Anything but a plain, writable file is refused. */
function readPlainFile(root: string, folder: string, name: string): Buffer | undefined {
  const found = statExactly(root, folder, name);
  if (!found) return undefined;
  const where = join(root, folder, name);
  if (found.isSymbolicLink()) {
    const mend = 'remove the link, or name another asset path';
    throw new UserError({ what: 'a symbolic link lies where the file should be', where, mend });
  }
  if (!found.isFile()) {
    const what = found.isDirectory() ? 'a folder lies where the file should be' : 'no plain file lies at this place';
    throw new UserError({ what, where, mend: 'move it away, or name another asset path' });
  }
  // A rename would replace a read-only file all the same, but the mark means something: Perforce sets it on
  // everything that is not checked out. An existing .meta is never written, so its mark does not matter.
  if ((found.mode & 0o200) === 0 && !name.endsWith('.meta')) {
    throw new UserError({
      what: 'the file in place is read-only',
      where,
      mend: 'check it out in version control or make it writable, and run the same command again',
    });
  }
  return readFileTold(where);
}

/**
 * The entry of exactly this name. A name that differs only in case, or in how accents are composed (macOS writes names in
 * Unicode NFD), would be the same file on Windows and macOS and
 * another one on Linux, and Unity derives what it stores from the name as written; so it is refused everywhere.
 */
function statExactly(root: string, folder: string, name: string): Stats | undefined {
  const names = readdirSync(join(root, folder));
  if (!names.includes(name)) {
    const plain = (text: string) => text.normalize('NFC').toLowerCase();
    const twin = names.find((candidate) => plain(candidate) === plain(name));
    if (twin === undefined) return undefined;
    const meant = folder === '' ? twin : `${folder}/${twin}`;
    const isComposedOtherwise = twin.normalize('NFC') === name.normalize('NFC');
    throw new UserError({
      what: isComposedOtherwise
        ? 'the asset path differs from an existing name only in how its accented letters are composed (Unicode NFC or NFD)'
        : 'the asset path differs from an existing name only in upper and lower case',
      where: 'asset path',
      value: folder === '' ? name : `${folder}/${name}`,
      expected: `${meant}, as it is on disk`,
      mend: `write ${meant}`,
    });
  }
  return lstatSync(join(root, folder, name));
}

function statOfLinkTarget(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function refuseEscape(root: string, folder: string): void {
  const real = realpathSync(join(root, folder));
  const inside = relative(root, real);
  if (inside !== '..' && !inside.startsWith(`..${sep}`) && !relativeIsAbsolute(inside)) return;
  throw new UserError({
    what: 'a symbolic link leads out of the Unity project',
    where: join(root, folder),
    value: real,
    expected: `a folder inside ${root}`,
    mend: 'deploy into the project that the link leads to, or name another asset path',
  });
}

/** On Windows, the way to another drive is an absolute path. */
function relativeIsAbsolute(path: string): boolean {
  return /^[A-Za-z]:/.test(path);
}

function refuseReadOnlyFolder(root: string, folder: string): void {
  const where = join(root, folder);
  try {
    accessSync(where, constants.W_OK);
  } catch (error) {
    const mend = 'make the folder writable, or name another Unity project';
    throw new UserError({ what: 'the folder is read-only', where, mend }, { cause: error });
  }
}
