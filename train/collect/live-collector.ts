/**
 * Collects experience from worlds that are there already and set the pace themselves (a live Unity): agents come and go,
 * decide when they will, and are answered at once. Several worlds are answered each in its own time.
 *
 * What a world waits for when a roll-out is full is decided under the next policy. A decision that has come to nothing yet
 * enters the next roll-out, with the probability it was taken with: nothing is lost between two.
 */

import { RandomStream } from '../../base/random/stream.ts';
import { openForThread } from '../../compile/onnxruntime.ts';
import {
  AGENTS_OF_A_WORLD,
  type Environment,
  type EpisodeSnapshot,
  type ParameterValues,
  type Step,
} from '../../envs/env.ts';
import { requireFinite } from '../numbers/not-finite.ts';
import { STREAMS } from '../numbers/streams.ts';
import { type ActingPolicy, drawAction, type Spread, spreadOf, whileActing } from '../policy/acting-policy.ts';
import type { Collector, CollectRequest } from './collecting.ts';
import { GROUP_SIZE, meansOf } from './deciding.ts';
import { LaneRecord, type LivedDecision } from './lane-record.ts';
import type { Rollout } from './rollout.ts';

export class LiveCollector implements Collector {
  readonly #environments: readonly Environment[];
  readonly #worlds: readonly World[];

  /** @param environments of one behaviour. */
  constructor(environments: readonly Environment[], seed: number) {
    this.#environments = environments;
    this.#worlds = environments.map((environment, world) => new World(environment, seed, world * AGENTS_OF_A_WORLD));
  }

  /** Unity's numbers have been looked at before: what is no number here is the policy's. */
  async collect(request: CollectRequest, signal: AbortSignal): Promise<Rollout | undefined> {
    const { observationSize, actionSize } = this.#environments[0]!.behavior;
    const record = new LaneRecord(observationSize, actionSize);
    let full = false; // and stays so, even where another agent shows up before all worlds have stopped
    const isFull = () => {
      full ||= record.rows >= shareOut(request.rows, this.#agents());
      return full;
    };
    const seconds = await this.#run(request, signal, record, isFull);
    if (!full) return undefined;
    const statistics = Object.assign({}, ...this.#environments.map((environment) => environment.statistics?.() ?? {}));
    return record.finish(seconds, statistics);
  }

  async act(request: CollectRequest, signal: AbortSignal): Promise<void> {
    await this.#run(request, signal, undefined, () => false);
  }

  async setParameters(parameters: ParameterValues, reset: boolean): Promise<void> {
    for (const environment of this.#environments) environment.setParameters?.(parameters);
    if (reset) for (const world of this.#worlds) world.beginAnew();
  }

  /** A live world can't be repeated. */
  async snapshots(): Promise<EpisodeSnapshot[] | undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.#environments.map((environment) => environment.close()));
  }

  async abandon(): Promise<void> {
    await this.close();
  }

  async #run(
    { iteration, ...sent }: CollectRequest,
    signal: AbortSignal,
    record: LaneRecord | undefined,
    isFull: () => boolean,
  ): Promise<Rollout['seconds']> {
    const spread = spreadOf(sent.logDeviation);
    const over = new AbortController();
    const end = () => over.abort();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const seconds = { world: 0, policy: 0 };
    try {
      await whileActing(openForThread, sent, async ({ session, deterministic }) => {
        const policy = { session, spread, deterministic, iteration };
        const runs = this.#worlds.map((world) =>
          world.run(policy, record, seconds, over.signal, () => {
            if (isFull()) end();
          }),
        );
        try {
          await Promise.all(runs);
        } finally {
          end(); // where one world failed, the others do not go on,
          await Promise.allSettled(runs); // nor decide any more by the time the session is released
        }
      });
    } finally {
      signal.removeEventListener('abort', end);
    }
    return { world: seconds.world / 1000, policy: seconds.policy / 1000 };
  }

  #agents(): number {
    return this.#worlds.reduce((sum, { agents }) => sum + agents, 0);
  }
}

/** As many decisions as so many agents make who all make the same number: what the embedded world collects. */
function shareOut(rows: number, agents: number): number {
  return Math.ceil(rows / Math.max(1, agents)) * Math.max(1, agents);
}

type OpenDecision = Pick<LivedDecision, 'observation' | 'actions' | 'logProbabilities'>;

interface LivePolicy extends Omit<ActingPolicy, 'logDeviation'> {
  readonly spread: Spread;
  readonly iteration: number;
}

/** One world and its agents' open decisions, which outlast a roll-out. */
class World {
  readonly #environment: Environment;
  readonly #seed: number;
  readonly #firstAgent: number;
  /** What was decided last, row by row; arrays that are used again and again. */
  readonly #decisions: OpenDecision[] = [];
  /** Rows whose decision has come to nothing yet. */
  readonly #open = new Set<number>();
  /** Whom the world waits for; undefined while it runs. */
  #moment: Step | undefined;
  /** What the world is running to. */
  #next: Promise<Step> | undefined;
  /** Whether all agents are to begin anew, instead of what they ask for next. */
  #isToReset = false;
  #agents = 0;

  constructor(environment: Environment, seed: number, firstAgent: number) {
    this.#environment = environment;
    this.#seed = seed;
    this.#firstAgent = firstAgent;
  }

  /** So many as there were when the world was last heard of. */
  get agents(): number {
    return this.#agents;
  }

