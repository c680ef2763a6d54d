/**
 * What the rest of the project may know of the Walker without loading its physics.
 */
import type { BehaviorSpec } from '../env.ts';
import { actionNames } from './action.ts';
import { walkerMirror } from './mirror.ts';
import { observationNames } from './observation.ts';
import { walkerRig } from './rig.ts';

/** ML-Agents' Walker: 243 observations, 39 actions. */
export const behavior: BehaviorSpec = {
  name: 'Walker',
  observationSize: observationNames(walkerRig).length,
  actionSize: actionNames().length,
  mirror: walkerMirror(walkerRig),
};

/** The module that makes the environment, for worker threads to import. */
export const environmentUrl = new URL('./environment.ts', import.meta.url).href;
