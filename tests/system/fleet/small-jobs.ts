/** Jobs of a second, what comes of them as one hash, and actors as processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { sha256 } from '../../../base/files/hash.ts';
import { packageRoot } from '../../../base/files/own-files.ts';
import type { Dispatcher, DispatchOptions } from '../../../fleet/dispatcher.ts';
import type { RecordOf } from '../../../fleet/jobs.ts';
import { compiled } from '../../compiled/loader.ts';

/** A training that keeps where it stands after each of its iterations. */
export function trainRecord(seed: number, iterations = 6): RecordOf<'train'> {
  const configuration = `behaviors:
  Walker:
    trainer_type: ppo
    hyperparameters: { batch_size: 32, buffer_size: 64, num_epoch: 1 }
    network_settings: { hidden_units: 8, num_layers: 1 }
    max_steps: ${64 * iterations}
    checkpoint_interval: 64
    keep_checkpoints: 2
    gaitsmith: { agents: 8 }
`;
  return { configuration, file: 'small.yaml', character: null, commit: null, seed, start: null, until: null };
}

/** SHA-256 of the checkpoint that it ends with. */
export async function trained(dispatcher: Dispatcher, record: RecordOf<'train'>, options: DispatchOptions = {}) {
  const { value, files } = await dispatcher.dispatch('train', record, options);
  return sha256(files[value.latest]!);
}

/** A process of ours, and all that it has told so far on both streams. */
export type Telling = ChildProcess & { told: string; readonly printed: string };

/** `npm run actor` with one job at a time. @param cwd the folder that it stands in. */
export function startActorProcess(
  url: string,
  more: readonly string[] = [],
  cwd = packageRoot,
  loader = compiled,
): Telling {
  return startCommand('pipeline/gaitsmith.ts', ['actor', '--queue', url, '--workers', '1', ...more], cwd, loader);
}

/** What is not compiled for tests (a bench, or the world of a character, whose address says whose it is) runs by this loader, as for users. */
export const tsx = import.meta.resolve('tsx');

/** @param script of ours, from the root. */
export function startCommand(script: string, words: readonly string[], cwd: string, loader = compiled): Telling {
  const all = ['--import', loader, join(packageRoot, script), ...words];
  const process_ = spawn(process.execPath, all, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const child = Object.assign(process_, { told: '', printed: '' });
  child.stdout.on('data', (bytes) => (child.printed += String(bytes)));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (child.told += String(bytes)));
  return child;
}

/** Decisions at which the one training of a Redis was kept last; 0 where it was not yet. */
export async function standsAt(client: Redis): Promise<number> {
  const state = (await client.keys('gaitsmith:*:state'))[0];
  return state ? Number((await client.getrange(state, 0, 15)).split('\n', 1)[0]) : 0;
}

export async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  if (signal) child.kill(signal);
  await once(child, 'exit');
  return child.exitCode;
}

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
