/**
 * Agents of one task as an `Environment`: a group, each in a world of its own, that decide together.
 *
 * Every episode has a random stream named by (seed, agent, episode), so it is the same in whichever group the agent lives.
 */
import { UserError } from '../../base/failure/user-error.ts';
import { RandomStream } from '../../base/random/stream.ts';
import type {
  BehaviorSpec,
  EmbeddedEnvironment,
  EnvironmentOptions,
  Episode,
  EpisodeSnapshot,
  EpisodeStart,
  ParameterValues,
  Step,
} from '../env.ts';
import { checkWeights } from '../reward-terms/reward-terms.ts';
import { Agent, type Outcome } from './agent.ts';
import { decideTogether } from './decide-together.ts';
import { decodeState, encodeState } from './episode-state.ts';
import { checkParameters, drawParametersOf, drawPlace, splitParameters, type WalkerParameters } from './parameters.ts';
import type { PhysicsSettings } from './physics-settings.ts';
import { placeValuesOf } from './place.ts';
import type { Task } from './task.ts';
import type { World, Worlds } from './world.ts';

/** Tell the streams of this environment from others with the same seed: those of episodes, and of their parameters. */
const purpose = { episode: 0x3a1, parameters: 0x3a2, solver: 0x3a3 };

/** Agents that follow one another and draw one solver together: as many as share a vector, and whole groups of them as a rule. */
const agentsOfSolver = 4;

