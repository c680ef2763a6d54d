/**
 * Runs policies in a process of its own: a damaged file can crash onnxruntime, or keep it busy for ever, and neither may end the
 * process that judges it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loaderOf } from '../../base/threads/loader.ts';
import type { Trial } from './result.ts';

/** From a cold start on a busy machine, with a large policy. */
const SECONDS_TO_ANSWER = 60;

const program = new URL('./trial-process.ts', import.meta.url);

/** A process that is started with the first trial, and anew after one that it did not survive. */
export class TrialProcess {
  readonly #secondsToAnswer: number;
  #child: ChildProcess | undefined;

  constructor(secondsToAnswer = SECONDS_TO_ANSWER) {
    this.#secondsToAnswer = secondsToAnswer;
  }

  /** One after the other. @param model the bytes of a file that can be decoded. */
  async try(model: Uint8Array): Promise<Trial> {
    this.#child ??= fork(fileURLToPath(program), {
      execArgv: loaderOf(program),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const child = this.#child;
    return new Promise((resolve) => {
      const answer = (trial: Trial, isOver: boolean) => {
        clearTimeout(timer);
        child.removeAllListeners();
        if (isOver) this.close();
        resolve(trial);
      };
      const fail = (failure: string) => answer({ failure, outputs: [] }, true);
      const timer = setTimeout(
        () => fail(`onnxruntime did not answer within ${this.#secondsToAnswer} s`),
        this.#secondsToAnswer * 1000,
      );
      child.once('message', (trial) => answer(trial as Trial, false));
      child.once('error', ({ message }) => fail(message));
      child.once('exit', (code, signal) => fail(`onnxruntime ended its process (${signal ?? `exit code ${code}`})`));
      child.send(model);
    });
  }

  /** Ends the process. */
  close(): void {
    this.#child?.removeAllListeners();
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}
