/** One built player: a process of its own, with its logs. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { lastLines } from './end-of-file.ts';
import type { Watchdog } from './watchdog.ts';

export interface PlayerSettings {
  readonly executable: string;
  /** Where it finds its trainer. */
  readonly port: number;
  readonly hasWindow: boolean;
  /** After ML-Agents' own. */
  readonly args: readonly string[];
  readonly logFolder: string;
  /** Of the log files: `Player-0`. */
  readonly name: string;
}

/** How a player ended, in words: "exit code 3", "killed by SIGSEGV". */
export interface PlayerEnd {
  readonly how: string;
  readonly lines: readonly string[];
  readonly log: string;
}

export interface Player {
  readonly ended: Promise<PlayerEnd>;
  /** With all that it started. */
  kill(): void;
}

const LINES_TOLD = 8;

/** The words of ML-Agents' trainer, in its order. */
export function commandLine(settings: Omit<PlayerSettings, 'executable'>): string[] {
  const { port, hasWindow, args } = settings;
  const { ownLog, log } = filesOf(settings);
  return [
    ...(hasWindow ? [] : ['-nographics', '-batchmode']),
    '--mlagents-port',
    String(port),
    ...(ownLog === undefined ? ['-logFile', resolve(log)] : []),
    ...args,
  ];
}

/** Where what a player says ends up: its log, which the user may have named among the words, and what it prints. */
function filesOf({ args, logFolder, name }: Omit<PlayerSettings, 'executable'>) {
  const at = args.findIndex((word) => word.toLowerCase() === '-logfile');
  const ownLog = at < 0 ? undefined : (args[at + 1] ?? STDOUT);
  const output = join(logFolder, `${name}-output.log`);
  const log = ownLog === undefined ? join(logFolder, `${name}.log`) : ownLog === STDOUT ? output : ownLog;
  return { ownLog, log, output };
}

/** What Unity takes for stdout where a log file is named. */
const STDOUT = '-';

export function startPlayer(settings: PlayerSettings, watchdog: Watchdog): Player {
  const { executable, logFolder } = settings;
  // Unity writes the log; what comes before that, and from players that are none, is what it prints.
  const { log, output } = filesOf(settings);
  mkdirSync(logFolder, { recursive: true });
  const child = execa(resolve(executable), commandLine(settings), {
    stdin: 'ignore',
    stdout: { file: output },
    stderr: { file: output },
    buffer: false,
    reject: false,
    // A group of its own: Ctrl-C is for us, who then tell the player to stop, and its helpers end with it.
    detached: process.platform !== 'win32',
    cleanup: false,
  });
  const { pid } = child;
  if (pid !== undefined) watchdog.started(pid);
  const ended = child.then(({ exitCode, signal, originalMessage }): PlayerEnd => {
    if (pid !== undefined) {
      kill(pid); // whatever it started
      watchdog.gone(pid);
    }
    const lines = lastLines(log, LINES_TOLD);
    const how = signal ? `killed by ${signal}` : exitCode === undefined ? originalMessage : `exit code ${exitCode}`;
    const isEmpty = lines.length === 0;
    return {
      how: how ?? 'no reason is known',
      lines: isEmpty ? lastLines(output, LINES_TOLD) : lines,
      log: isEmpty ? output : log,
    };
  });
  return {
    ended,
    kill() {
      if (pid !== undefined) kill(pid);
    },
  };
}

function kill(pid: number): void {
  if (process.platform === 'win32') {
    execFile('taskkill', ['/pid', String(pid), '/t', '/f'], () => {});
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
