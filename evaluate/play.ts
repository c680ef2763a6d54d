/**
 * Plays episodes with a policy, some side by side: a lane of the simulator each, and all of them decide together.
 *
 * What comes of an episode depends on its number alone. Its lane and its neighbours change nothing in the simulator, and the
 * policy always decides on as many rows, for how onnxruntime multiplies may depend on that.
 */
import { Agent, type Outcome } from '../envs/walker/agent.ts';
import { decideTogether } from '../envs/walker/decide-together.ts';
import type { World } from '../envs/walker/world.ts';
import { keepBusy } from './busy-rows.ts';
import { type EpisodePlan, startOf } from './episodes.ts';
import { type Gait, MeteredWorld } from './gait.ts';
import { RunningStatistics, type Sums } from './running-statistics.ts';
import { Smoothness } from './smoothness.ts';
import { type Subject, walkerSubject } from './subject.ts';
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
  /** Mean change of an action, -1 to 1, from one decision to the next, over all; 0 where there was one decision. */
  readonly actionChange: number;
  /** How it was walked, where that was asked for. */
  readonly gait?: Gait;
  /** Of what was observed, where that was asked for. */
  readonly observed?: Sums;
}

/** An episode whose gait was measured. */
export type MeteredEpisode = PlayedEpisode & { readonly gait: Gait };

export interface PlayOptions {
  readonly plan: EpisodePlan;
  readonly world: string;
  /** Who plays; default: the Walker. */
  readonly subject?: Subject;
  /** Whether episodes tell how they were walked: measuring that after every physics step takes about a fifth of the time. */
  readonly gait?: boolean;
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

export async function playEpisodes(policy: WalkerPolicy, options: PlayOptions, dealer: Dealer): Promise<void> {
  const { subject = walkerSubject } = options;
  const { observationSize: size, actionSize } = subject.task.behavior;
  const worlds = await subject.openWorlds(options.world, LANES);
  try {
    const lanes = worlds.each.map((world) => new Lane(world, options, subject));
    const walkers = lanes.map(({ walker }) => walker);
    const observations = new Float32Array(LANES * size);
    await keepBusy({
      rows: LANES,
      take: dealer.take,
      begin: (row, episode) => lanes[row]!.begin(episode),
      async decide(isBusy) {
        const busy = lanes.flatMap((_, row) => (isBusy[row] ? [row] : []));
        for (const row of busy) lanes[row]!.observe(observations, row * size);
        const noise = lanes.map((lane) => lane.noise);
        const actions = await policy.act(observations, noise);
        for (const row of busy) lanes[row]!.decided(actions, row * actionSize);
        const isOver = isBusy.map((each) => 1 - each);
        decideTogether(worlds, walkers, actions, isOver, (which, outcome) => {
          lanes[which]!.outcome = outcome;
        });
        return busy.filter((row) => {
          const episode = lanes[row]!.settle();
          if (episode) dealer.ended(episode);
          return episode !== undefined;
        });
      },
      isStopped: dealer.isStopped,
    });
  } finally {
    worlds.close();
  }
}

/** A walker, and the episode that it is in. */
class Lane {
  readonly walker: Agent;
  /** Stands between the walker and its world where gait is measured. */
  readonly #meter: MeteredWorld | undefined;
  readonly #plan: EpisodePlan;
  readonly #observes: boolean;
  /** How the episode stands after the last decision. */
  outcome: Outcome = 'goes on';
  noise;
  #episode = 0;
  #reward = 0;
  #observed: RunningStatistics | undefined;
  readonly #smoothness: Smoothness;

  constructor(world: World, { plan, gait = false, observed = false }: PlayOptions, subject: Subject) {
    const { task, settings, figure } = subject;
    const { parameters, noise } = startOf(plan, 0, task.parameters);
    this.#meter = gait ? new MeteredWorld(world, figure) : undefined;
    this.#smoothness = new Smoothness(task.behavior.actionSize);
    this.walker = new Agent<World>(this.#meter ?? world, task, parameters, settings);
    this.noise = noise;
    this.#plan = plan;
    this.#observes = observed;
  }

  begin(episode: number | undefined): void {
    if (episode === undefined) return;
    const { stream, parameters, noise } = startOf(this.#plan, episode, this.walker.task.parameters);
    this.walker.start(stream, parameters);
    if (this.#meter) this.#meter.targetSpeed = this.walker.targetSpeed;
    this.noise = noise;
    this.#episode = episode;
    this.#reward = 0;
    this.#smoothness.start();
    this.#observed = this.#observes ? new RunningStatistics(this.walker.task.behavior.observationSize) : undefined;
  }

  observe(into: Float32Array, at: number): void {
    this.walker.observe(into, at);
    this.#observed?.add(into.subarray(at, at + this.walker.task.behavior.observationSize));
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
    const { targetSpeed, meanSpeed, physicsSteps: steps, fallenBody, targetsTouched } = walker;
    return {
      episode: this.#episode,
      targetSpeed,
      reward: this.#reward,
      steps,
      outcome,
      fallenBody: fallenBody < 0 ? null : walker.task.behavior.bodyNames![fallenBody]!,
      meanSpeed,
      targetsTouched,
      actionChange: this.#smoothness.meanChange,
      ...(this.#meter ? { gait: this.#meter.gait } : {}),
      ...(this.#observed ? { observed: this.#observed.sums() } : {}),
    };
  }
}
