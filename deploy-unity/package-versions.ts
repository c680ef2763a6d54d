/**
 * Which version of a Unity package does a project use?
 *
 * Asked in this order, as Unity resolves them:
 *   1. an embedded package, a folder in Packages/ with its own package.json, which overrides whatever the files say;
 *   2. Packages/packages-lock.json, which holds what was resolved;
 *   3. Packages/manifest.json, which holds what was asked for.
 * An entry may be a version, a `file:` reference to a folder or .tgz, or a Git address; the last two are followed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { UserError } from '../base/failure/user-error.ts';
import { readFileTold } from '../base/files/read-file.ts';
import { ML_AGENTS_TAGS } from './ml-agents-releases.ts';
import { isAtLeast, isVersion } from './version.ts';
import type { Warning } from './warning.ts';

export interface PackageVersion {
  /** Undefined where the package is there but its version can't be told, as with a Git branch never opened. */
  readonly version: string | undefined;
  readonly source: 'embedded package' | 'packages-lock.json' | 'manifest.json';
  /** What led to no version. */
  readonly address?: string;
}

const packageFile = z.object({ name: z.string().optional(), version: z.string().optional() });
const manifestFile = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });
const lockFile = z.object({
  dependencies: z.record(z.string(), z.object({ version: z.string(), hash: z.string().optional() })).default({}),
});
type Lock = z.infer<typeof lockFile> | undefined;

export interface Packages {
  /** Undefined where the project does not have that package. */
  versionOf(id: string): PackageVersion | undefined;
  /** What the files that were read to answer for these packages say against one another. */
  warningsAbout(ids: readonly string[]): Warning[];
}

/**
 * Reads the project's package files once.
 *
 * @throws UserError where one of the files is not the JSON it should be, or can't be read.
 */
export function readPackages(root: string): Packages {
  const packages = join(root, 'Packages');
  const manifest = readJson(join(packages, 'manifest.json'), manifestFile);
  const lockPath = join(packages, 'packages-lock.json');
  const lock = existsSync(lockPath) ? readJson(lockPath, lockFile) : undefined;
  const embedded = embeddedPackages(packages);

  return {
    versionOf(id) {
      if (embedded.has(id)) return { version: embedded.get(id), source: 'embedded package' };
      const locked = lock?.dependencies[id];
      if (locked) return follow(root, id, locked.version, 'packages-lock.json', locked.hash);
      const asked = manifest.dependencies[id];
      return asked === undefined ? undefined : follow(root, id, asked, 'manifest.json');
    },
    warningsAbout: (ids) =>
      ids
        .filter((id) => !embedded.has(id))
        .flatMap((id) => [...disagreement(id, manifest.dependencies[id], lock), ...severalFolders(root, id, lock)]),
  };
}

/** The lock is written when Unity resolves the manifest; a newer version in it is what another package asked for. */
function disagreement(id: string, asked: string | undefined, lock: Lock): Warning[] {
  if (asked === undefined || lock === undefined) return [];
  const locked = lock.dependencies[id]?.version;
  if (locked === asked || (locked && isVersion(locked) && isVersion(asked) && isAtLeast(locked, asked))) return [];
  const message = `It asks for ${id} ${asked}, and packages-lock.json has ${locked ?? 'none'}: Unity has not resolved the packages since. ${locked ? 'What the lock says is taken' : 'The manifest is taken'}; open the project in Unity once.`;
  return [{ code: 'packages-disagree', where: 'Packages/manifest.json', message }];
}

function severalFolders(root: string, id: string, lock: Lock): Warning[] {
  const folders = cacheFolders(root, id);
  const isAsked = lock?.dependencies[id] && !isVersion(lock.dependencies[id].version);
  if (folders.length < 2 || !isAsked || chosenFolder(folders, lock.dependencies[id]?.hash)) return [];
  const message = `${folders.length} folders claim to be ${id} (${folders.join(', ')}), and the lock does not tell which one counts. Delete Library/PackageCache and open the project in Unity once.`;
  return [{ code: 'two-package-folders', where: 'Library/PackageCache', message }];
}

function embeddedPackages(packages: string): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const entry of readdirSync(packages)) {
    const own = readPackageFile(join(packages, entry));
    if (own?.name) found.set(own.name, own.version);
  }
  return found;
}

/** What an entry of the lock or the manifest stands for. */
function follow(
  root: string,
  id: string,
  entry: string,
  source: PackageVersion['source'],
  hash?: string,
): PackageVersion {
  const version = versionOf(root, id, entry, hash);
  return version === undefined ? { version, source, address: entry } : { version, source };
}

function versionOf(root: string, id: string, entry: string, hash: string | undefined): string | undefined {
  if (isVersion(entry)) return entry;
  if (entry.startsWith('file:')) {
    const target = resolve(root, 'Packages', entry.slice('file:'.length));
    return /-(\d+\.\d+\.\d+[^/\\]*)\.tgz$/.exec(target)?.[1] ?? readPackageFile(target)?.version;
  }
  return versionInCache(root, id, hash) ?? versionInAddress(entry);
}

/** Unity unpacks what it fetched from Git under Library/PackageCache, in a folder named id@commit, with its first digits. */
function versionInCache(root: string, id: string, hash: string | undefined): string | undefined {
  const folder = chosenFolder(cacheFolders(root, id), hash);
  return folder && readPackageFile(join(root, 'Library', 'PackageCache', folder))?.version;
}

function cacheFolders(root: string, id: string): string[] {
  const cache = join(root, 'Library', 'PackageCache');
  if (!existsSync(cache)) return [];
  return readdirSync(cache)
    .filter((name) => name.startsWith(`${id}@`))
    .sort();
}

/** The only one, or that of the commit in the lock; where neither is so, none: an old one would tell an old version. */
function chosenFolder(folders: readonly string[], hash: string | undefined): string | undefined {
  if (folders.length < 2) return folders[0];
  return folders.find((name) => hash?.startsWith(name.split('@')[1]!));
}

/** `https://.../ml-agents.git?path=com.unity.ml-agents#release_22` names a tag. */
function versionInAddress(address: string): string | undefined {
  const tag = address.split('#')[1];
  if (tag === undefined) return undefined;
  const bare = tag.replace(/^v/, '');
  return ML_AGENTS_TAGS[tag.replace(/_(tag|branch)$/, '')] ?? (isVersion(bare) ? bare : undefined);
}

/** A package.json in this folder; undefined where there is none or it can't be read as one. */
function readPackageFile(folder: string): z.infer<typeof packageFile> | undefined {
  try {
    return packageFile.parse(JSON.parse(withoutMark(readFileSync(join(folder, 'package.json'), 'utf8'))));
  } catch {
    return undefined;
  }
}

function readJson<Shape>(where: string, schema: z.ZodType<Shape>): Shape {
  try {
    return schema.parse(JSON.parse(withoutMark(readFileTold(where).toString('utf8'))));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    const reason = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : error.message;
    const mend = 'resolve merge conflicts in it, or restore it from version control';
    throw new UserError({ what: `not a package file Unity could read: ${reason}`, where, mend }, { cause: error });
  }
}

/** Windows tools like to begin a file with a byte order mark, which JSON.parse does not. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}
