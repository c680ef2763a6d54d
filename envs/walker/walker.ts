/** The Walker as an agent: ML-Agents' tables of observations and actions, its reward and its endings as a task. */
import { actionSize, jointActions, Muscles } from './action.ts';
import { Agent } from './agent.ts';
import { behavior } from './behavior.ts';
import { limbsOf } from './limbs.ts';
import { observationLayout, speedError } from './observation.ts';
import { noiseScaleOf } from './observation-noise.ts';
import { type WalkerParameters, walkerParameters } from './parameters.ts';
import { type PhysicsSettings, unityPhysics } from './physics-settings.ts';
import { fallReward, lookReward, speedReward, targetReward } from './reward.ts';
import { bodyIndex, type Rig, walkerRig } from './rig.ts';
import type { Task } from './task.ts';
import type { World } from './world.ts';

export type { Outcome } from './agent.ts';
export { decideTogether } from './decide-together.ts';

/** Physics steps from one decision to the next. */
export const stepsPerDecision = 5;

/** The target's middle is placed around (0, 1, 1) and at this height, whence it falls. */
export const targetPlace = { x: 0, y: 1, z: 1 };

/** What a Walker of this rig is about. */
export function walkerTask(rig: Rig): Task {
  const { bodies } = rig;
  const layout = observationLayout(rig);
  const head = bodyIndex(rig, 'head');
  return {
    behavior,
    parameters: walkerParameters,
    stepsPerDecision,
    masses: bodies.map(({ mass }) => mass),
    averaged: Int32Array.from(bodies.keys()),
    frame: { body: 0, lag: 0 },
    target: { center: [targetPlace.x, targetPlace.y, targetPlace.z], reward: targetReward },
    fall: {
      bodies: Int32Array.from(bodies.flatMap(({ mayTouchGround }, body) => (mayTouchGround ? [] : [body]))),
      reward: fallReward,
    },
    layout,
    noiseScales: noiseScaleOf(
      layout,
      bodies.map(({ name }) => name),
    ),
    limbs: limbsOf(rig, unityPhysics),
    keepsMore: false,
    muscles: () => new Muscles(jointActions(rig), bodies.length, actionSize),
    reward: () => ({
      compute(state) {
        const { bodies, goal, targetSpeed } = state;
        const at = bodies.rotation.first + head * bodies.rotation.body;
        return speedReward(speedError(state), targetSpeed) * lookReward(bodies.floats, bodies.part, at, goal);
      },
    }),
  };
}

/** That of the Walker as it is today. */
export const stockTask = walkerTask(walkerRig);

export class Walker<In extends World = World> extends Agent<In> {
  constructor(world: In, rig: Rig, parameters: WalkerParameters, settings: PhysicsSettings = unityPhysics) {
    super(world, rig === walkerRig ? stockTask : walkerTask(rig), parameters, settings);
  }
}
