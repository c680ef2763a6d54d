/**
 * The one contract between training and a world: a group of agents of one behaviour that decide together.
 *
 * An environment owns everything about episodes: it starts them, ends them and starts the next one at once, so that every
 * agent has something to decide in every step. Which worlds exist is known only to those who make them (`envs/walker`, ...);
 * `train/` sees nothing but this file.
 */
export interface Environment {
  readonly behavior: BehaviorSpec;
  /** How many agents decide together. Where they come and go: the most that there were at once, so it may grow in a step. */
  readonly agents: number;
  /** Starts a new episode for every agent and returns their first observations, [agents, observationSize]. */
  reset(): Promise<Float32Array>;
  /**
   * Applies one decision of every agent and runs the world to the next one.
   *
   * @param actions [agents, actionSize], each in [-1, 1].
   * @returns what came of it; its arrays belong to the environment and hold until the next call.
   */
  step(actions: Float32Array): Promise<Step>;
  /**
   * The episode that every agent is in, in the order of the agents: given to a new environment, it goes on from exactly this
   * point. A world that can't be kept so (a live Unity) leaves it out.
   */
  snapshots?(): readonly EpisodeSnapshot[];
  /**
   * What every episode gets that starts from now on, instead of `EnvironmentOptions.parameters`; an episode under way keeps
   * what it was started with.
   */
  setParameters?(parameters: ParameterValues): void;
  /** What the world measured since it was last asked, by name. */
  statistics?(): Readonly<Record<string, Statistic>>;
  /** Frees the world. No call may follow. */
  close(): Promise<void>;
}

/** A world of our own, in which any episode can be had at any time: its agents are rows, and whose row it is can be said. */
export interface EmbeddedEnvironment extends Environment {
  /**
   * Begins a certain episode in an agent's row, whatever went on there; where it ends, that agent's next one begins, with the same
   * parameters. Without one the row is left empty: until another begins there, it takes no part in steps, and its numbers mean nothing.
   *
   * @returns what is seen at its beginning, [observationSize]; it also stands in the observations that were returned last.
   * @throws UserError where a parameter is unknown or out of its range.
   */
  begin(row: number, start: EpisodeStart | undefined): Float32Array;
}

/** All that an episode depends on, beside the world's seed and what is decided in it. */
export interface EpisodeStart {
  /** The agent's number among all agents of the run. */
  readonly agent: number;
  /** Number of the agent's episode, from 0. */
  readonly episode: number;
  readonly parameters: ParameterValues;
}

/** What a world measured of something, kept so that two stretches of time can be told as one. */
export interface Statistic {
  /** What it comes to. */
  readonly aggregation: 'mean' | 'sum' | 'latest';
  readonly sum: number;
  /** Values in the sum. */
  readonly count: number;
  readonly latest: number;
}

export interface BehaviorSpec {
  /** The name in configuration files and in Unity's BehaviorParameters. */
  readonly name: string;
  readonly observationSize: number;
  readonly actionSize: number;
  /** What each observation is called, in messages; absent where nobody knows. */
  readonly observationNames?: readonly string[];
  /** The names of the environment's worlds, the first of which is meant where none is named; absent where it has one. */
  readonly worlds?: readonly string[];
  /** Circumstances to judge a policy in, apart from training; absent where no second world can be had. */
  readonly evaluationConditions?: readonly EvaluationCondition[];
  /** The agent's left-right mirror image, where it has one: as good there as here. */
  readonly mirror?: { readonly observations: Mirror; readonly actions: Mirror };
  /** The environment parameter that an episode is cut off by, what it is where nobody sets it, and its least; absent where there is none. */
  readonly episodeLimit?: { readonly parameter: string; readonly default: number; readonly least: number };
  /** The agent's bodies, which `fallenBody` of an episode's details numbers; absent where there is no such detail. */
  readonly bodyNames?: readonly string[];
  /** The sensors whose observations lie one after the other in a row; absent where there is only one. */
  readonly sensors?: readonly Sensor[];
  /** Names of the sensors that tell an agent what it is to achieve (ML-Agents' goal signals); absent where none does. */
  readonly goals?: readonly string[];
}

/** A mirror image, number by number: mirrored[i] = signs[i] * original[from[i]]. */
export interface Mirror {
  readonly from: Uint16Array;
  readonly signs: Float32Array;
}

/** One of the circumstances that a policy is judged in: the same for every policy, whatever it was trained in. */
export interface EvaluationCondition {
  /** "target speed 2-4 m/s". */
  readonly name: string;
  /** Laid over the parameters that the configuration sets. */
  readonly parameters: Readonly<Record<string, number>>;
}

