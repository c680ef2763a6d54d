/** What is told of a sweep while it runs: a line for each round that is over, and the live line. */
import type { Progress } from '../cli/progress.ts';
import type { Terminal } from '../cli/terminal.ts';
import type { LegResult } from './leg.ts';
import type { Leg, Round } from './plan/plan.ts';
import { endsOf } from './plan/planners.ts';
import type { ReadSweep } from './read-sweep.ts';
import type { SweepHooks } from './run-sweep.ts';

export class SweepProgress {
  readonly #read: ReadSweep;
  readonly #terminal: Terminal;
  readonly #progress: Progress;
  #round = 0;
  /** Decisions at which the round began. */
  #begun = 0;
  #until = 0;
  #total = 0;
  /** Decisions of the round, by leg and seed. */
  #steps = new Map<string, number>();
  #rewards = new Map<string, number[]>();

  constructor(read: ReadSweep, terminal: Terminal, progress: Progress) {
    this.#read = read;
    this.#terminal = terminal;
    this.#progress = progress;
  }

  begin(runner: string, folder: string): void {
    const { sweep, path } = this.#read;
    const most = sweep.decisions.toLocaleString('en-US');
    this.#terminal.print(
      `${path}: ${sweep.kind}, ${sweep.seeds === 1 ? 'one seed' : `${sweep.seeds} seeds`} each, ${most} decisions a training at most; ${runner}; kept in ${folder}`,
    );
  }

  readonly hooks: Omit<SweepHooks, 'signal'> = {
    round: (round, legs) => this.#beginRound(round, legs),
    progress: (_, leg, seed, step) => {
      this.#steps.set(keyOf(leg, seed), Math.max(0, step - this.#begun));
      this.#update();
    },
    ended: (_, leg, seed, result) => this.#ended(leg, seed, result),
  };

  #beginRound(round: number, legs: Round): void {
    if (round > 1) this.#tellRound();
    this.#begun = round === 1 ? 0 : this.#until;
    this.#round = round;
    this.#until = legs[0]!.until;
    this.#total = legs.length * this.#read.sweep.seeds;
    this.#steps = new Map();
    this.#rewards = new Map();
  }

  #ended(leg: Leg, seed: number, result: LegResult): void {
    this.#steps.set(keyOf(leg, seed), this.#until - this.#begun);
    if (!('failed' in result)) {
      this.#rewards.set(leg.candidate, [...(this.#rewards.get(leg.candidate) ?? []), result.heldOut.reward]);
    }
    this.#update();
    const isLast = this.#until === this.#read.sweep.decisions;
    if (isLast && [...this.#rewards.values()].flat().length === this.#total) this.#tellRound();
  }

  #update(): void {
    const done = [...this.#steps.values()].reduce((sum, steps) => sum + steps, 0);
    const rounds = endsOf(this.#read.sweep).length;
    this.#progress.update({
      done,
      total: this.#total * (this.#until - this.#begun),
      unit: 'decisions',
      fields: { round: `${this.#round} of ${rounds}` },
    });
  }

  #tellRound(): void {
    this.#progress.end();
    const means = [...this.#rewards].map(([name, rewards]) => ({
      name,
      reward: rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length,
    }));
    const best = means.sort((one, other) => other.reward - one.reward)[0];
    const rounds = endsOf(this.#read.sweep).length;
    const led = best ? `; ${best.name} leads with a held-out reward of ${best.reward.toFixed(2)}` : '';
    const trained = this.#total === 1 ? '1 training' : `${this.#total} trainings`;
    this.#terminal.print(
      `Round ${this.#round} of ${rounds}: ${trained} to ${this.#until.toLocaleString('en-US')} decisions${led}.`,
    );
  }
}

function keyOf({ candidate }: Leg, seed: number): string {
  return `${candidate} ${seed}`;
}
