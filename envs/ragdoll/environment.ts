/** The environment module of the character that its own address names: see environment-url.ts. */
import type { EmbeddedEnvironment, EnvironmentOptions } from '../env.ts';
import { AgentsEnvironment } from '../walker/agents-environment.ts';
import { worldNamed } from '../walker/dialects.ts';
import { checkParameters } from '../walker/parameters.ts';
import { openCharacter, openRagdollWorlds } from './open.ts';

const character = openCharacter(new URL(import.meta.url).searchParams.get('character')!);

export const { behavior } = character.task;

/**
 * Makes a group of its agents in Node.
 *
 * @throws UserError where an environment parameter is unknown or out of its range, or there is no such world.
 */
export async function createEnvironment(options: EnvironmentOptions): Promise<EmbeddedEnvironment> {
  const { task, settings } = character;
  checkParameters(options.parameters, worldNamed(options.world), task.parameters);
  return new AgentsEnvironment(
    await openRagdollWorlds(character, options.world, options.agents),
    options,
    task,
    settings,
  );
}
