/** Stands in for base/threads/start-process.ts, in tests and in what they start: the process's module is compiled already. */
import { type ChildProcess, fork } from 'node:child_process';
import { compiledModule } from './loader.ts';

export function startProcess(module: URL): ChildProcess {
  return fork(compiledModule(module), {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}
