/**
 * Plays certain episodes, many side by side: each row of an environment takes the next one when its last has ended, so that all
 * lanes of the simulator work and the policy answers whole batches.
 *
 * What comes of an episode depends on its start, its world's seed, its noise and its actions alone, not on its row or on who plays beside it. So
 * the same trials give the same episodes, however they are dealt out to rows, environments and threads, if the policy answers a row
 * the same in every batch: onnxruntime does in batches of one size, which is why `act` is always asked about all rows.
 */
import type { RandomStream } from '../base/random/stream.ts';
import type { EmbeddedEnvironment, Episode, EpisodeStart } from '../envs/env.ts';

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
  const isBusy = new Uint8Array(environment.agents);
  const observations = new Float32Array(environment.agents * observationSize);

  /** Lets a row take the next trial, if there is one. */
  const takeNext = (row: number) => {
    const { done, value: trial } = waiting.next();
    isBusy[row] = done ? 0 : 1;
    const seen = environment.begin(row, done ? undefined : trial);
    if (done) return;
    rows[row] = { trial, noise: noiseOf(trial) };
    observations.set(seen, row * observationSize);
  };

  for (let row = 0; row < environment.agents; row++) takeNext(row);
  // Where there are fewer trials than rows, those without one are asked about too; with a stream of their own, as it is drawn from.
  for (let row = rows.length; row > 0 && row < environment.agents; row++) {
    const { trial } = rows[0]!;
    rows[row] = { trial, noise: noiseOf(trial) };
  }
  while (isBusy.includes(1) && !signal?.aborted) {
    const actions = await act(observations, rows);
    const step = await environment.step(actions);
    observations.set(step.observations);
    for (let row = 0; row < environment.agents; row++) {
      if (!isBusy[row] || !(step.terminated[row] || step.truncated[row])) continue;
      const { trial } = rows[row]!;
      const episode = step.episodes.find(({ agent, episode }) => agent === trial.agent && episode === trial.episode);
      ended(trial, episode!);
      takeNext(row);
    }
  }
}