export class AgentsEnvironment<In extends World = World> implements EmbeddedEnvironment {
  readonly behavior: BehaviorSpec;
  readonly agents: number;
  readonly walkers: readonly Agent<In>[];
  readonly #task: Task;
  readonly #worlds: Worlds<In>;
  readonly #options: EnvironmentOptions;
  readonly #step: {
    observations: Float32Array;
    rewards: Float32Array;
    terminated: Uint8Array;
    truncated: Uint8Array;
    finalObservations: Float32Array;
    episodes: Episode[];
  };
  /** Whose row it is: the number among all agents of the run, [agents]. */
  readonly #whose: Int32Array;
  /** What is begun in a row instead of `#given`, where it was begun with parameters of its own, [agents]. */
  readonly #own: (ParameterValues | undefined)[];
  /** 1 where nobody is, [agents]. */
  readonly #isEmpty: Uint8Array;
  /** Of the running episodes, [agents]. */
  readonly #numbers: Int32Array;
  readonly #decisions: Int32Array;
  readonly #rewards: Float64Array;
  /** 1 where the episode has ended before the decision is over, [agents]. */
  readonly #isOver: Uint8Array;
  /** How the episodes stand after the decision. */
  readonly #outcomes: Outcome[] = [];
  /** What was decided in the running episodes so far, grown as they last; empty where worlds are kept themselves. */
  readonly #histories: Float32Array[];
  readonly #parameters: WalkerParameters[];
  /** What episodes are started with from now on. */
  #given: ParameterValues;
  #split: ReturnType<typeof splitParameters>;
  /** Decisions that every agent of the run has made. */
  #lived = 0;

  constructor(worlds: Worlds<In>, options: EnvironmentOptions, task: Task, settings: PhysicsSettings) {
    const { agents } = options;
    const { behavior } = task;
    checkParameters(options.parameters, worlds.name, task.parameters);
    checkWeights(options.parameters, task.limbs);
    this.behavior = behavior;
    this.#task = task;
    this.agents = agents;
    this.#worlds = worlds;
    this.#options = options;
    this.#given = options.parameters;
    this.#split = splitParameters(this.#given);
    this.#whose = Int32Array.from({ length: agents }, (_, row) => options.firstAgent + row);
    this.#own = Array.from({ length: agents });
    this.#isEmpty = new Uint8Array(agents);
    this.#parameters = Array.from({ length: agents }, (_, agent) => this.#draw(agent, 0));
    this.walkers = this.#parameters.map(
      (parameters, agent) => new Agent(worlds.each[agent]!, task, parameters, settings),
    );
    this.#step = {
      observations: new Float32Array(agents * behavior.observationSize),
      rewards: new Float32Array(agents),
      terminated: new Uint8Array(agents),
      truncated: new Uint8Array(agents),
      finalObservations: new Float32Array(agents * behavior.observationSize),
      episodes: [],
    };
    this.#numbers = new Int32Array(agents).fill(-1);
    this.#decisions = new Int32Array(agents);
    this.#rewards = new Float64Array(agents);
    this.#isOver = new Uint8Array(agents);
    this.#histories = worlds.each.map(({ save }) => new Float32Array(save ? 0 : 64 * behavior.actionSize));
  }

  async reset(): Promise<Float32Array> {
    for (let agent = 0; agent < this.agents; agent++) {
      const isFirst = this.#numbers[agent] === -1;
      const snapshot = isFirst ? this.#options.snapshots?.[agent] : undefined;
      if (snapshot) this.#goOnFrom(agent, snapshot);
      else this.#startNext(agent);
    }
    return this.#step.observations;
  }

  begin(row: number, start: EpisodeStart | undefined): Float32Array {
    const { observationSize } = this.behavior;
    this.#isEmpty[row] = start ? 0 : 1;
    if (start) {
      if (start.parameters !== this.#own[row])
        checkParameters(start.parameters, this.#worlds.name, this.#task.parameters);
      this.#whose[row] = start.agent;
      this.#own[row] = start.parameters;
      this.#startEpisode(row, start.episode, this.#draw(row, start.episode));
    }
    return this.#step.observations.subarray(row * observationSize, (row + 1) * observationSize);
  }

  snapshots(): readonly EpisodeSnapshot[] {
    // Before `reset` no agent has gone further than where it was to go on.
    if (this.#numbers.includes(-1) && this.#options.snapshots) return this.#options.snapshots;
    return this.walkers.map((walker, agent) => {
      const episode = this.#numbers[agent]!;
      if (episode < 0) return { episode: 0, state: new Uint8Array() };
      const told = { world: this.#worlds.name, parameters: this.#parameters[agent]!, lived: this.#lived };
      const counts = [this.#decisions[agent]!, this.#rewards[agent]!];
      const decided = this.#histories[agent]!.slice(0, this.#decisions[agent]! * this.behavior.actionSize);
      const kept = walker.world.save?.();
      const state = kept
        ? { told, numbers: Float64Array.of(...counts, ...walker.save()), world: kept }
        : { told, numbers: new Float64Array(), world: new Uint8Array(decided.buffer) };
      return { episode, state: encodeState(state) };
    });
  }

  setParameters(parameters: ParameterValues): void {
    checkParameters(parameters, this.#worlds.name, this.#task.parameters);
    checkWeights(parameters, this.#task.limbs);
    this.#given = parameters;
    this.#split = splitParameters(parameters);
  }

  async step(actions: Float32Array): Promise<Step> {
    const { observationSize, actionSize } = this.behavior;
    const { observations, rewards, terminated, truncated, finalObservations, episodes } = this.#step;
    this.#lived += 1;
    episodes.length = 0;
    this.#isOver.set(this.#isEmpty);
    decideTogether(this.#worlds, this.walkers, actions, this.#isOver, this.#ended);
    for (let agent = 0; agent < this.agents; agent++) {
      const walker = this.walkers[agent]!;
      const row = agent * observationSize;
      if (this.#isEmpty[agent]) {
        rewards[agent] = terminated[agent] = truncated[agent] = 0;
        continue;
      }
      if (!walker.world.save) this.#remember(agent, actions, agent * actionSize);
      this.#count(agent);
      rewards[agent] = walker.reward;
      const outcome = this.#outcomes[agent]!;
      terminated[agent] = outcome === 'fell' ? 1 : 0;
      truncated[agent] = outcome === 'cut off' || outcome === 'blew up' ? 1 : 0;
      if (outcome === 'goes on') {
        walker.observe(observations, row);
        continue;
      }
      // What blew up is not fit to be seen: the last sound observation stands for it.
      if (outcome === 'blew up') finalObservations.set(observations.subarray(row, row + observationSize), row);
      episodes.push(this.#finished(agent, outcome === 'blew up', truncated[agent] === 1));
      this.#startNext(agent);
    }
    return this.#step;
  }

  async close(): Promise<void> {
    this.#worlds.close();
  }

  /** What an episode ends in is written at once: a moment later its bodies may have moved. */
  readonly #ended = (agent: number, outcome: Outcome): void => {
    this.#outcomes[agent] = outcome;
    if (outcome === 'goes on' || outcome === 'blew up') return;
    this.walkers[agent]!.observe(this.#step.finalObservations, agent * this.behavior.observationSize);
  };

  #count(agent: number): void {
    this.#decisions[agent]! += 1;
    this.#rewards[agent]! += this.walkers[agent]!.reward;
  }

  #remember(agent: number, actions: Float32Array, at: number): void {
    const { actionSize } = this.behavior;
    const end = this.#decisions[agent]! * actionSize;
    let history = this.#histories[agent]!;
    if (end === history.length) {
      history = new Float32Array(2 * end);
      history.set(this.#histories[agent]!);
      this.#histories[agent] = history;
    }
    for (let action = 0; action < actionSize; action++) history[end + action] = actions[at + action]!;
  }

  /** Brings an agent into an episode, to where it was. */
  #goOnFrom(agent: number, { episode, state }: EpisodeSnapshot): void {
    if (state.length === 0) {
      this.#startEpisode(agent, episode, this.#draw(agent, episode));
      return;
    }
    const { told, numbers, world } = decodeState(state);
    if (told.world !== this.#worlds.name) {
      throw new UserError({
        what: 'these episodes were begun in another world',
        where: 'world',
        value: this.#worlds.name,
        expected: told.world,
        mend: `go on with --world ${told.world}, or start a run of its own from this policy`,
      });
    }
    this.#lived = told.lived ?? 0;
    const parameters = this.#drawWith({ ...this.#split.ofEpisode, ...told.parameters }, agent, episode);
    const walker = this.walkers[agent]!;
    if (walker.world.restore) {
      const [decisions, reward, ...own] = numbers;
      this.#numbers[agent] = episode;
      this.#parameters[agent] = parameters;
      this.#decisions[agent] = decisions!;
      this.#rewards[agent] = reward!;
      walker.world.restore(world, placeValuesOf(parameters));
      walker.restore(Float64Array.from(own), parameters);
    } else {
      this.#startEpisode(agent, episode, parameters);
      this.#playAgain(agent, new Float32Array(world.buffer));
    }
    walker.observe(this.#step.observations, agent * this.behavior.observationSize);
  }

  /** The same decisions lead to the same place. */
  #playAgain(agent: number, actions: Float32Array): void {
    for (let at = 0; at < actions.length; at += this.behavior.actionSize) {
      this.#remember(agent, actions, at);
      this.walkers[agent]!.decide(actions, at);
      this.#count(agent);
    }
  }

  #startNext(agent: number): void {
    const number = this.#numbers[agent]! + 1;
    this.#startEpisode(agent, number, this.#draw(agent, number));
  }

  /**
   * What an episode is played with. Where agents live side by side, its solver and its ground are those of its four agents in this stretch of their lives; one
   * that was begun by itself draws everything for itself.
   */
  #draw(agent: number, number: number): WalkerParameters {
    const own = this.#own[agent];
    if (own) return this.#drawWith(own, agent, number);
    const { ofEpisode, ofPlace } = this.#split;
    const parameters = this.#drawWith(ofEpisode, agent, number);
    const stretch = Math.floor(this.#lived / parameters.solver_stretch);
    const four = Math.floor(this.#whose[agent]! / agentsOfSolver);
    return { ...parameters, ...drawPlace(ofPlace, this.#options.seed, four, stretch, purpose.solver) };
  }

  #drawWith(given: ParameterValues, agent: number, number: number): WalkerParameters {
    return drawParametersOf(
      this.#task.parameters,
      given,
      this.#options.seed,
      this.#whose[agent]!,
      number,
      purpose.parameters,
    );
  }

  #startEpisode(agent: number, number: number, parameters: WalkerParameters): void {
    this.#numbers[agent] = number;
    this.#decisions[agent] = 0;
    this.#rewards[agent] = 0;
    this.#parameters[agent] = parameters;
    const walker = this.walkers[agent]!;
    walker.start(new RandomStream(this.#options.seed, this.#whose[agent]!, number, purpose.episode), parameters);
    walker.observe(this.#step.observations, agent * this.behavior.observationSize);
  }

  #finished(agent: number, blewUp: boolean, truncated: boolean): Episode {
    const walker = this.walkers[agent]!;
    const parameters = this.#parameters[agent]!;
    return {
      agent: this.#whose[agent]!,
      episode: this.#numbers[agent]!,
      reward: this.#rewards[agent]!,
      decisions: this.#decisions[agent]!,
      truncated,
      details: {
        targetSpeed: walker.targetSpeed,
        meanSpeed: walker.meanSpeed,
        physicsSteps: walker.physicsSteps,
        fallenBody: walker.fallenBody,
        targetsTouched: walker.targetsTouched,
        blowUps: blewUp ? 1 : 0,
        ...walker.told,
        // What the configuration names, as it was in this episode.
        ...Object.fromEntries(
          Object.keys(this.#own[agent] ?? this.#given).map((name) => [
            name,
            parameters[name as keyof WalkerParameters]!,
          ]),
        ),
      },
    };
  }
}
