/** Sees to it that no player is left behind, even where this process is killed and can't see to anything any more. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export class Watchdog {
  readonly #process: ChildProcess;

  constructor() {
    // In a group of its own, so that a Ctrl-C for us does not end it; it ends when our end of the pipe closes.
    this.#process = spawn(process.execPath, [join(import.meta.dirname, 'watchdog.mjs')], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      windowsHide: true,
    });
    this.#process.on('error', () => {}); // then there is none, and all but SIGKILL is seen to all the same
    this.#process.stdin!.on('error', () => {});
    this.#process.unref();
  }

  started(pid: number): void {
    this.#process.stdin!.write(`+${pid}\n`);
  }

  gone(pid: number): void {
    this.#process.stdin!.write(`-${pid}\n`);
  }

  /** There are no players left to watch. */
  close(): void {
    this.#process.stdin!.end();
  }
}
