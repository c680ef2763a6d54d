import { type ChildProcess, fork } from 'node:child_process';
import { loaderOf } from './loader.ts';

/** Starts a module of ours as a process that bytes can be sent to as they are; it ends with its parent. */
export function startProcess(module: URL): ChildProcess {
  return fork(module, {
    execArgv: loaderOf(module),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}
