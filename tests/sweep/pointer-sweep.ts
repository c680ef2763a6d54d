/** Sweeps of the pointing agents, for tests: a world small enough that a training takes moments. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { trainLeg } from '../../sweep/leg.ts';
import { readSweep } from '../../sweep/read-sweep.ts';
import { runSweep } from '../../sweep/run-sweep.ts';
import type { LegRunner } from '../../sweep/runner.ts';
import { SweepFolder } from '../../sweep/sweep-folder.ts';
import type { SweptWorld } from '../../sweep/world.ts';
import { behavior } from '../train/fixtures/pointing-environment.ts';
import { pointingEnvironment } from '../train/fixtures/train-pointer.ts';

export const pointerWorld: SweptWorld = {
  module: pointingEnvironment,
  behavior,
  worldNamed: (name) => name ?? null,
};

const configuration = `
behaviors:
  Pointer:
    hyperparameters: { batch_size: 64, buffer_size: 260, learning_rate: 0.003, num_epoch: 2, beta: 0.0001 }
    network_settings: { normalize: true, hidden_units: 8, num_layers: 1 }
    reward_signals: { extrinsic: { gamma: 0.5 } }
    checkpoint_interval: 300
    gaitsmith: { agents: 20, evaluation_episodes: 8 }
`;

/** Writes a sweep file and its configuration. @returns the path of the first. */
export function writeSweep(folder: string, sweep: Record<string, unknown>, more = ''): string {
  const config = join(folder, 'pointer.yaml');
  writeFileSync(config, configuration + more);
  const path = join(folder, 'sweep.yaml');
  writeFileSync(path, stringify({ config, ...sweep }));
  return path;
}

/** Trains legs in this very process. */
export function inThisProcess(trained: string[] = []): LegRunner {
  return {
    told: 'this process',
    run(record, folder, progress, signal) {
      trained.push(record.name);
      return trainLeg(folder, pointingEnvironment, { workers: 1, threads: 1 }, { progress, signal });
    },
    close: async () => {},
  };
}

/** Runs one. @param signal aborted to stop it. */
export async function sweepPointer(path: string, out: string, runner: LegRunner, signal?: AbortSignal) {
  const read = readSweep(path, pointerWorld);
  const folder = new SweepFolder(out);
  folder.claim(read, false);
  const never = new AbortController().signal;
  const hooks = { round() {}, ended() {}, progress() {}, signal: signal ?? never };
  try {
    return { read, folder, ...(await runSweep(read, pointerWorld, folder, runner, hooks)) };
  } finally {
    await runner.close();
  }
}
