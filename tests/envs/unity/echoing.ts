/**
 * Training's side of a Unity world, without training: every agent's action is what it sees (its first value / 100), and all
 * that comes of it is kept.
 */
import type { Environment, Step } from '../../../envs/env.ts';

export interface Lived {
  readonly row: number;
  readonly saw: number;
  readonly earned: number;
  readonly ended: 'terminated' | 'truncated' | 'no';
  /** What it saw then; what it saw last, where the episode ended. */
  readonly thenSaw: number;
}

export class Echo {
  /** What came of decisions, in order. */
  readonly lived: Lived[] = [];
  /** Rows whose decision came to nothing. */
  readonly lost: number[] = [];
  readonly #environment: Environment;
  readonly #open = new Map<number, number>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Answers until the world says no more. */
  async run(steps = Number.POSITIVE_INFINITY): Promise<void> {
    const observations = await this.#environment.reset();
    let actions = this.#act(observations, () => true);
    for (let step = 0; step < steps; step++) {
      const next = await this.#environment.step(actions);
      this.#settle(next);
      actions = this.#act(next.observations, (row) => next.present!.deciding[row] === 1);
    }
  }

  #act(observations: Float32Array, isDeciding: (row: number) => boolean): Float32Array {
    const { agents, behavior } = this.#environment;
    const actions = new Float32Array(agents * behavior.actionSize);
    for (let row = 0; row < agents; row++) {
      if (!isDeciding(row)) continue;
      const saw = observations[row * behavior.observationSize]!;
      this.#open.set(row, saw);
      actions.fill(saw / 100, row * behavior.actionSize, (row + 1) * behavior.actionSize);
    }
    return actions;
  }

  #settle(step: Step): void {
    const size = this.#environment.behavior.observationSize;
    for (const [row, saw] of [...this.#open].sort(([one], [other]) => one - other)) {
      if (step.present!.lost[row]) this.lost.push(row);
      else if (step.present!.settled[row]) {
        const ended = step.terminated[row] ? 'terminated' : step.truncated[row] ? 'truncated' : 'no';
        const seen = ended === 'no' ? step.observations : step.finalObservations;
        this.lived.push({ row, saw, earned: step.rewards[row]!, ended, thenSaw: seen[row * size]! });
      } else continue;
      this.#open.delete(row);
    }
  }
}
