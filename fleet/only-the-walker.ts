import { UserError } from '../base/failure/user-error.ts';

/** Actors know the Walker alone so far. @param character what was asked for. */
export function onlyTheWalker(character: unknown): UserError {
  return new UserError({
    what: 'actors know no character but the Walker yet',
    where: '--queue',
    value: character,
    mend: 'leave --queue out: this machine then does the work',
  });
}
