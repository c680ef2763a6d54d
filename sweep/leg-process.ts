/**
 * A process that trains legs, one after the other, as the sweep that started it asks. When that one goes, it finishes the iteration
 * under way, saves, and ends.
 */
import { UserError } from '../base/failure/user-error.ts';
import { type FolderLock, lockFolder } from '../base/files/lock-folder.ts';
import { legFolder, trainLeg } from './leg.ts';
import type { FromProcess, ToProcess } from './leg-messages.ts';

/** A process of a sweep that was killed may still be saving. */
const MILLISECONDS_TO_WAIT = 60_000;
const MILLISECONDS_BETWEEN_TRIES = 200;

const stop = new AbortController();

process.on('message', (message: ToProcess) => {
  if (message.ask === 'stop') stop.abort();
  else void train(message).then(tell);
});
process.on('disconnect', () => {
  stop.abort();
  if (!isBusy) process.exit();
});
// On a terminal Ctrl-C reaches every process: the sweep says what is to be done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

let isBusy = false;

async function train({ folder: path, module, workers, threads }: ToProcess & { ask: 'train' }): Promise<FromProcess> {
  isBusy = true;
  const folder = legFolder(path);
  let lock: FolderLock | undefined;
  try {
    lock = await locked(folder.lock);
    let told = 0;
    const result = await trainLeg(
      folder,
      module,
      { workers, threads },
      {
        signal: stop.signal,
        progress(step) {
          // Trainings of tiny worlds have thousands of iterations a second.
          if (performance.now() - told < MILLISECONDS_BETWEEN_TRIES) return;
          told = performance.now();
          tell({ told: 'step', step });
        },
      },
    );
    return { told: result ? 'done' : 'stopped' };
  } catch (error) {
    if (error instanceof UserError) return { told: 'problem', problem: error.problem };
    return { told: 'bug', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    lock?.release();
    isBusy = false;
  }
}

async function locked(path: string): Promise<FolderLock> {
  for (const began = performance.now(); ; ) {
    try {
      return lockFolder(path, { purpose: 'a leg of a sweep', elsewhere: 'wait until it has saved' });
    } catch (error) {
      if (performance.now() - began > MILLISECONDS_TO_WAIT) throw error;
      await new Promise((resolve) => setTimeout(resolve, MILLISECONDS_BETWEEN_TRIES));
    }
  }
}

function tell(message: FromProcess): void {
  if (process.connected) process.send!(message, () => {});
  else process.exit();
}
