/** A character, ready to live: what its two files come to. Nothing here needs Node. */
import { nearestName } from '../../base/failure/nearest-name.ts';
import { UserError } from '../../base/failure/user-error.ts';
import type { DialectName } from '../../physics/dialects.ts';
import { type PhysicsSettings, unityPhysics } from '../walker/physics-settings.ts';
import type { Ragdoll } from '../walker/scene-of-rig.ts';
import type { Task } from '../walker/task.ts';
import type { CharacterFile } from './character-file.ts';
import type { RigFile } from './rig-file.ts';
import { ragdollOfFile, settingsOf } from './scene.ts';
import { ragdollWorlds, taskOf } from './task.ts';

export interface Character {
  readonly rig: RigFile;
  readonly file: CharacterFile;
  readonly ragdoll: Ragdoll;
  readonly task: Task;
  readonly settings: PhysicsSettings;
}

/**
 * @param where the character's file, for messages.
 * @throws UserError naming what no world of ours can carry, or what its reward names wrongly.
 */
export function characterOf(rig: RigFile, file: CharacterFile, where: string): Character {
  return {
    rig,
    file,
    ragdoll: ragdollOfFile(rig, file, where),
    task: taskOf(rig, file, where),
    settings: settingsOf(file, unityPhysics),
  };
}

/** @throws UserError where there is no such world, or it carries the Walker alone. */
export function dialectNamed(name: string = ragdollWorlds[0]): DialectName {
  const found = ragdollWorlds.find((known) => known === name);
  if (found) return found;
  const near = nearestName(name, ragdollWorlds);
  throw new UserError({
    what: name === 'physx' ? 'the world physx carries the Walker alone' : 'there is no such world of ragdolls',
    where: 'world',
    value: name,
    expected: `one of ${ragdollWorlds.join(', ')}`,
    ...(near ? { mend: `write ${near} instead of ${name}` } : {}),
  });
}
