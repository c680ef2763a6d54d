// The first thing a thread runs: registers tsx, which Node 20 needs to load TypeScript, then loads the module it was made for.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.module);
