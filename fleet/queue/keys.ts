/** What lies where in the Redis. Everything of a run has one prefix; the braces keep it in one slot of a cluster. */
import { UserError } from '../../base/failure/user-error.ts';

/** The runs that there are, by when their dispatcher was last heard of, ms. */
export const RUNS = 'gaitsmith:runs';
/** Where actors are told that there is something to do. */
export const BELL = 'gaitsmith:bell';
/** Each actor's word about itself. */
export const ACTORS = 'gaitsmith:actor:';

const GIVEN_UP = ':given-up';
const NAME = /^[\w.-]{1,64}$/;

/** @throws UserError for a name that could not be a part of a key. */
export function keysOf(run: string) {
  if (!NAME.test(run)) {
    throw new UserError({
      what: 'a run in the queue cannot be called that',
      value: run,
      expected: 'up to 64 letters, digits, points, dashes and underscores',
    });
  }
  const prefix = `gaitsmith:{${run}}:`;
  return {
    prefix,
    /** Which version it is of. */
    meta: `${prefix}meta`,
    /** BullMQ's keys begin so. */
    jobs: `${prefix}queue`,
    /** A file that records name. */
    file: (sha256: string) => `${prefix}file:${sha256}`,
    /** All of a job but its place in the queue begins so. */
    job: (job: string) => `${prefix}job:${job}:`,
    /** Where a job stands; its result; their files; and that nobody waits for it any more. */
    state: (job: string) => `${prefix}job:${job}:state`,
    result: (job: string) => `${prefix}job:${job}:result`,
    fileOf: (job: string, sha256: string) => `${prefix}job:${job}:file:${sha256}`,
    givenUp: (job: string) => `${prefix}job:${job}${GIVEN_UP}`,
    /** Where its dispatcher is told how jobs go on. */
    told: `${prefix}told`,
    /** Its dispatcher's last sign of life. */
    alive: `${prefix}alive`,
  };
}

/** Whether it is the key of a job that nobody waits for any more. */
export function isGivenUp(key: string): boolean {
  return key.endsWith(GIVEN_UP);
}

export type RunKeys = ReturnType<typeof keysOf>;
