/**
 * The actor's parameters averaged over the latest updates (Polyak and Ruppert): each update overshoots in its own direction,
 * and in the mean of many that cancels out. What collects and learns goes on from the latest; the mean is what is judged,
 * kept as the best, exported and started from.
 */
import { type Network, type Parameters, parametersOf } from './policy.ts';

type Values = Parameters<Float32Array>;

/** As it lies in a checkpoint. */
export interface AverageState {
  /** Updates that it is over. */
  readonly updates: number;
  /** Of the actor, but for the logarithm of its deviation: noise is what it is now. */
  readonly parameters: Values;
}

export class PolicyAverage {
  readonly #names: readonly string[];
  #state: AverageState;

  /** @param saved what the run goes on from; left out, the average begins with the next update. */
  constructor(network: Network, saved: AverageState = { updates: 0, parameters: {} }) {
    const rows = parametersOf(network, 'actor');
    this.#names = rows.map(({ name }) => name).filter((name) => name !== 'actor.logDeviation');
    this.#state = saved;
  }

  /**
   * Takes in what an update led to.
   *
   * @param over the mean is over so many updates: of all while there are fewer, then the newest counts 1 / over, and what went
   *   before fades by as much.
   */
  add(parameters: Values, over: number): void {
    const updates = Math.min(this.#state.updates + 1, over);
    const mean = (name: string) => {
      const before = this.#state.parameters[name];
      const values = parameters[name]!;
      return before ? before.map((value, index) => value + (values[index]! - value) / updates) : values.slice();
    };
    this.#state = { updates, parameters: Object.fromEntries(this.#names.map((name) => [name, mean(name)])) };
  }

  /** Undefined before the first update. */
  get state(): AverageState | undefined {
    return this.#state.updates > 0 ? this.#state : undefined;
  }
}

/** The policy that a training has come to: the average where there is one. */
export function policyOf<Trained extends { readonly parameters: Values; readonly average?: AverageState | undefined }>(
  trained: Trained,
): Trained {
  return trained.average
    ? { ...trained, parameters: { ...trained.parameters, ...trained.average.parameters } }
    : trained;
}