  /** Drops what the agents are in the middle of: the next answer is that all of them begin anew. */
  beginAnew(): void {
    this.#isToReset = true;
    this.#open.clear();
  }

  /**
   * Answers the world until it is over.
   *
   * @param record where what comes of the decisions goes.
   * @param settled called each time that decisions have come to something.
   */
  async run(
    policy: LivePolicy,
    record: LaneRecord | undefined,
    seconds: { world: number; policy: number },
    over: AbortSignal,
    settled: () => void,
  ): Promise<void> {
    const noise = new Map<number, RandomStream>();
    while (!over.aborted) {
      const began = performance.now();
      if (this.#moment && !this.#isToReset) {
        const actions = await this.#decide(this.#moment, policy, noise);
        this.#moment = undefined;
        this.#next = this.#environment.step(actions);
        seconds.policy += performance.now() - began;
        continue;
      }
      if (this.#moment) this.#isToReset = false;
      this.#moment = undefined;
      this.#next ??= this.#environment.reset().then((observations) => firstMoment(this.#environment, observations));
      const moment = await unlessAborted(this.#next, over);
      seconds.world += performance.now() - began;
      if (!moment) return;
      this.#next = undefined;
      this.#moment = moment;
      this.#agents = this.#environment.agents;
      if (!this.#isToReset) this.#settle(moment, record);
      settled();
    }
  }

  /** Puts what has come of open decisions into the record. */
  #settle(step: Step, record: LaneRecord | undefined): void {
    const size = this.#environment.behavior.observationSize;
    for (const row of this.#open) {
      const agent = this.#firstAgent + row;
      if (step.present?.lost[row]) {
        record?.cut(agent);
        this.#open.delete(row);
      } else if (step.present?.settled[row] ?? 1) {
        const ended = step.terminated[row] ? 'terminated' : step.truncated[row] ? 'truncated' : 'no';
        const seen = ended === 'no' ? step.observations : step.finalObservations;
        const next = seen.subarray(row * size, (row + 1) * size);
        record?.add(agent, { ...this.#decisions[row]!, reward: step.rewards[row]!, ended, next });
        this.#open.delete(row);
      }
    }
    record?.episodes.push(...step.episodes);
  }

  /** Draws an action for everybody who has to decide; [agents, actionSize], as the world wants them. */
  async #decide({ observations, present }: Step, policy: LivePolicy, noise: Map<number, RandomStream>) {
    const { observationSize, actionSize } = this.#environment.behavior;
    const squashed = new Float32Array(this.#agents * actionSize);
    const isDeciding = (row: number) => present?.deciding[row] ?? 1;
    const groups = Array.from({ length: Math.ceil(this.#agents / GROUP_SIZE) }, (_, group) => group * GROUP_SIZE);
    await Promise.all(
      groups.map(async (first) => {
        const end = Math.min(first + GROUP_SIZE, this.#agents);
        const rows = Array.from({ length: end - first }, (_, index) => first + index);
        if (!rows.some(isDeciding)) return;
        const seen = observations.subarray(first * observationSize, end * observationSize);
        const means = await meansOf(policy.session, seen, rows.length);
        // Nothing but numbers reaches Unity.
        requireFinite("the policy's mean of an action", means, (index) => {
          const row = first + Math.floor(index / actionSize);
          const seen = observations.slice(row * observationSize, (row + 1) * observationSize);
          return { agent: this.#firstAgent + row, evidence: { observation: { shape: [observationSize], data: seen } } };
        });
        for (const row of rows) {
          if (!isDeciding(row)) continue;
          const decision = this.#decisionOf(row);
          decision.observation.set(observations.subarray(row * observationSize, (row + 1) * observationSize));
          drawAction(
            means,
            (row - first) * actionSize,
            policy.spread,
            policy.deterministic ? undefined : this.#noiseOf(row, policy.iteration, noise),
            { ...decision, at: 0, squashed, squashedAt: row * actionSize },
          );
          this.#open.add(row);
        }
      }),
    );
    return squashed;
  }

  #decisionOf(row: number): OpenDecision {
    const { observationSize, actionSize } = this.#environment.behavior;
    this.#decisions[row] ??= {
      observation: new Float32Array(observationSize),
      actions: new Float32Array(actionSize),
      logProbabilities: new Float32Array(actionSize),
    };
    return this.#decisions[row];
  }

  #noiseOf(row: number, iteration: number, noise: Map<number, RandomStream>): RandomStream {
    let stream = noise.get(row);
    if (!stream) {
      stream = new RandomStream(this.#seed, STREAMS.actions, this.#firstAgent + row, iteration);
      noise.set(row, stream);
    }
    return stream;
  }
}

/** The beginning of the first episodes: everybody decides, and there is nothing to tell. */
function firstMoment({ agents, behavior }: Environment, observations: Float32Array): Step {
  return {
    observations,
    rewards: new Float32Array(agents),
    terminated: new Uint8Array(agents),
    truncated: new Uint8Array(agents),
    finalObservations: new Float32Array(agents * behavior.observationSize),
    episodes: [],
    present: {
      deciding: new Uint8Array(agents).fill(1),
      settled: new Uint8Array(agents),
      lost: new Uint8Array(agents),
    },
  };
}

/** What the promise comes to, or undefined where that would take longer than until the signal. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    signal.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
