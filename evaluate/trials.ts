/**
 * Plays certain episodes of an environment, many side by side.
 *
 * What comes of an episode depends on its start, its world's seed, its noise and its actions alone, not on its row or on who plays beside it. So
 * the same trials give the same episodes, however they are dealt out to rows, environments and threads, if the policy answers a row
 * the same in every batch: onnxruntime does in batches of one size, which is why `act` is always asked about all rows.
 */
import type { RandomStream } from '../base/random/stream.ts';
import type { EmbeddedEnvironment, Episode, EpisodeStart } from '../envs/env.ts';
import { keepBusy } from './busy-rows.ts';

/** Rows that pay: two groups of the simulator's four lanes, and a batch that costs onnxruntime hardly more than one row. */
export const rowsOfTrials = 8;

/** Who plays in a row. */
export interface TrialRow<Trial extends EpisodeStart = EpisodeStart> {
  /** The last one where nothing is played in the row any more. */
  readonly trial: Trial;
  readonly noise: RandomStream;
}

export interface TrialsOptions<Trial extends EpisodeStart> {
  /** With as many rows as are to be played side by side; its seed is that of the episodes. */
  readonly environment: EmbeddedEnvironment;
  /** What is to be played; may be shared with other environments, each taking the next one when it has a row for it. */
  readonly trials: Iterable<Trial>;
  /** The stream that the actions of a trial are drawn with. */
  noiseOf(trial: Trial): RandomStream;
  /**
   * What the policy does, [rows, observationSize] to [rows, actionSize], each in [-1, 1]. Rows that nothing is played in hold what was there last.
   */
  act(observations: Float32Array, rows: readonly TrialRow<Trial>[]): Promise<Float32Array>;
  /** Told of each episode as it ends. */
  ended(trial: Trial, episode: Episode): void;
  /** Once aborted, what is being played is left. */
  readonly signal?: AbortSignal | undefined;
}

/** Plays all trials. */
export async function playTrials<Trial extends EpisodeStart>(options: TrialsOptions<Trial>): Promise<void> {
  const { environment, trials, noiseOf, act, ended, signal } = options;
  const { observationSize } = environment.behavior;
  const waiting = trials[Symbol.iterator]();
  const rows: TrialRow<Trial>[] = [];
  const observations = new Float32Array(environment.agents * observationSize);

  await keepBusy<Trial>({
    rows: environment.agents,
    take() {
      const { done, value: trial } = waiting.next();
      return done ? undefined : trial;
    },
    begin(row, trial) {
      const seen = environment.begin(row, trial);
      if (trial) {
        rows[row] = { trial, noise: noiseOf(trial) };
        observations.set(seen, row * observationSize);
      } else if (!rows[row] && rows[0]) {
        // Where there are fewer trials than rows, those without one are asked about too; with a stream of their own, as it is drawn from.
        rows[row] = { trial: rows[0].trial, noise: noiseOf(rows[0].trial) };
      }
    },
    async decide(isBusy) {
      const { terminated, truncated, episodes, ...step } = await environment.step(await act(observations, rows));
      observations.set(step.observations);
      return [...rows.keys()].filter((row) => {
        if (!isBusy[row] || !(terminated[row] || truncated[row])) return false;
        const { trial } = rows[row]!;
        ended(trial, episodes.find(({ agent, episode }) => agent === trial.agent && episode === trial.episode)!);
        return true;
      });
    },
    isStopped: () => signal?.aborted === true,
  });
}
