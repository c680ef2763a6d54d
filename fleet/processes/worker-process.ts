/** A process that does jobs, as its parent sees it. */
import type { ChildProcess } from 'node:child_process';
import { UserError } from '../../base/failure/user-error.ts';
import { startProcess } from '../../base/threads/start-process.ts';
import type { Files, JobProgress, JobResult } from '../job.ts';
import type { FromProcess, HandedJob, ToProcess } from './messages.ts';

/** Told while a job is done. */
export interface JobWatch {
  readonly progress?: (progress: JobProgress) => void;
  /** Called with what is to be kept; the job goes on once that is done. */
  readonly keep?: (at: number, files: Files) => Promise<void> | void;
}

export class WorkerProcess {
  #child: ChildProcess | undefined;

  /**
   * @throws UserError where the job does; Error where it fails otherwise, or its process ends under it.
   */
  do(job: HandedJob, { progress, keep }: JobWatch = {}): Promise<JobResult<unknown>> {
    const child = this.#running();
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        child.off('message', hear).off('exit', ended).off('error', reject);
        outcome();
      };
      const ended = (code: number | null, signal: string | null) =>
        settle(() => reject(new Error(`the process that did the job ended, by ${signal ?? `exit code ${code}`}`)));
      const hear = (message: FromProcess) => {
        if (message.tell === 'progress') progress?.(message.progress);
        else if (message.tell === 'keep')
          Promise.resolve(keep?.(message.at, message.files))
            // What could not be kept is done again: no reason to end the job.
            .catch(() => {})
            .then(() => this.#send(child, { hasKept: true }));
        else if (message.tell === 'done') settle(() => resolve(message.result));
        else settle(() => reject(message.problem ? new UserError(message.problem) : new Error(message.message)));
      };
      child.on('message', hear).once('exit', ended).once('error', reject);
      this.#send(child, { do: job });
    });
  }

  /** Ends it wherever it is; the next job gets a new one. */
  end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  /** The number that the system knows it by; undefined where none runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  #running(): ChildProcess {
    if (this.#child?.connected) return this.#child;
    const script = new URL('./job-process.ts', import.meta.url);
    const child = startProcess(script);
    this.#child = child;
    return child;
  }

  #send(child: ChildProcess, message: ToProcess): void {
    // One that has just ended is told by its exit.
    if (child.connected) child.send(message, () => {});
  }
}
