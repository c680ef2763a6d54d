/**
 * Tells whether a process that was seen earlier is still the same one: a process id alone is given out again.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in whatever words the system has for it; null where the system does not tell. */
  readonly began: string | null;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, began: beginOf(pid) };
}

/** Whether that very process still runs, on this machine. */
export function stillRuns({ pid, began }: ProcessIdentity): boolean {
  if (!isAlive(pid)) return false;
  if (began === null) return true;
  const begin = beginOf(pid);
  // Where the system can't tell now, it is safer to believe that it runs.
  return begin === null ? !isZombie(pid) : begin === began;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing, only asks
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it is there, but somebody else's
  }
}

/** What tells when a process began, where no file does, and how it is asked. */
const tellers: Readonly<Record<'win32' | 'other', (pid: number) => readonly [program: string, ...words: string[]]>> = {
  // In 100 ns since 1601, UTC. Of somebody else's process it tells nothing.
  win32: (pid) => [
    'powershell.exe',
    ...['-NoProfile', '-NonInteractive', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`],
  ],
  other: (pid) => ['ps', '-o', 'lstart=', '-p', String(pid)],
};

/**
 * When a process began; null where the system does not tell.
 *
 * @param ask runs a program and returns what it prints; a test hands in another one.
 */
export function beginOf(pid: number, platform: string = process.platform, ask = printed): string | null {
  // Clock ticks since the machine was started: nothing that a change of the clock could move.
  if (platform === 'linux') return linuxStat(pid)?.[19] ?? null;
  try {
    const [program, ...words] = tellers[platform === 'win32' ? 'win32' : 'other'](pid);
    return ask(program, words).trim() || null;
  } catch {
    return null;
  }
}

function printed(program: string, words: readonly string[]): string {
  return execFileSync(program, words, {
    encoding: 'utf8',
    // In one language and one time zone, whatever those of the shell are: what is told is compared.
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  });
}

/** A process that has ended but that its parent has not yet asked about: it does nothing any more. */
function isZombie(pid: number): boolean {
  return process.platform === 'linux' && linuxStat(pid)?.[0] === 'Z';
}

/** The fields of /proc/PID/stat from the third one (the state) on; the second, the name, may hold blanks and brackets. */
function linuxStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
