/** When a run ends before max_steps: at a score (`stop_at_reward`), or on a plateau (`stop_on_plateau`). */
import { deepEqual } from '../../base/deep-equal.ts';
import type { GaitsmithSettings } from '../configuration/gaitsmith-settings.ts';
import type { HeldOut } from './held-out.ts';
import { isFull, type RecentEpisodes, recentReward } from './recent-episodes.ts';

type Rules = Pick<GaitsmithSettings, 'stop_at_reward' | 'stop_on_plateau'>;

/** Why a run has stopped, and by which rules. */
export interface Stopped {
  readonly why: string;
  readonly by: Rules;
}

/** What the rules look at. */
export interface Standing {
  readonly step: number;
  /** The held-out evaluation that has just been made; undefined where there was none now. */
  readonly heldOut: HeldOut | undefined;
  /** Evaluations since the best one. */
  readonly evaluationsSinceBest: number;
  readonly recent: RecentEpisodes;
}

/** @returns why the run is to stop, by its rules; undefined where it goes on. */
export function stopped(settings: GaitsmithSettings, standing: Standing): Stopped | undefined {
  const why = atReward(settings, standing) ?? onPlateau(settings, standing);
  return why === undefined ? undefined : { why, by: rulesOf(settings) };
}

/** Whether a run that has stopped stays so: by other rules it goes on. */
export function staysStopped(settings: GaitsmithSettings, before: Stopped | undefined): before is Stopped {
  return before !== undefined && deepEqual(before.by, rulesOf(settings));
}

function atReward(
  { stop_at_reward: wanted, evaluation_interval }: GaitsmithSettings,
  { heldOut, recent }: Standing,
): string | undefined {
  if (wanted === null) return undefined;
  const isReached = (reward: number | undefined): reward is number => reward !== undefined && reward >= wanted;
  const earned = evaluation_interval > 0 ? heldOut?.reward : isFull(recent) ? recentReward(recent)?.mean : undefined;
  if (!isReached(earned)) return undefined;
  const what = evaluation_interval > 0 ? 'the held-out reward' : 'the mean reward of the last 100 episodes';
  return `${what}, ${earned.toFixed(2)}, has come to stop_at_reward, ${wanted}`;
}

function onPlateau(
  { stop_on_plateau: plateau }: GaitsmithSettings,
  { step, heldOut, evaluationsSinceBest }: Standing,
): string | undefined {
  if (plateau === null || heldOut === undefined) return undefined;
  if (step < plateau.from_step || evaluationsSinceBest < plateau.evaluations) return undefined;
  return `no policy was better than the best in ${evaluationsSinceBest} evaluations (stop_on_plateau)`;
}

function rulesOf({ stop_at_reward, stop_on_plateau }: GaitsmithSettings): Rules {
  return { stop_at_reward, stop_on_plateau };
}
