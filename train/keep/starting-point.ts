/** Where a training begins: at the latest checkpoint of its run, or at the beginning. */

import { UserError } from '../../base/failure/user-error.ts';
import type { BehaviorSpec } from '../../envs/env.ts';
import type { Network } from '../policy/policy.ts';
import type { Checkpoint } from './checkpoint.ts';
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
  const before = startOf(checkpoint);
  const now = startOf({ network, behaviorName: behavior.name, sensors: behavior.sensors, progress: { seed, agents } });
  const differing = Object.keys(now).filter((what) => before[what] !== now[what]);
  if (differing.length > 0) {
    const told = (start: typeof now) => differing.map((what) => `${what} ${start[what]}`).join(', ');
    throw new UserError({
      what: `this checkpoint was made with other settings: ${told(before)}, and now it is ${told(now)}`,
      where: path,
      mend: 'resume with the settings it was made with (config.yaml of the run), begin afresh with --force, or name another run with --run-id',
    });
  }
  info(`Resuming from ${path}, step ${checkpoint.progress.step}.`);
  return { path, checkpoint };
}

type Start = Pick<Checkpoint, 'network' | 'behaviorName' | 'sensors'> & {
  readonly progress: Pick<Checkpoint['progress'], 'seed' | 'agents'>;
};

/** What has to be the same for a training to go on, by the name that the user knows it by, as it is told. */
function startOf({ network, behaviorName, sensors, progress }: Start): Readonly<Record<string, string>> {
  return {
    behaviour: behaviorName,
    observations: String(network.observationSize),
    actions: String(network.actionSize),
    // In which order a row's numbers come from which sensor.
    'sizes of its sensors': sensors ? sensors.map(({ size }) => size).join(' + ') : 'all in one',
    'network_settings.hidden_units': String(network.hiddenUnits),
    'network_settings.num_layers': String(network.layers),
    'network_settings.normalize': String(!network.rawObservations),
    'gaitsmith.activation': network.activation ?? 'swish',
    'gaitsmith.layer_norm': String(network.layerNorm ?? false),
    'gaitsmith.symmetric': String(network.symmetry !== undefined),
    'hyperparameters.shared_critic': String(network.sharedBody ?? false),
    'seed (--seed)': String(progress.seed),
    'agents (--agents)': String(progress.agents),
  };
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
