/** Who is judged, by the character's file that names it. */
import { worldNamed } from '../envs/walker/dialects.ts';
import { figureOf } from './gait.ts';
import { type Subject, walkerSubject } from './subject.ts';

/**
 * @param character path of a character's file; undefined: the Walker.
 * @throws UserError where there is no such file, or it is wrong.
 */
export async function subjectOf(character: string | undefined): Promise<Subject> {
  if (character === undefined) return walkerSubject;
  const { openCharacter, openRagdollWorlds } = await import('../envs/ragdoll/open.ts');
  const opened = openCharacter(character);
  const { ragdoll, task, settings } = opened;
  return {
    ragdoll,
    task,
    settings,
    figure: figureOf(ragdoll, settings, task),
    worldNamed,
    openWorlds: (name, count) => openRagdollWorlds(opened, name, count),
  };
}
