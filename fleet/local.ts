/** Jobs done in processes of this machine: as many at once as it has cores, in the order in which they came. */
import { availableParallelism } from 'node:os';
import { UserError } from '../base/failure/user-error.ts';
import { checkedRecord, checkedResult, failedFor, MOST_ATTEMPTS, namedFiles } from './checked.ts';
import type { Dispatcher, DispatchOptions } from './dispatcher.ts';
import type { Files, JobResult } from './job.ts';
import type { KindName } from './jobs.ts';
import { WorkerProcess } from './processes/worker-process.ts';

/** @param slots jobs at once; changes no byte of what comes of them. */
export function localDispatcher(slots = availableParallelism()): Dispatcher {
  const idle: WorkerProcess[] = Array.from({ length: slots }, () => new WorkerProcess());
  const all = [...idle];
  const waiting: (() => void)[] = [];
  let isClosed = false;

  async function withProcess<Result>(work: (process: WorkerProcess) => Promise<Result>): Promise<Result> {
    if (idle.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    const process = idle.pop()!;
    try {
      return await work(process);
    } finally {
      idle.push(process);
      waiting.shift()?.();
    }
  }

  return {
    slots: () => slots,
    async dispatch(kind, record, options = {}) {
      const checked = checkedRecord(kind, record);
      const files = namedFiles(kind, checked, options.files);
      const done = withProcess((process) => {
        if (isClosed) throw new Error('closed');
        return attempted(process, kind, checked, files, options);
      });
      return checkedResult(kind, await done);
    },
    async close() {
      isClosed = true;
      for (const process of all) process.end();
      for (const go of waiting.splice(0)) go();
    },
  };
}

async function attempted(
  process: WorkerProcess,
  kind: KindName,
  record: unknown,
  files: Files,
  { signal, onProgress }: DispatchOptions,
): Promise<JobResult<unknown>> {
  let kept: Files | undefined;
  const watch = {
    progress: onProgress ?? (() => {}),
    keep: (_at: number, files: Files) => {
      kept = files;
    },
  };
  const giveUp = () => process.end();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      try {
        return await process.do({ kind, record, files, kept }, watch);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof UserError) throw error;
        if (attempt === MOST_ATTEMPTS) throw failedFor(kind, error);
      }
    }
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}
