/**
 * One process at a time works in a folder: a lock file that says who does.
 *
 * The file is made with O_EXCL, so of two processes only one succeeds. It lists its holders: a process that took the lock
 * may hand its token to a child, which joins with it (a pipeline and its stage); the folder stays locked until the last
 * of them is gone, so a stage whose pipeline was killed is still protected. A lock whose holders all ended without
 * releasing it (a crash, SIGKILL) is taken over.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { UserError } from '../failure/user-error.ts';
import { identityOf, type ProcessIdentity, stillRuns } from './process-identity.ts';
import { toldAsDiskProblem, writeAtomically } from './write-atomically.ts';

/** In this environment variable a process hands its child the token of a lock that it holds. */
export const LOCK_TOKEN_VARIABLE = 'GAITSMITH_RUN_LOCK';

export interface FolderLock {
  /** Hand it to a child process for its `lockFolder(..., { token })`. */
  readonly token: string;
  /** True where it was joined with a token of a parent. */
  readonly joined: boolean;
  /** Gives it back; happens by itself when the process ends. */
  release(): void;
}

export interface LockOptions {
  /** What the lock is taken for, told to others: "npm run train". */
  readonly purpose: string;
  /** What else they can do, told to others: "name another run with --run-id NAME". */
  readonly elsewhere: string;
  /** Of a parent that may hold the lock already. */
  readonly token?: string | undefined;
}

interface LockContent {
  readonly token: string;
  readonly host: string;
  readonly since: string;
  readonly purpose: string;
  readonly holders: readonly ProcessIdentity[];
}

/** What is written in one go is whole long before that. */
const MILLISECONDS_OF_MOMENTS = 10_000;

/**
 * @param path the lock file; its folder is made where there is none.
 * @throws UserError where another process holds it or the folder can't be written.
 */
export function lockFolder(path: string, options: LockOptions): FolderLock {
  makeFolder(path);
  refuseFolder(path);
  const me = identityOf(process.pid);
  const found = readLock(path);
  if (found && options.token === found.token) {
    // The parent waits for this process, so nobody else writes the file now.
    writeLock(path, { ...found, holders: [...found.holders.filter(stillRuns), me] });
    return held(path, found.token, true);
  }
  const token = randomUUID();
  const content = {
    token,
    host: hostname(),
    since: new Date().toISOString(),
    purpose: options.purpose,
    holders: [me],
  };
  if (createLock(path, content)) return held(path, token, false);
  takeOverStale(path, options, content);
  return held(path, token, false);
}

function held(path: string, token: string, joined: boolean): FolderLock {
  const release = () => {
    process.off('exit', release);
    const content = readLock(path);
    if (content?.token !== token) return;
    const others = content.holders.filter((holder) => holder.pid !== process.pid && stillRuns(holder));
    try {
      if (others.length > 0) writeLock(path, { ...content, holders: others });
      else rmSync(path, { force: true });
    } catch {
      // Then it stays behind, and the next process takes it over.
    }
  };
  process.on('exit', release);
  return { token, joined, release };
}

/**
 * Replaces a lock whose holders are gone. Between "it is stale" and "I replace it" another process could do the same, and
 * the second would throw away the first one's fresh lock: so the replacing is itself done under a lock.
 */
function takeOverStale(path: string, options: LockOptions, content: LockContent): void {
  const guard = `${path}.takeover`;
  if (stateOf(path) === 'held') throw heldByAnother(path, options, readLock(path));
  // An old one: its maker was killed in the very moment of taking over.
  if ((ageOf(guard) ?? 0) > MILLISECONDS_OF_MOMENTS) rmSync(guard, { force: true });
  if (!createLock(guard, content)) throw heldByAnother(path, options, readLock(path));
  try {
    if (stateOf(path) === 'held') throw heldByAnother(path, options, readLock(path));
    rmSync(path, { force: true });
    if (!createLock(path, content)) throw heldByAnother(path, options, readLock(path));
  } finally {
    rmSync(guard, { force: true });
  }
}

function stateOf(path: string): 'held' | 'stale' {
  const content = readLock(path);
  // Empty or half a file: its maker is writing it this moment, or was killed right then.
  if (!content) {
    const age = ageOf(path);
    return age === undefined || age > MILLISECONDS_OF_MOMENTS ? 'stale' : 'held';
  }
  // Nothing can be asked about a process on another machine.
  if (content.host !== hostname()) return 'held';
  return content.holders.some(stillRuns) ? 'held' : 'stale';
}

/** In milliseconds; undefined where there is no such file (any more). */
function ageOf(path: string): number | undefined {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}

function heldByAnother(path: string, { elsewhere }: LockOptions, content: LockContent | undefined): UserError {
  const folder = dirname(path);
  if (!content) {
    return new UserError({
      what: 'this folder is just being taken into use by another process',
      where: folder,
      mend: `wait for it, or ${elsewhere}`,
    });
  }
  const { host, purpose, since } = content;
  const pid = (content.holders.find(stillRuns) ?? content.holders[0])?.pid;
  const isHere = host === hostname();
  const stop = isHere
    ? `wait for it, stop it (Ctrl-C there, or "kill -INT ${pid}"), or ${elsewhere}`
    : `wait for it, or ${elsewhere}; if that process is gone, delete ${path}`;
  return new UserError({
    what: `this folder is in use by process ${pid}${isHere ? '' : ` on ${host}`} (${purpose}, since ${since})`,
    where: folder,
    mend: stop,
  });
}

/** @returns false where the file is already there. */
function createLock(path: string, content: LockContent): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw toldAsDiskProblem(error, path);
  }
  try {
    writeSync(file, JSON.stringify(content));
  } catch (error) {
    rmSync(path, { force: true });
    throw toldAsDiskProblem(error, path);
  } finally {
    closeSync(file);
  }
  return true;
}

function writeLock(path: string, content: LockContent): void {
  writeAtomically(path, JSON.stringify(content));
}

/** Undefined where there is no lock or it can't be read as one. */
function readLock(path: string): LockContent | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isLock(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

function isLock(content: unknown): content is LockContent {
  const { token, host, since, purpose, holders } = (content ?? {}) as Partial<Record<keyof LockContent, unknown>>;
  const areWords = [token, host, since, purpose].every((each) => typeof each === 'string');
  return areWords && Array.isArray(holders) && holders.every((holder) => Number.isInteger(holder?.pid));
}

/** What no process ever made here is nothing to take over. */
function refuseFolder(path: string): void {
  for (const each of [path, `${path}.takeover`]) {
    if (!statSync(each, { throwIfNoEntry: false })?.isDirectory()) continue;
    throw new UserError({
      what: 'there is a folder where the lock of this folder is to be, a file that says who works here',
      where: each,
      mend: 'remove or rename it',
    });
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw toldAsDiskProblem(error, path);
  }
}
