/** Trains legs in processes of this machine, each a leg at a time. One that dies takes nothing with it: its leg goes on in another. */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { UserError } from '../base/failure/user-error.ts';
import { loaderOf } from '../base/threads/loader.ts';
import { type LegFolder, readResult } from './leg.ts';
import type { FromProcess, ToProcess } from './leg-messages.ts';
import type { LegRunner } from './runner.ts';

/** A leg that takes its process down so often would do it again. */
const MOST_DEATHS = 3;

export interface LocalOptions {
  readonly processes: number;
  /** URL of the `EnvironmentModule`. */
  readonly module: string;
  /** How such a process is started: its script, and what node is given before it. */
  readonly launch?: { readonly script: string; readonly execArgv: readonly string[] } | undefined;
}

export function localProcesses({ processes, module, launch = ownLaunch() }: LocalOptions): LegRunner {
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  // Cores are shared out; any number of threads comes to the same.
  const share = Math.max(1, Math.floor(availableParallelism() / processes));

  const start = (): ChildProcess => {
    const child = fork(launch.script, {
      execArgv: [...launch.execArgv],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    all.add(child);
    child.once('exit', () => {
      all.delete(child);
      const at = idle.indexOf(child);
      if (at >= 0) idle.splice(at, 1);
    });
    return child;
  };

  /** @returns what it told at its end; undefined where it died. */
  const ask = (child: ChildProcess, folder: LegFolder, progress: (step: number) => void, signal: AbortSignal) =>
    new Promise<Exclude<FromProcess, { told: 'step' }> | undefined>((resolve) => {
      const stop = () => child.connected && child.send({ ask: 'stop' } satisfies ToProcess, () => {});
      const settle = (told: Exclude<FromProcess, { told: 'step' }> | undefined) => {
        child.off('message', hear);
        child.off('exit', died);
        signal.removeEventListener('abort', stop);
        resolve(told);
      };
      const died = () => settle(undefined);
      const hear = (message: FromProcess) => {
        if (message.told === 'step') progress(message.step);
        else settle(message);
      };
      child.on('message', hear);
      child.once('exit', died);
      signal.addEventListener('abort', stop);
      const request: ToProcess = { ask: 'train', folder: folder.path, module, workers: share, threads: share };
      child.send(request, () => {});
    });

  return {
    told: processes === 1 ? '1 process' : `${processes} processes`,
    async run({ name }, folder, progress, signal) {
      if (busy === processes) await new Promise<void>((resolve) => waiting.push(resolve));
      else busy++;
      try {
        for (let deaths = 0; deaths < MOST_DEATHS && !signal.aborted; deaths++) {
          const child = idle.pop() ?? start();
          const told = await ask(child, folder, progress, signal);
          if (told === undefined) continue;
          idle.push(child);
          if (told.told === 'problem') throw new UserError(told.problem);
          if (told.told === 'bug') throw new Error(`${name}: ${told.stack}`);
          return told.told === 'done' ? readResult(folder) : undefined;
        }
        if (signal.aborted) return undefined;
        throw new UserError({
          what: `the process that trained ${name} ended ${MOST_DEATHS} times, as a system ends one that has too much memory`,
          where: folder.path,
          mend: 'give the same command again with fewer --processes',
        });
      } finally {
        // Whoever waits takes the place over.
        const next = waiting.shift();
        if (next) next();
        else busy--;
      }
    },
    async close() {
      await Promise.all(
        [...all].map((child) => {
          const gone = new Promise((resolve) => child.once('exit', resolve));
          child.disconnect();
          return gone;
        }),
      );
    },
  };
}

function ownLaunch() {
  const module = new URL('./leg-process.ts', import.meta.url);
  return { script: fileURLToPath(module), execArgv: loaderOf(module) };
}
