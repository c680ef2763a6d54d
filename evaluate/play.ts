/**
 * Plays episodes with a policy, some side by side: a lane of the simulator each, and all of them decide together.
 *
 * What comes of an episode depends on its number alone. Its lane and its neighbours change nothing in the simulator, and the
 * policy always decides on as many rows, for how onnxruntime multiplies may depend on that.
 */
import { behavior } from '../envs/walker/behavior.ts';
import type { WorldName } from '../envs/walker/dialects.ts';
import { openWorlds } from '../envs/walker/open-worlds.ts';
import { walkerRig } from '../envs/walker/rig.ts';
import { decideTogether, type Outcome, Walker } from '../envs/walker/walker.ts';
import { type EpisodePlan, startOf } from './episodes.ts';
import { type Gait, MeteredWorld } from './gait.ts';
import { RunningStatistics, type Sums } from './running-statistics.ts';
import { Smoothness } from './smoothness.ts';
import type { WalkerPolicy } from './walker-policy.ts';

/** Episodes side by side: two vectors of the simulator. Part of what numbers may depend on, so it is no setting. */
export const LANES = 8;

/** An episode that has ended, and how it went. */
export interface PlayedEpisode {
  readonly episode: number;
  /** m/s. */
  readonly targetSpeed: number;
  /** Sum over the episode. */
  readonly reward: number;
  /** In physics steps. */
  readonly steps: number;
  readonly outcome: Exclude<Outcome, 'goes on'>;
  /** The body whose touch of the ground ended it; null where none did. */
  readonly fallenBody: string | null;
  /** Mean of the mean velocity along the goal, m/s. */
  readonly meanSpeed: number;
  readonly targetsTouched: number;
  /** Mean change of an action, -1 to 1, from one decision to the next, over the 39; 0 where there was one decision. */
  readonly actionChange: number;
  readonly gait: Gait;
  /** Of what was observed, where that was asked for. */
  readonly observed?: Sums;
}

export interface PlayOptions {
  readonly plan: EpisodePlan;
  readonly world: WorldName;
  /** Whether episodes tell what was observed in them. */
  readonly observed?: boolean;
}

/** Who deals out the episodes. */
export interface Dealer {
  /** The number of the next episode to begin; undefined where there is none. */
  take(): number | undefined;
  /** Whether to leave off in the middle. */
  isStopped(): boolean;
  /** Told of each as it ends. */
  ended(episode: PlayedEpisode): void;
}

export async function playEpisodes(
  policy: WalkerPolicy,
  { plan, world, observed = false }: PlayOptions,
  dealer: Dealer,
): Promise<void> {
  const { observationSize: size } = behavior;
  const worlds = await openWorlds(world, LANES);
  try {
    const lanes = worlds.each.map((each) => new Lane(new MeteredWorld(each), plan, observed));
    for (const lane of lanes) lane.startNext(dealer.take());
    const observations = new Float32Array(LANES * size);
    while (lanes.some(({ isBusy }) => isBusy) && !dealer.isStopped()) {
      lanes.forEach((lane, row) => {
        if (lane.isBusy) lane.observe(observations, row * size);
      });
      const actions = await policy.act(
        observations,
        lanes.map(({ noise }) => noise),
      );
      lanes.forEach((lane, row) => {
        if (lane.isBusy) lane.decided(actions, row * behavior.actionSize);
      });
      decideTogether(
        worlds,
        lanes.map(({ walker }) => walker),
        actions,
        Uint8Array.from(lanes, ({ isBusy }) => (isBusy ? 0 : 1)),
        (which, outcome) => {
          lanes[which]!.outcome = outcome;
        },
      );
      for (const lane of lanes) {
        const episode = lane.isBusy ? lane.settle() : undefined;
        if (!episode) continue;
        dealer.ended(episode);
        lane.startNext(dealer.take());
      }
    }
  } finally {
    worlds.close();
  }
}

/** A walker, and the episode that it is in. */
class Lane {
  readonly walker: Walker<MeteredWorld>;
  readonly #plan: EpisodePlan;
  readonly #observes: boolean;
  isBusy = false;
  /** How the episode stands after the last decision. */
  outcome: Outcome = 'goes on';
  noise;
  #episode = 0;
  #reward = 0;
  #observed: RunningStatistics | undefined;
  readonly #smoothness = new Smoothness(behavior.actionSize);

  constructor(world: MeteredWorld, plan: EpisodePlan, observes: boolean) {
    const { parameters, noise } = startOf(plan, 0);
    this.walker = new Walker(world, walkerRig, parameters);
    this.noise = noise;
    this.#plan = plan;
    this.#observes = observes;
  }

  startNext(episode: number | undefined): void {
    this.isBusy = episode !== undefined;
    if (episode === undefined) return;
    const { stream, parameters, noise } = startOf(this.#plan, episode);
    this.walker.start(stream, parameters);
    this.walker.world.targetSpeed = this.walker.targetSpeed;
    this.noise = noise;
    this.#episode = episode;
    this.#reward = 0;
    this.#smoothness.start();
    this.#observed = this.#observes ? new RunningStatistics(behavior.observationSize) : undefined;
  }

  observe(into: Float32Array, at: number): void {
    this.walker.observe(into, at);
    this.#observed?.add(into.subarray(at, at + behavior.observationSize));
  }

  /** The decision that is about to act, at `actions[at]`. */
  decided(actions: Float32Array, at: number): void {
    this.#smoothness.add(actions, at);
  }

  /** After a decision. @returns the episode, where it has ended. */
  settle(): PlayedEpisode | undefined {
    const { walker, outcome } = this;
    this.#reward += walker.reward;
    if (outcome === 'goes on') return undefined;
    const { targetSpeed, meanSpeed, physicsSteps: steps, fallenBody, targetsTouched, world } = walker;
    return {
      episode: this.#episode,
      targetSpeed,
      reward: this.#reward,
      steps,
      outcome,
      fallenBody: fallenBody < 0 ? null : walkerRig.bodies[fallenBody]!.name,
      meanSpeed,
      targetsTouched,
      actionChange: this.#smoothness.meanChange,
      gait: world.gait,
      ...(this.#observed ? { observed: this.#observed.sums() } : {}),
    };
  }
}
