/** The Walker as the world of a player. */
import { behavior, environmentUrl } from '../../walker/behavior.ts';
import { walkerParameters } from '../../walker/parameters.ts';
import { unityPhysics } from '../../walker/physics-settings.ts';
import { stepsPerDecision } from '../../walker/walker.ts';
import type { PlayerWorld } from './player.ts';

export const walkerWorld: PlayerWorld = {
  environment: environmentUrl,
  behavior,
  parameters: walkerParameters,
  stepsPerDecision,
  seconds: unityPhysics.step,
};
