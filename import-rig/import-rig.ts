/** The command's work: reads the ragdoll, compares it with the rig of an earlier import, and writes rig, report and picture. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { commandText, quoted } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { readFileTold } from '../base/files/read-file.ts';
import { checkWritable, writeAtomically } from '../base/files/write-atomically.ts';
import { type RigFile, readRigFile } from '../envs/ragdoll/rig-file.ts';
import { type RigChange, rigChanges } from './changes.ts';
import { rigPicture } from './picture.ts';
import { type ImportedRig, type ImportRequest, importRig } from './read-project.ts';
import { reportMarkdown } from './report.ts';
import { rigText } from './rig-text.ts';

export interface ImportOptions extends ImportRequest {
  /** The rig's file; the report and the picture lie beside it. Undefined: `rigs/<name>.json`. */
  readonly out?: string | undefined;
}

export interface ImportResult extends ImportedRig {
  /** The rig's file. */
  readonly out: string;
  /** Against the rig that was there; null where none was. */
  readonly changes: readonly RigChange[] | null;
  /** Files. */
  readonly written: readonly string[];
}

/**
 * Compares the ragdoll with the rig of an earlier import; writes nothing.
 *
 * @throws UserError where there is none, besides what `importRig` throws
 */
export function checkImport(options: ImportOptions): ImportResult {
  const imported = importRig(options);
  const out = outOf(imported.rig, options);
  const changes = changesAgainst(out, imported.rig);
  if (changes) return { ...imported, out, changes, written: [] };
  const { asset, object, unityProject } = options;
  const what = quoted(object === undefined ? asset : `${asset}:${object}`);
  throw new UserError({
    what: 'there is no rig of an earlier import to compare with',
    where: out,
    mend: commandText('import-rig', `${what} --unity-project ${quoted(unityProject)} --out ${quoted(out)}`),
  });
}

/** Writes the rig, its report and its picture. @throws UserError where they can't be, besides what `importRig` throws. */
export function writeImport(options: ImportOptions): ImportResult {
  const imported = importRig(options);
  const out = outOf(imported.rig, options);
  const besides = out.replace(/\.json$/i, '');
  const picture = `${besides}.svg`;
  const files: [string, string][] = [
    [picture, rigPicture(imported.rig)],
    [`${besides}.md`, reportMarkdown(imported, basename(picture))],
    // Last: whoever sees it finds the others too.
    [out, rigText(imported.rig)],
  ];
  for (const [path] of files) checkWritable(path);
  const changes = changesAgainst(out, imported.rig, 'anything');
  for (const [path, content] of files) writeAtomically(path, content);
  return { ...imported, out, changes, written: files.map(([path]) => path).reverse() };
}

/** @param or what else may be there: it is written over. */
function changesAgainst(out: string, rig: RigFile, or?: 'anything'): readonly RigChange[] | null {
  if (!existsSync(out)) return null;
  try {
    return rigChanges(readRigFile(jsonOf(out), out), rig);
  } catch (error) {
    if (or === 'anything' && error instanceof UserError) return null;
    throw error;
  }
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileTold(path).toString('utf8'));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({ what: 'this is not JSON', where: path, mend: 'import the rig again' }, { cause: error });
  }
}

/** Folders of a Unity project, where an import writes nothing. */
const UNITYS_OWN = /^(Assets|Packages|ProjectSettings|Library|UserSettings)([\\/]|$)/i;

function outOf(rig: RigFile, { out, unityProject }: ImportOptions): string {
  const path = out ?? join('rigs', `${fileName(rig.name)}.json`);
  if (!/\.json$/i.test(path)) {
    throw new UserError({
      what: 'a rig is a JSON file',
      where: '--out',
      value: path,
      mend: `write --out ${path}.json`,
    });
  }
  if (UNITYS_OWN.test(relative(realpathSync(unityProject), real(path)))) {
    throw new UserError({
      what: 'an import writes nothing into a Unity project',
      where: '--out',
      value: path,
      mend: `write --out ${join('rigs', basename(path))}`,
    });
  }
  return path;
}

/** The path with symbolic links resolved as far as it is there. */
function real(path: string): string {
  const whole = resolve(path);
  if (existsSync(whole) || dirname(whole) === whole) return existsSync(whole) ? realpathSync(whole) : whole;
  return join(real(dirname(whole)), basename(whole));
}

/** A name that is a file's on every system: "Hero (1)" is `hero-1`. */
export function fileName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  return plain === '' || /^(con|prn|aux|nul|com\d|lpt\d)$/.test(plain) ? `rig-${plain}`.replace(/-$/, '') : plain;
}