export interface Sensor {
  readonly name: string;
  readonly size: number;
}

/** Where a run has several worlds, the agents of the next one have numbers from here on. */
export const AGENTS_OF_A_WORLD = 2 ** 16;

/** What one decision of every agent led to. */
export interface Step {
  /** What to decide on next, [agents, observationSize]; where an episode ended, the first of the agent's next one. */
  readonly observations: Float32Array;
  /** Reward since the decision, [agents]. */
  readonly rewards: Float32Array;
  /** 1 where the episode ended by the task's own rules (a fall), [agents]: nothing follows, the value there is 0. */
  readonly terminated: Uint8Array;
  /** 1 where the episode was cut off (Unity's `interrupted`), [agents]: the value of the last state still counts. */
  readonly truncated: Uint8Array;
  /** The last observation of an episode that ended, [agents, observationSize]; other agents' rows mean nothing. */
  readonly finalObservations: Float32Array;
  /** The episodes that ended in this step. */
  readonly episodes: readonly Episode[];
  /** Whom the arrays are about, in a world whose agents come and go and decide when they will. Absent: all agents. */
  readonly present?: Presence;
}

/** Who decides in a step, and whose decision came to something: a row for each agent, which keeps it while it is there. */
export interface Presence {
  /** 1 where the agent has something to decide, [agents]: its observation counts, and the action that it is given. */
  readonly deciding: Uint8Array;
  /** 1 where its last decision has come to something, [agents]: its reward counts, and how its episode stands. */
  readonly settled: Uint8Array;
  /** 1 where nothing will come of its last decision any more, [agents]: the world went away. */
  readonly lost: Uint8Array;
}

/** An episode that has ended. */
export interface Episode {
  /** The agent's number among all agents of the run. */
  readonly agent: number;
  /** Number of the agent's episode, from 0. */
  readonly episode: number;
  /** Sum of its rewards. */
  readonly reward: number;
  readonly decisions: number;
  readonly truncated: boolean;
  /**
   * What the world has to tell besides, by name, as numbers: target speed, mean speed, the body that fell, ... Training counts
   * `blowUps`, which is 1 where the episode was cut off because its physics broke down, and tells `meanSpeed` and `targetSpeed`,
   * m/s, `fallenBody`, the number of the body whose touch of the ground ended it (-1: none did), and the reward without
   * `addedReward`, what terms beside the task added to it.
   */
  readonly details: Readonly<Record<string, number>>;
}

/** An episode that is under way. */
export interface EpisodeSnapshot {
  /** Number of the agent's episode, from 0. */
  readonly episode: number;
  /** All of it, in bytes that mean something to its own world alone. Of none: the episode is at its very beginning. */
  readonly state: Uint8Array;
}

/** What a world is made from. Same values, same episodes: agent i is the same agent in whichever group it lives. */
export interface EnvironmentOptions {
  readonly seed: number;
  /** Number of this group's first agent among all agents of the run. */
  readonly firstAgent: number;
  readonly agents: number;
  readonly parameters: ParameterValues;
  /** Which of the environment's worlds, where it has several; default its first. */
  readonly world?: string | undefined;
  /** Where each agent goes on, instead of at the start of its first episode; `reset` then returns what it sees there. */
  readonly snapshots?: readonly EpisodeSnapshot[];
}

/** `environment_parameters` of the configuration as they hold now, by name. */
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/** A number, or how one is drawn anew for every episode. */
export type ParameterValue = number | Sampler;

/**
 * How a parameter is drawn, as ML-Agents' configuration says it; `sampler.ts` does it. A `seed` of -1 stands for the run's.
 */
export type Sampler =
  | {
      readonly sampler_type: 'uniform';
      readonly sampler_parameters: { readonly seed: number; readonly min_value: number; readonly max_value: number };
    }
  | {
      readonly sampler_type: 'gaussian';
      readonly sampler_parameters: { readonly seed: number; readonly mean: number; readonly st_dev: number };
    }
  | {
      readonly sampler_type: 'multirangeuniform';
      readonly sampler_parameters: { readonly seed: number; readonly intervals: readonly Interval[] };
    };

export type Interval = readonly [low: number, high: number];

/** What a worker thread imports by URL to make its part of the world. */
export interface EnvironmentModule {
  readonly behavior: BehaviorSpec;
  createEnvironment(options: EnvironmentOptions): Promise<EmbeddedEnvironment>;
}
