import type { Baseline } from '../../regress/baseline.ts';

/**
 * A baseline by which its own policy is undecided, whatever the policy: half of its mean return is added to the return of every other
 * episode and taken from those between. The pairs of a look then differ by nothing in the mean, and by so much one by one
 * that no margin below 10 % is in sight of 48 pairs.
 *
 * @param text the file's, of a baseline with a multiple of eight episodes: each of the four looks has as many of either kind.
 * @returns the new file's text.
 */
export function undecidedBaseline(text: string): string {
  const baseline = JSON.parse(text) as Baseline;
  const { returns } = baseline.episodes;
  const half = returns.reduce((sum, each) => sum + each, 0) / returns.length / 2;
  const moved = returns.map((each, index) => each + (index % 2 ? half : -half));
  return JSON.stringify({ ...baseline, episodes: { ...baseline.episodes, returns: moved } });
}
