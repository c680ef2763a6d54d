/**
 * The way through the minibatches of one update: of the actor and of the critic, or of both where they step together.
 *
 * Each takes the minibatches in their order. Who steps apart need not wait for the other, so all threads have something to do;
 * but nobody is more than a minibatch ahead, so where a number stops being one, all go back to before that minibatch.
 */
import type { Owner } from '../policy/policy.ts';
import { adamFactors } from './adam.ts';
import { checkStep, type Minibatch } from './learning-checks.ts';
import { type MinibatchStep, type StepInputs, TOGETHER } from './minibatch-step.ts';

/** Settings of one update; schedules have been applied. */
export interface UpdateSettings {
  readonly learningRate: number;
  /** Default: the same as `learningRate`, which is the actor's alone otherwise. */
  readonly criticLearningRate?: number;
  readonly epsilon: number;
  readonly beta: number;
  readonly epochs: number;
}

/** Where the actor ends before its time; see `LearnerOptions`. */
export interface ActorsEnd {
  readonly actorMinibatches?: number | null;
  readonly targetDivergence?: number | null;
}

export type Counts = Readonly<Record<Owner, number>>;

/** Minibatches on their way at most: who is ahead of another is so by one. */
export const AT_ONCE = 2;

/** How it stood before a minibatch. */
interface Mark {
  readonly counts: Counts;
  readonly step: MinibatchStep['mark'];
}

export class UpdatePass {
  readonly #step: MinibatchStep;
  readonly #options: ActorsEnd;
  readonly #settings: UpdateSettings;
  readonly #sharedBody: boolean;
  /** Of Adam's steps; those of others stay as they are. */
  counts: Counts;
  /** How often the actor stepped here. */
  taken = 0;
  /** In the minibatches that the actor met. */
  readonly divergences: number[] = [];
  /** Why it ended before its time, and at which minibatch, from 0. */
  failure: { readonly error: unknown; readonly at: number } | undefined;
  readonly #means = new Means();
  readonly #marks = new Map<number, Mark>();
  #learners: readonly Owner[];
  /** By minibatch. */
  readonly #passed: Promise<void>[] = [];
  /** How many are taken in one call. */
  readonly #together: number;
  /** Those that wait until there are as many. */
  #waiting: Minibatch[] = [];

  constructor(
    step: MinibatchStep,
    options: ActorsEnd,
    settings: UpdateSettings,
    {
      counts,
      sharedBody,
      oneByOne,
    }: { readonly counts: Counts; readonly sharedBody: boolean; readonly oneByOne: boolean },
  ) {
    this.#together = step.takesSeveral && !oneByOne ? TOGETHER : 1;
    this.#step = step;
    this.#options = options;
    this.#settings = settings;
    this.#sharedBody = sharedBody;
    this.#learners = step.owners;
    this.counts = counts;
  }

  /** Whether nothing more is learnt: what stepped here has diverged, or had its share. */
  get isOver(): boolean {
    return this.#learners.length === 0 || this.failure !== undefined;
  }

  /** Learns from a minibatch as soon as the one before it is through. */
  take(minibatch: Minibatch): void {
    this.#waiting.push(minibatch);
    if (this.#waiting.length === this.#together) this.finish();
  }

  /** Learns from those that wait for more. */
  finish(): void {
    const at = this.#passed.length;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length < 1) return;
    const passed = this.through(at - 1).then(async () => {
      if (waiting.length > 1) return this.#learn(at, () => this.#takeSteps(waiting));
      return this.#learn(at, () => this.#takeStep(waiting[0]!));
    });
    for (const _ of waiting) this.#passed.push(passed);
  }

  /** Until a minibatch, from 0, is not read any more. */
  through(at: number): Promise<void> {
    return this.#passed[at] ?? Promise.resolve();
  }

  /** Goes back to before a minibatch that it has met not long ago. */
  backTo(at: number): void {
    const mark = this.#marks.get(at);
    if (!mark) return;
    this.counts = mark.counts;
    this.#step.backTo(mark.step);
  }

  /** The mean of each statistic over the minibatches that were met. */
  statistics(): Record<string, number> {
    return this.#means.all();
  }

  async #learn(at: number, work: () => Promise<void>): Promise<void> {
    if (this.isOver) return;
    this.#marks.set(at, { counts: this.counts, step: this.#step.mark });
    this.#marks.delete(at - AT_ONCE - 1);
    try {
      await work();
    } catch (error) {
      this.failure = { error, at };
    }
  }

