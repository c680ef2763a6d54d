/** A character, ready to live: what its two files come to. Nothing here needs Node. */
import { type PhysicsSettings, unityPhysics } from '../walker/physics-settings.ts';
import type { Ragdoll } from '../walker/scene-of-rig.ts';
import type { Task } from '../walker/task.ts';
import type { CharacterFile } from './character-file.ts';
import type { RigFile } from './rig-file.ts';
import { ragdollOfFile, settingsOf } from './scene.ts';
import { taskOf } from './task.ts';

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
