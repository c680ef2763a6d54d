/** What is played and painted for a report where nobody has done it yet: an evaluation of the policy, and its walk as a contact sheet. */
import { UserError } from '../base/failure/user-error.ts';
import type { Shown } from '../envs/walker/looks.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { PlayWatch } from '../evaluate/players.ts';
import { readPolicyFile } from '../evaluate/policy-file.ts';
import { subjectOf } from '../evaluate/subject-of.ts';
import { sheetOf } from '../film/film.ts';
import { openPolicy } from '../film/policy.ts';
import { type Recording, record, usualSpeeds } from '../film/record.ts';
import type { EvaluationTold, Missing, RunFiles } from './read-run.ts';
import type { ContactSheet } from './run-page.ts';

/** Of as many episodes at each speed the straightest stretch is shown. */
const TRIES = 4;
/** Of the stretch, and of the part of each episode that it is taken from. */
const SECONDS = { stretch: 4, episode: 8 };
/** Edge of a picture, pixels. */
const EDGE = 200;

export interface MadeForIt {
  readonly evaluation?: EvaluationTold;
  readonly sheet?: ContactSheet;
  /** Why not, such as of a policy that is none of its character. */
  readonly missing: readonly Missing[];
}

/**
 * @param episodes of the evaluation, 0 for none.
 * @param world that the run was trained in.
 * @param character path of the file of whom it trained; undefined: the Walker.
 */
export async function madeFor(
  { policy }: Pick<RunFiles, 'policy'>,
  {
    episodes,
    world,
    character,
  }: { readonly episodes: number; readonly world: string | undefined; readonly character?: string | undefined },
  watch: PlayWatch,
): Promise<MadeForIt> {
  try {
    const sheet = await contactSheet(policy, await subjectOf(character), world, watch.signal);
    if (episodes === 0) return { sheet, missing: [] };
    const evaluation = await evaluate({ policy: readPolicyFile(policy), episodes, world, character }, watch);
    return { sheet, evaluation, missing: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { missing: [{ what: `The policy could not be played: ${error.message}` }] };
  }
}

async function contactSheet(
  path: string,
  shown: Shown,
  world: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ContactSheet> {
  const policy = await openPolicy(path, shown.task.behavior);
  const recordings: Recording[] = [];
  try {
    for (const speed of usualSpeeds(shown)) {
      const { stretch: seconds, episode: secondsOfEpisode } = SECONDS;
      recordings.push(
        await record(policy, { shown, speed, seed: 0, tries: TRIES, seconds, secondsOfEpisode, world, signal }),
      );
    }
  } finally {
    await policy.close();
  }
  const did = ({ speed, walked, fellAfter }: Recording) =>
    `asked ${speed} m/s, ${fellAfter === null ? `it walks ${walked.toFixed(1)} m/s` : `it falls after ${fellAfter.toFixed(1)} s`}`;
  return { bytes: sheetOf(recordings, EDGE), alternative: `By its mean actions: ${recordings.map(did).join('; ')}.` };
}
