/**
 * The agents of one behaviour in one Unity, as an `Environment`.
 *
 * Unity asks and waits: each of its messages names agents that have something to decide and agents whose episode ended,
 * in any mixture. Every agent gets a row and keeps it as long as it is there, so what others do never shifts its data. A
 * step goes from one message in which somebody asks to the next one; ends that Unity tells of in between belong to it.
 *
 * Unity and the policy take turns. Whatever reaches us in the policy's turn (a new session, while the answer to the last
 * one is still being computed) waits for the next.
 */
import type { BehaviorSpec, Environment, ParameterValues, Statistic, Step } from '../../env.ts';
import type { AgentInfo } from './agent-info.ts';
import { type Row, Rows } from './rows.ts';
import type { ToldParameters } from './settings.ts';
import type { Statistics } from './statistics.ts';
import { beginStep, type StepArrays, stepArrays, withRoomFor } from './step-arrays.ts';

/**
 * What Unity is answered: an action for each agent that asked, in the order in which they asked; 'reset': that all of its
 * agents are to begin anew; undefined: no more.
 */
export type Answer = readonly Float32Array[] | 'reset' | undefined;

/** What the behaviours of one Unity have to do with. */
export interface OfUnity {
  /** Those of the behaviour, which it shares with its other Unitys. */
  readonly statistics: Statistics;
  readonly parameters: ToldParameters;
}

interface Request {
  /** The session it belongs to: agents' ids mean nothing in another one. */
  readonly session: object;
  readonly infos: readonly AgentInfo[];
  answer(actions: Answer): void;
}

/** Of an agent that asked, and whose episode ended before its action could reach it. */
const NOBODY = -1;

export class UnityEnvironment implements Environment {
  readonly behavior: BehaviorSpec;
  readonly #firstAgent: number;
  readonly #statistics: Statistics;
  readonly #parameters: ToldParameters;
  readonly #rows = new Rows();
  #step: StepArrays;
  /** While Unity runs: who waits for it. */
  #listener: ((step: Step) => void) | undefined;
  /** While the policy decides: on what, and for which rows. */
  #asked: { readonly request: Request; readonly rows: readonly number[] } | undefined;
  /** Came in the policy's turn. */
  #waiting: Request | undefined;
  /** Whose agents have the rows. */
  #session: object | undefined;
  #closed = false;

  /** @param firstAgent number of the first row among all agents of the run. */
  constructor(behavior: BehaviorSpec, firstAgent: number, { statistics, parameters }: OfUnity) {
    this.behavior = behavior;
    this.#firstAgent = firstAgent;
    this.#statistics = statistics;
    this.#parameters = parameters;
    this.#step = stepArrays(0, behavior);
  }

  get agents(): number {
    return this.#rows.count;
  }

  /**
   * Waits until Unity has agents that decide: those are the ones that there are. Where Unity waits itself, all of its agents
   * begin anew first, those of its other behaviours too.
   */
  async reset(): Promise<Float32Array> {
    if (this.#asked) {
      this.#asked.request.answer('reset');
      this.#waiting?.answer('reset');
      this.#waiting = undefined;
    }
    const { observations } = await this.#unitysTurn();
    return observations;
  }

  /** Of all that lives in Unity, whichever behaviour it is; what is not named stays as it is. */
  setParameters(parameters: ParameterValues): void {
    this.#parameters.set(parameters);
  }

  async step(actions: Float32Array): Promise<Step> {
    const { request, rows } = this.#asked!;
    const size = this.behavior.actionSize;
    const given = actions.slice();
    const actionOf = (row: number) =>
      row === NOBODY ? new Float32Array(size) : given.subarray(row * size, (row + 1) * size);
    request.answer(rows.map(actionOf));
    for (const row of rows) if (row !== NOBODY) this.#rows.at(row).open = true;
    return this.#unitysTurn();
  }

  statistics(): Record<string, Statistic> {
    return this.#statistics.take();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#asked?.request.answer(undefined);
    this.#waiting?.answer(undefined);
  }

