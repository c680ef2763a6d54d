/** Who is judged: ML-Agents' Walker, or the character that a file describes. What playing and telling need to know of it. */
import { worldNamed } from '../envs/walker/dialects.ts';
import { openWorlds } from '../envs/walker/open-worlds.ts';
import { type PhysicsSettings, unityPhysics } from '../envs/walker/physics-settings.ts';
import { walkerRig } from '../envs/walker/rig.ts';
import type { Task } from '../envs/walker/task.ts';
import { stockTask } from '../envs/walker/walker.ts';
import type { Worlds } from '../envs/walker/world.ts';
import { type Figure, figureOf, walkerFigure } from './gait.ts';

export interface Subject {
  readonly task: Task;
  readonly settings: PhysicsSettings;
  /** What is measured of its gait. */
  readonly figure: Figure;
  /** The world of this name, or the usual one. @throws UserError where there is none. */
  worldNamed(name: string | undefined): string;
  openWorlds(name: string, count: number): Promise<Worlds>;
}

const walker: Subject = {
  task: stockTask,
  settings: unityPhysics,
  figure: walkerFigure,
  worldNamed,
  openWorlds: (name, count) => openWorlds(name, count, walkerRig),
};

/**
 * @param character path of a character's file; undefined: the Walker.
 * @throws UserError where there is no such file, or it is wrong.
 */
export async function subjectOf(character: string | undefined): Promise<Subject> {
  if (character === undefined) return walker;
  const { openCharacter, openRagdollWorlds } = await import('../envs/ragdoll/open.ts');
  const { dialectNamed } = await import('../envs/ragdoll/character.ts');
  const opened = openCharacter(character);
  const { task, settings } = opened;
  return {
    task,
    settings,
    figure: figureOf(opened.ragdoll, settings, task),
    worldNamed: dialectNamed,
    openWorlds: (name, count) => openRagdollWorlds(opened, name, count),
  };
}
