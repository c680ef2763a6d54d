/** The Walker as the world of a player. */
import { weightParameters } from '../../reward-terms/reward-terms.ts';
import { terrainParameters } from '../../terrain.ts';
import { behavior } from '../../walker/behavior.ts';
import type { WorldName } from '../../walker/dialects.ts';
import { environmentUrl } from '../../walker/environment-url.ts';
import { walkerParameters } from '../../walker/parameters.ts';
import { unityPhysics } from '../../walker/physics-settings.ts';
import { solverParameters } from '../../walker/solver-parameters.ts';
import { stepsPerDecision } from '../../walker/walker.ts';
import type { PlayerWorld } from './player.ts';

export const walkerWorld: PlayerWorld = {
  environment: environmentUrl,
  behavior,
  parameters: { ...walkerParameters, ...terrainParameters, ...weightParameters, ...solverParameters },
  stepsPerDecision,
  seconds: unityPhysics.step,
};

/** The same in one of the Walker's worlds. PhysX solves as it does, on flat ground: there nothing of either can be set. */
export function walkerWorldNamed(world: WorldName | undefined): PlayerWorld {
  return {
    ...walkerWorld,
    world,
    ...(world === 'physx' ? { parameters: { ...walkerParameters, ...weightParameters } } : {}),
  };
}