  /**
   * Takes what Unity says.
   *
   * @returns what it is to be answered; at once where nobody asks.
   */
  receive(session: object, infos: readonly AgentInfo[]): Promise<Answer> {
    return new Promise((answer) => {
      const request = { session, infos, answer };
      if (this.#closed) answer(undefined);
      else if (this.#listener) this.#take(request);
      else this.#waiting = request;
    });
  }

  /** Nothing more will come from there: what its agents decided last comes to nothing. */
  sessionEnded(session: object): void {
    if (this.#waiting?.session === session) {
      this.#waiting.answer(undefined);
      this.#waiting = undefined;
    }
    if (this.#session !== session) return;
    this.#asked?.request.answer(undefined);
    this.#session = undefined;
    if (this.#listener) this.#loseAll();
  }

  /** All agents have begun anew, by the wish of whichever behaviour: what they decided last comes to nothing. */
  beganAnew(session: object): void {
    if (this.#session !== session) return;
    for (const row of this.#rows.open()) this.#step.present.lost[row.index] = 1;
    this.#rows.beginAnew();
  }

  #unitysTurn(): Promise<Step> {
    this.#asked = undefined;
    beginStep(this.#step);
    if (!this.#session) this.#loseAll();
    return new Promise((resolve) => {
      this.#listener = resolve;
      const request = this.#waiting;
      this.#waiting = undefined;
      if (request) this.#take(request);
    });
  }

  #take(request: Request): void {
    this.#session = request.session;
    const rows = this.#read(request.infos);
    if (rows.every((row) => row === NOBODY)) {
      request.answer(rows.map(() => new Float32Array(this.behavior.actionSize)));
      return; // it is still Unity's turn
    }
    this.#asked = { request, rows };
    const tell = this.#listener!;
    this.#listener = undefined;
    tell(this.#step);
  }

  /** Enters what the agents say, in the order in which it happened. @returns the rows that ask, in that order. */
  #read(infos: readonly AgentInfo[]): number[] {
    const asking: number[] = [];
    const places = new Map<Row, number>();
    this.#rows.nextMessage();
    for (const info of infos) {
      const known = this.#rows.of(info.id);
      if (!info.done) {
        const row = known ?? this.#takeRow(info.id);
        this.#rows.goesOn(row);
        if (row.open) this.#settle(row, info.reward);
        places.set(row, asking.length);
        asking.push(row.index);
        this.#step.present.deciding[row.index] = 1;
        this.#setObservation(this.#step.observations, row, info);
        continue;
      }
      if (!known) continue; // it never decided anything
      const place = places.get(known);
      if (place !== undefined) {
        // It asked, and then its episode ended: it is answered, but nobody will act on that.
        asking[place] = NOBODY;
        places.delete(known);
        this.#step.present.deciding[known.index] = 0;
      }
      if (known.open || (place !== undefined && known.decisions > 0)) this.#settle(known, info.reward);
      if (known.decisions > 0) this.#end(known, info);
      this.#rows.ended(known);
    }
    return asking;
  }

  /** What the row's last decision has earned so far. */
  #settle(row: Row, reward: number): void {
    const { rewards, present } = this.#step;
    rewards[row.index]! += reward;
    present.settled[row.index] = 1;
    row.reward += reward;
    if (row.open) row.decisions += 1;
    row.open = false;
  }

  #end(row: Row, info: AgentInfo): void {
    const { terminated, truncated, finalObservations, episodes } = this.#step;
    (info.interrupted ? truncated : terminated)[row.index] = 1;
    this.#setObservation(finalObservations, row, info);
    episodes.push({
      agent: this.#firstAgent + row.index,
      episode: row.episode,
      reward: row.reward,
      decisions: row.decisions,
      truncated: info.interrupted,
      details: {},
    });
    row.episode += 1;
    row.reward = 0;
    row.decisions = 0;
  }

  #setObservation(target: Float32Array, row: Row, { observation }: AgentInfo): void {
    target.set(observation, row.index * this.behavior.observationSize);
  }

  #takeRow(id: number): Row {
    const row = this.#rows.take(id);
    if (this.agents > this.#step.rewards.length) this.#step = withRoomFor(this.agents, this.behavior, this.#step);
    return row;
  }

  #loseAll(): void {
    for (const row of this.#rows.open()) this.#step.present.lost[row.index] = 1;
    this.#rows.freeAll();
  }
}
