import { UserError } from '../../../base/failure/user-error.ts';

/**
 * A Unity that is not to be trained as it is: by its version, or by a behaviour in it. Started again it would be the same one,
 * whereas a message that is wrong (a reward of NaN, a size that changed) may never come again.
 */
export class UnfitUnity extends UserError {}

/** What the work comes to; a UserError that it throws is thrown as an UnfitUnity, by its own place or else by `where`. */
export function unlessUnfit<Result>(where: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UnfitUnity({ ...error.problem, where: error.problem.where ?? where }, { cause: error });
  }
}
