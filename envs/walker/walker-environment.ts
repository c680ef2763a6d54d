/** The Walker as an `Environment`: a group of walkers, each in a world of its own, that decide together. */
import type { EnvironmentOptions } from '../env.ts';
import { AgentsEnvironment } from './agents-environment.ts';
import { type PhysicsSettings, unityPhysics } from './physics-settings.ts';
import { type Rig, walkerRig } from './rig.ts';
import { walkerTask } from './walker.ts';
import type { World, Worlds } from './world.ts';

export class WalkerEnvironment<In extends World = World> extends AgentsEnvironment<In> {
  constructor(
    worlds: Worlds<In>,
    options: EnvironmentOptions,
    rig: Rig = walkerRig,
    settings: PhysicsSettings = unityPhysics,
  ) {
    super(worlds, options, walkerTask(rig), settings);
  }
}
