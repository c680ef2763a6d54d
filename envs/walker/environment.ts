/** The environment module of the Walker: what a thread of Node makes its part of the world by. */
import type { EmbeddedEnvironment, EnvironmentModule, EnvironmentOptions } from '../env.ts';
import { behavior } from './behavior.ts';
import { worldNamed } from './dialects.ts';
import { openWorlds } from './open-worlds.ts';
import { checkParameters } from './parameters.ts';
import { WalkerEnvironment } from './walker-environment.ts';

export { behavior };

/**
 * Makes a group of walkers in Node.
 *
 * @throws UserError where an environment parameter is unknown or out of its range, or there is no such world.
 */
export async function createEnvironment(options: EnvironmentOptions): Promise<EmbeddedEnvironment> {
  checkParameters(options.parameters, worldNamed(options.world));
  return new WalkerEnvironment(await openWorlds(options.world, options.agents), options);
}

({ behavior, createEnvironment }) satisfies EnvironmentModule;
