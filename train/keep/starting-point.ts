/** Where a training begins: at the latest checkpoint of its run, or at the beginning. */

import { UserError } from '../../base/failure/user-error.ts';
import type { BehaviorSpec, Sensor } from '../../envs/env.ts';
import type { Network } from '../policy/policy.ts';
import { listCheckpoints } from './checkpoint-files.ts';
import { type FoundCheckpoint, latestCheckpoint } from './checkpoint-folder.ts';

/** The run that is to begin or to go on. */
export interface StartingRun {
  readonly checkpointFolder: string;
  /** Go on from the latest checkpoint. */
  readonly resume: boolean;
  readonly seed: number;
  readonly agents: number;
  readonly behavior: BehaviorSpec;
}

/**
 * The checkpoint to go on from, or undefined for a new run.
 *
 * @throws UserError where there are checkpoints and no --resume, or --resume and none, or one of another kind.
 */
export function startingPoint(
  { checkpointFolder, resume, seed, agents, behavior }: StartingRun,
  network: Network,
  { warn, info }: Record<'warn' | 'info', (message: string) => void>,
): FoundCheckpoint | undefined {
  if (!resume) {
    refuseCheckpoints(checkpointFolder);
    return undefined;
  }
  const { path, checkpoint } = latestCheckpoint(checkpointFolder, warn);
  const differing = [
    ['network', checkpoint.network, network],
    ['behaviour', checkpoint.behaviorName, behavior.name],
    ['set of sensors', sizesOf(checkpoint.sensors), sizesOf(behavior.sensors)],
    ['seed', checkpoint.progress.seed, seed],
    ['number of agents', checkpoint.progress.agents, agents],
  ] as const;
  for (const [what, before, now] of differing) {
    if (JSON.stringify(before) === JSON.stringify(now)) continue;
    throw new UserError({
      what: `the checkpoint has another ${what}`,
      where: path,
      value: now,
      expected: JSON.stringify(before),
      mend: 'resume with the settings it was made with, or name another run with --run-id',
    });
  }
  info(`Resuming from ${path}, step ${checkpoint.progress.step}.`);
  return { path, checkpoint };
}

/** In which order a row's numbers come from which sensor; undefined where there is only one. */
function sizesOf(sensors: readonly Sensor[] | undefined): number[] | undefined {
  return sensors?.map(({ size }) => size);
}

/** @throws UserError where there are checkpoints, which a new run must not touch. */
export function refuseCheckpoints(checkpointFolder: string): void {
  const earlier = listCheckpoints(checkpointFolder);
  if (earlier.length === 0) return;
  throw new UserError({
    what: 'this run already has checkpoints',
    where: checkpointFolder,
    value: earlier[0],
    mend: 'go on from them with --resume, begin afresh with --force, or name another run with --run-id',
  });
}
