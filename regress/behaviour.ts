/** Plays a candidate in the baseline's episodes, look by look, until the rule has a verdict. */
import type { PlayedEpisode } from '../evaluate/play.ts';
import type { PlayRequest, PlaysEpisodes, PlayWatch } from '../evaluate/players.ts';
import type { PolicyFile } from '../evaluate/policy-file.ts';
import { hasFallen, rewardOf } from '../evaluate/report.ts';
import type { Baseline, BaselineSettings } from './baseline.ts';
import { LOOKS, type Look, lookAt, type Verdict } from './rule.ts';

export interface Behaviour extends Look {
  readonly verdict: Verdict;
  /** Looks that it took. */
  readonly looks: number;
  /** Episodes of the candidate whose physics broke down. */
  readonly blowUps: number;
  /** Of the candidate, those that were played. */
  readonly returns: readonly number[];
  readonly fell: readonly boolean[];
}

/** What to play, by a baseline's settings. */
export function requestOf(
  policy: PolicyFile,
  { seed, speeds, parameters, deterministic, world, character }: BaselineSettings,
): Omit<PlayRequest, 'from' | 'to'> {
  return { policy, deterministic, world, character, plan: { seed, speeds, parameters } };
}

export async function playAgainst({
  policy,
  baseline,
  players,
  watch,
  margin,
}: {
  readonly policy: PolicyFile;
  readonly baseline: Baseline;
  readonly players: PlaysEpisodes;
  readonly watch: PlayWatch;
  readonly margin: number;
}): Promise<Behaviour> {
  const total = baseline.episodes.returns.length;
  const played: PlayedEpisode[] = [];
  for (let look = 1; ; look++) {
    const [from, to] = [look - 1, look].map((each) => Math.round((total * each) / LOOKS)) as [number, number];
    const progress = (done: number) => watch.progress?.(from + done, total);
    played.push(...(await players.play({ ...requestOf(policy, baseline.settings), from, to }, { ...watch, progress })));
    const found = judgedSoFar(baseline, played, look, margin);
    if (found.verdict !== null) return found as Behaviour;
  }
}

/** What can be said after a look. A walker that breaks physics has failed, whatever else it earned. */
export function judgedSoFar(
  baseline: Baseline,
  played: readonly PlayedEpisode[],
  look: number,
  margin: number,
): Omit<Behaviour, 'verdict'> & { readonly verdict: Verdict | null } {
  const { returns, fell } = baseline.episodes;
  const candidate = { returns: played.map(rewardOf), fell: played.map(hasFallen) };
  const same = { returns: returns.slice(0, played.length), fell: fell.slice(0, played.length).map(Boolean) };
  const found = lookAt(same, candidate, look, margin);
  const blowUps = played.filter(({ outcome }) => outcome === 'blew up').length;
  return { ...found, verdict: blowUps > 0 ? 'fail' : found.verdict, looks: look, blowUps, ...candidate };
}
