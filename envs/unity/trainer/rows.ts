/**
 * Which row an agent has. Agents are known by the id that Unity gives them, which they keep across episodes; an agent that
 * is taken away only ends its episode, and says no more.
 */
export interface Row {
  readonly index: number;
  /** Whether it was given an action that has come to nothing yet. */
  open: boolean;
  /** Its running episode. */
  episode: number;
  decisions: number;
  reward: number;
}

interface OwnedRow extends Row {
  agent: number | undefined;
  /** The message in which its last episode ended; undefined while one is running. */
  endedIn: number | undefined;
}

/** A decision requester asks every 20 academy steps at least: one that says nothing for so many messages has gone. */
const MESSAGES_UNTIL_GONE = 20;

export class Rows {
  readonly #rows: OwnedRow[] = [];
  readonly #byAgent = new Map<number, OwnedRow>();
  #message = 0;

  get count(): number {
    return this.#rows.length;
  }

  at(index: number): Row {
    return this.#rows[index]!;
  }

  of(agent: number): Row | undefined {
    return this.#byAgent.get(agent);
  }

  open(): readonly Row[] {
    return this.#rows.filter(({ open }) => open);
  }

  nextMessage(): void {
    this.#message += 1;
  }

  /** The first free row, else that of an agent that has gone, else a new one. */
  take(agent: number): Row {
    const free =
      this.#rows.find((row) => row.agent === undefined) ??
      this.#rows.find(({ endedIn = Number.POSITIVE_INFINITY }) => endedIn + MESSAGES_UNTIL_GONE < this.#message);
    const row: OwnedRow = free ?? {
      index: this.#rows.length,
      open: false,
      episode: 0,
      decisions: 0,
      reward: 0,
      agent,
      endedIn: undefined,
    };
    if (row.agent !== undefined) this.#byAgent.delete(row.agent);
    row.agent = agent;
    row.endedIn = undefined;
    this.#rows[row.index] = row;
    this.#byAgent.set(agent, row);
    return row;
  }

  /** The agent is in an episode. */
  goesOn(row: Row): void {
    this.#rows[row.index]!.endedIn = undefined;
  }

  /** The agent's episode is over. */
  ended(row: Row): void {
    this.#rows[row.index]!.endedIn = this.#message;
  }

  /** All agents begin an episode at once, whatever they were in the middle of. */
  beginAnew(): void {
    for (const row of this.#rows) {
      if (row.open || row.decisions > 0) row.episode += 1;
      Object.assign(row, { open: false, decisions: 0, reward: 0 });
    }
  }

  /** All agents are gone at once, and whatever they were in the middle of. */
  freeAll(): void {
    for (const row of this.#rows) {
      Object.assign(row, { agent: undefined, endedIn: undefined, open: false, decisions: 0, reward: 0 });
    }
    this.#byAgent.clear();
  }
}
