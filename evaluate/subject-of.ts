/** Who is judged, by the character's file that names it. */
import { figureOf } from './gait.ts';
import { type Subject, walkerSubject } from './subject.ts';

/**
 * @param character path of a character's file; undefined: the Walker.
 * @throws UserError where there is no such file, or it is wrong.
 */
export async function subjectOf(character: string | undefined): Promise<Subject> {
  if (character === undefined) return walkerSubject;
  const { characterFileOf, openCharacter, openRagdollWorlds } = await import('../envs/ragdoll/open.ts');
  const { dialectNamed } = await import('../envs/ragdoll/character.ts');
  const opened = openCharacter(characterFileOf(character));
  const { task, settings } = opened;
  return {
    task,
    settings,
    figure: figureOf(opened.ragdoll, settings, task),
    worldNamed: dialectNamed,
    openWorlds: (name, count) => openRagdollWorlds(opened, name, count),
  };
}