  async #takeStep(minibatch: Minibatch): Promise<void> {
    const learners = this.#learners;
    const counts = this.#countsAfter(1);
    const { epsilon, beta } = this.#settings;
    const stepped = await this.#step.run(minibatch.batch, { epsilon, beta, adam: this.#adamAt(counts) }, learners);
    checkStep(stepped.statistics, stepped.gradientSquares, stepped.second, minibatch);
    const accepted = this.#told(stepped.statistics);
    this.#step.accept(accepted);
    for (const owner of accepted) this.counts = { ...this.counts, [owner]: counts[owner] };
  }

  /** Steps in one call: nobody of those who learn so ends before the update does. */
  async #takeSteps(minibatches: readonly Minibatch[]): Promise<void> {
    const { epsilon, beta } = this.#settings;
    const counts = minibatches.map((_, index) => this.#countsAfter(index + 1));
    const adam = counts.map((each) => this.#adamAt(each));
    const batches = minibatches.map(({ batch }) => batch);
    const stepped = await this.#step.runSeveral(batches, { epsilon, beta, adam: adam[0]! }, adam);
    for (const [index, { statistics, gradientSquares }] of stepped.entries()) {
      checkStep(statistics, gradientSquares, {}, minibatches[index]!);
      this.#told(statistics);
    }
    this.#step.accept(this.#learners);
    this.counts = counts.at(-1)!;
  }

  #countsAfter(steps: number): Counts {
    const more = Object.fromEntries(this.#learners.map((owner) => [owner, this.counts[owner] + steps]));
    return { ...this.counts, ...more };
  }

  #adamAt(counts: Counts): StepInputs['adam'] {
    const { learningRate, criticLearningRate = learningRate } = this.#settings;
    const rates = { actor: learningRate, critic: criticLearningRate };
    return Object.fromEntries(this.#learners.map((owner) => [owner, adamFactors(rates[owner], counts[owner])]));
  }

  /** Takes in what a step told. @returns whose step is taken. */
  #told(statistics: Readonly<Record<string, number>>): readonly Owner[] {
    const { policyLoss, divergence } = statistics;
    const actorLearnt = this.#learners.includes('actor');
    this.#means.add(actorLearnt ? { ...statistics, absolutePolicyLoss: Math.abs(policyLoss!) } : statistics);
    return actorLearnt ? this.#accepted(divergence!) : this.#learners;
  }

  /** Whose step is taken after the actor learnt in it; the actor may be done now. */
  #accepted(divergence: number): readonly Owner[] {
    const { actorMinibatches, targetDivergence } = this.#options;
    const learners = this.#learners;
    const others = this.#sharedBody ? [] : learners.filter((owner) => owner !== 'actor');
    this.divergences.push(divergence);
    const diverges = divergence > (targetDivergence ?? Number.POSITIVE_INFINITY);
    if (!diverges) this.taken++;
    if (diverges || this.taken >= (actorMinibatches ?? Number.POSITIVE_INFINITY)) this.#learners = others;
    return diverges ? others : learners;
  }
}

/** The mean of each number over those who told it. */
class Means {
  readonly #sums: Record<string, { sum: number; count: number }> = {};

  add(numbers: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(numbers)) {
      const { sum, count } = this.#sums[name] ?? { sum: 0, count: 0 };
      this.#sums[name] = { sum: sum + value, count: count + 1 };
    }
  }

  all(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#sums).map(([name, { sum, count }]) => [name, sum / count]));
  }
}
