/** Who is judged: ML-Agents' Walker, or the character that a file describes (subject-of.ts). What playing and telling need to know of it. */
import { worldNamed } from '../envs/walker/dialects.ts';
import { walkerShown } from '../envs/walker/looks.ts';
import { openWorlds } from '../envs/walker/open-worlds.ts';
import type { PhysicsSettings } from '../envs/walker/physics-settings.ts';
import { walkerRig } from '../envs/walker/rig.ts';
import type { Ragdoll } from '../envs/walker/scene-of-rig.ts';
import type { Task } from '../envs/walker/task.ts';
import type { Worlds } from '../envs/walker/world.ts';
import { type Figure, walkerFigure } from './gait.ts';

export interface Subject {
  readonly ragdoll: Ragdoll;
  readonly task: Task;
  readonly settings: PhysicsSettings;
  /** What is measured of its gait. */
  readonly figure: Figure;
  /** The world of this name, or the usual one. @throws UserError where there is none. */
  worldNamed(name: string | undefined): string;
  openWorlds(name: string, count: number): Promise<Worlds>;
}

export const walkerSubject: Subject = {
  ...walkerShown,
  figure: walkerFigure,
  worldNamed,
  openWorlds: (name, count) => openWorlds(name, count, walkerRig),
};
