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
import { ML_AGENTS_TAGS } from './ml-agents-releases.ts';
import { isVersion } from './version.ts';

export interface PackageVersion {
  /** Undefined where the package is there but its version can't be told, as with a Git branch never opened. */
  readonly version: string | undefined;
  readonly source: 'embedded package' | 'packages-lock.json' | 'manifest.json';
  /** What led to no version. */
  readonly address?: string;
}

const packageFile = z.object({ name: z.string().optional(), version: z.string().optional() });
const manifestFile = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });
const lockFile = z.object({ dependencies: z.record(z.string(), z.object({ version: z.string() })).default({}) });

/**
 * Reads the project's package files once; the function returned answers for one package id, undefined where the
 * project does not have it.
 *
 * @throws UserError where one of the files is not the JSON it should be.
 */
export function readPackages(root: string): (id: string) => PackageVersion | undefined {
  const packages = join(root, 'Packages');
  const manifest = readJson(join(packages, 'manifest.json'), manifestFile);
  const lockPath = join(packages, 'packages-lock.json');
  const lock = existsSync(lockPath) ? readJson(lockPath, lockFile) : undefined;
  const embedded = embeddedPackages(packages);

  return (id) => {
    if (embedded.has(id)) return { version: embedded.get(id), source: 'embedded package' };
    const locked = lock?.dependencies[id];
    if (locked) return follow(root, id, locked.version, 'packages-lock.json');
    const asked = manifest.dependencies[id];
    return asked === undefined ? undefined : follow(root, id, asked, 'manifest.json');
  };
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
function follow(root: string, id: string, entry: string, source: PackageVersion['source']): PackageVersion {
  const version = versionOf(root, id, entry);
  return version === undefined ? { version, source, address: entry } : { version, source };
}

function versionOf(root: string, id: string, entry: string): string | undefined {
  if (isVersion(entry)) return entry;
  if (entry.startsWith('file:')) {
    const target = resolve(root, 'Packages', entry.slice('file:'.length));
    return /-(\d+\.\d+\.\d+[^/\\]*)\.tgz$/.exec(target)?.[1] ?? readPackageFile(target)?.version;
  }
  return versionInCache(root, id) ?? versionInAddress(entry);
}

/** Unity unpacks what it fetched from Git under Library/PackageCache, in a folder named id@commit. */
function versionInCache(root: string, id: string): string | undefined {
  const cache = join(root, 'Library', 'PackageCache');
  if (!existsSync(cache)) return undefined;
  const folder = readdirSync(cache).find((name) => name.startsWith(`${id}@`));
  return folder && readPackageFile(join(cache, folder))?.version;
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
    return schema.parse(JSON.parse(withoutMark(readFileSync(where, 'utf8'))));
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
