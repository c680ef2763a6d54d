/** What came of the episodes that a policy played: over all of them, and by target speed. */

import { walkerParameters } from '../envs/walker/parameters.ts';
import { unityPhysics } from '../envs/walker/physics-settings.ts';
import { type Estimate, estimate } from './estimate.ts';
import { type Figure, type Foothold, footholds, walkerFigure } from './gait.ts';
import { compareFalls, compareReturns, type PairedFalls } from './paired.ts';
import type { MeteredEpisode, PlayedEpisode } from './play.ts';

/** How a policy fared in some episodes. A share is from 0 to 1. */
export interface Fared {
  readonly episodes: number;
  readonly falls: number;
  /** Share of the episodes that ended in a fall. */
  readonly falls_share: number;
  /** Physics steps in all over falls; null where nobody fell. */
  readonly steps_per_fall: number | null;
  /** Mean reward of an episode, */
  readonly reward: number;
  /** the half-width of its 95 % confidence interval by Student's t (infinite for one episode, null in JSON), */
  readonly reward_ci95: number;
  /** and of a physics step. */
  readonly reward_per_step: number;
  /** Mean length of an episode in physics steps. */
  readonly steps: Estimate;
  /** Share of episodes that lasted to the cap. */
  readonly capped_share: number;
  readonly blow_ups: number;
  readonly targets_touched: number;
  /** Speed held: along the goal, m/s. */
  readonly mean_speed: number;
  /** The same more than three seconds after the start and after each new target, which may lie behind it; null where it never was. */
  readonly speed_under_way: number | null;
  /** Mean distance of the velocity from what is wanted, m/s: towards the goal at the target speed. */
  readonly speed_error: number;
  /** Work of all joints, J for each metre towards the goal; null where there was none. */
  readonly energy_per_metre: number | null;
  /** The same over the walker's weight in Unity's scene: joules a metre and newton; null where it made no way. */
  readonly cost_of_transport: number | null;
  /** Mean change of an action, -1 to 1, from one decision to the next: 0 is perfectly smooth. */
  readonly action_change: number;
  /** Shares of physics steps with the left foot alone on the ground, the right one alone, both, none. */
  readonly foot_contact: Readonly<Record<Foothold, number>>;
  /** The hips' speed across the way to the goal, m/s, root of the mean square. */
  readonly sway: number;
  /** How often each body's touch of the ground ended an episode, most often first. */
  readonly fallen: Readonly<Record<string, number>>;
}

/** Those episodes whose target speeds lie from .. to, m/s, the first not among them. */
export interface Band extends Fared {
  readonly speed: readonly [number, number];
}

/** Unity's scene has targets up to 10 m/s; what is above has one band for all. */
const bandEdges = [0, 2, 4, 6, 8, 10, walkerParameters.target_speed_max.high] as const;

/** N, in Unity's scene. */
function weightOf({ gravity, masses }: Figure): number {
  return gravity * masses.reduce((sum, mass) => sum + mass, 0);
}

/** @param played one at least. */
export function faredIn(played: readonly MeteredEpisode[], figure: Figure = walkerFigure): Fared {
  const episodes = played.length;
  const rewards = estimate(played.map(({ reward }) => reward));
  const falls = count(played, 'fell');
  const steps = total(played, ({ steps }) => steps);
  const distance = total(played, ({ meanSpeed, steps }) => meanSpeed * steps) * unityPhysics.step;
  const stepsUnderWay = total(played, ({ gait }) => gait.underWay.steps);
  const contact = (foothold: Foothold) => total(played, ({ gait }) => gait.contact[foothold]) / steps;
  return {
    episodes,
    falls,
    falls_share: falls / episodes,
    steps_per_fall: falls === 0 ? null : steps / falls,
    reward: rewards.mean,
    reward_ci95: rewards.plusMinus,
    reward_per_step: total(played, ({ reward }) => reward) / steps,
    steps: estimate(played.map(({ steps }) => steps)),
    capped_share: count(played, 'cut off') / episodes,
    blow_ups: count(played, 'blew up'),
    targets_touched: total(played, ({ targetsTouched }) => targetsTouched),
    mean_speed: distance / unityPhysics.step / steps,
    speed_under_way: stepsUnderWay > 0 ? total(played, ({ gait }) => gait.underWay.speed) / stepsUnderWay : null,
    speed_error: total(played, ({ gait }) => gait.speedError) / steps,
    energy_per_metre: distance > 0 ? total(played, ({ gait }) => gait.work) / distance : null,
    cost_of_transport: distance > 0 ? total(played, ({ gait }) => gait.work) / distance / weightOf(figure) : null,
    action_change: total(played, ({ actionChange, steps }) => actionChange * steps) / steps,
    foot_contact: Object.fromEntries(footholds.map((foothold) => [foothold, contact(foothold)])) as Record<
      Foothold,
      number
    >,
    sway: Math.sqrt(total(played, ({ gait }) => gait.sideways) / steps),
    fallen: fallenIn(played),
  };
}

/** Bands of target speeds that an episode had its own in. */
export function bandsOf(played: readonly MeteredEpisode[], figure: Figure = walkerFigure): Band[] {
  return bandEdges.slice(1).flatMap((high, which): Band[] => {
    const low = bandEdges[which]!;
    const inside = played.filter(({ targetSpeed }) => targetSpeed > low && targetSpeed <= high);
    return inside.length === 0 ? [] : [{ speed: [low, high], ...faredIn(inside, figure) }];
  });
}

/** A policy next to another one on the same episodes. */
export interface Comparison {
  /** Mean of its rewards less the other's, */
  readonly difference: number;
  /** and the half-width of its 95 % confidence interval, by Student's t of the pairs. */
  readonly difference_ci95: number;
  /** The smallest difference that a one-sided test at 5 % would see 80 times in 100. */
  readonly detectable: number;
  /** Of the two rewards of a pair; null where those of one never vary. */
  readonly correlation: number | null;
  /** Episodes that only the other one fell in (`onlyFirst`), only this one (`onlySecond`), and McNemar's exact p. */
  readonly paired_falls: PairedFalls;
}

/** @param played of the policy, and @param other of the other one: the same episodes. */
export function comparisonOf(played: readonly PlayedEpisode[], other: readonly PlayedEpisode[]): Comparison {
  const { difference, detectable, correlation } = compareReturns(other.map(rewardOf), played.map(rewardOf));
  return {
    difference: difference.mean,
    difference_ci95: difference.plusMinus,
    detectable,
    correlation,
    paired_falls: compareFalls(other.map(hasFallen), played.map(hasFallen)),
  };
}

export function rewardOf({ reward }: Pick<PlayedEpisode, 'reward'>): number {
  return reward;
}

/** Whether it ended before its time, by a fall or because its physics broke down. */
export function hasFallen({ outcome }: Pick<PlayedEpisode, 'outcome'>): boolean {
  return outcome !== 'cut off';
}

function fallenIn(played: readonly PlayedEpisode[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { fallenBody } of played) {
    if (fallenBody !== null) counts[fallenBody] = (counts[fallenBody] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}

function count(played: readonly PlayedEpisode[], how: PlayedEpisode['outcome']): number {
  return played.filter(({ outcome }) => outcome === how).length;
}

function total(played: readonly MeteredEpisode[], of: (episode: MeteredEpisode) => number): number {
  return played.reduce((sum, episode) => sum + of(episode), 0);
}
