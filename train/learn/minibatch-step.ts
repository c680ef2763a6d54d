/**
 * One step of the update, of actor and critic each by themselves or of both together: the gradients on a minibatch, computed
 * side by side, and what Adam makes of them.
 *
 * A minibatch is cut into shards of as many rows each, and each shard's gradient is computed by itself, for the actor and for
 * the critic; so there are up to eight pieces of work for as many threads. How many shards there are depends on the minibatch
 * alone, and their gradients are added in the order of their rows. So the numbers don't depend on the threads.
 *
 * What steps change lies in memory of their own, and stays there from one step to the next: a step writes what it comes to
 * beside what it comes from, so nothing is copied, and a step or two can be taken back.
 */
import type { DenseTensor, Engine, RunnableFunction } from '../../compile/index.ts';
import type { ActorCritic, Owner } from '../policy/policy.ts';
import { batchColumns, ML_AGENTS_OBJECTIVE, type Objective } from './objective.ts';
import { lengthOf, OWNERS, parametersIn, rowsOf, type Vectors } from './parameter-vectors.ts';
import {
  descent,
  descentSignature,
  gradientOf,
  gradientSignature,
  type Part,
  partsOf,
  stepsOf,
  stepsSignature,
} from './update-step.ts';

/** What a step does with a minibatch. */
export interface StepOptions {
  readonly objective?: Objective | undefined;
  /** All gradients together are scaled down to this norm; null: they are left alone. */
  readonly maxGradientNorm?: number | null | undefined;
  /** Whether the critic is to take steps without the actor, too. */
  readonly criticGoesOn?: boolean;
}

/** Everything that steps change. */
export type State = Readonly<Record<'parameters' | 'first' | 'second', Vectors>>;

/** The columns of a minibatch by name, [batchSize, width of the column]. */
export type Batch = Readonly<Record<string, Float32Array>>;

/** What a step takes besides the state and the minibatch. */
export interface StepInputs {
  readonly epsilon: number;
  readonly beta: number;
  /** Of Adam, see `adamFactors`. */
  readonly adam: Readonly<Partial<Record<Owner, { readonly stepSize: number; readonly tiny: number }>>>;
}

export interface Stepped {
  /** Losses and the like, by name, as they were before the step. */
  readonly statistics: Record<string, number>;
  /** Sum of all squared gradients, not finite where any of them is not. */
  readonly gradientSquares: number;
  /** Adam's means of squared gradients as the step leaves them, by parameter. */
  readonly second: Readonly<Record<string, Float32Array>>;
}

/** As many shards a minibatch is cut into at most. */
const MOST_SHARDS = 4;
/** As many threads have something to do at most: for actor and critic, one with each shard. */
export const MOST_THREADS = 2 * MOST_SHARDS;
/** Rows of a shard at least: with fewer, the products of matrices get slower. */
const LEAST_ROWS = 256;

/** Minibatches that are learnt from in one call where they can be: twice as many were no quicker, and took as long to trace. */
export const TOGETHER = 2;

/** Shards of a minibatch, of as many rows each. */
export function shardsOf(batchSize: number): number {
  for (let shards = MOST_SHARDS; shards > 1; shards--) {
    if (batchSize % shards === 0 && batchSize / shards >= LEAST_ROWS) return shards;
  }
  return 1;
}

/** Whether the networks are so large that a minibatch is worth several threads. */
export function paysSideBySide(
  { parameterTable }: ActorCritic,
  batchSize: number,
  { operationsOfThread }: Pick<Engine, 'operationsOfThread'>,
): boolean {
  // Two for each weight and row in the forward pass, and twice as many in the backward pass; half of it for each network.
  const operations = 6 * batchSize * (lengthOf(parameterTable) / 2);
  return operations / shardsOf(batchSize) >= operationsOfThread;
}

/** Memory for a minibatch. */
export function emptyBatch(networks: ActorCritic, batchSize: number, objective = ML_AGENTS_OBJECTIVE): Batch {
  const columns = Object.entries(batchColumns(networks, objective));
  return Object.fromEntries(columns.map(([name, width]) => [name, new Float32Array(batchSize * width)]));
}

/**
 * The steps of actor and critic: one each where neither depends on the other, or one of both: on one body, and where a norm is
 * taken over both gradients.
 *
 * @param engine that has made a function ready before, where it is to compute on a device: only then it is known whether
 *   the device is there.
 */
export async function prepareSteps(
  networks: ActorCritic,
  batchSize: number,
  engine: Engine,
  options: StepOptions = {},
): Promise<MinibatchStep[]> {
  const areTogether = networks.sharedBody || Boolean(options.maxGradientNorm);
  const steps = [];
  for (const owners of areTogether ? [OWNERS] : OWNERS.map((owner) => [owner])) {
    steps.push(await MinibatchStep.prepare(owners, networks, batchSize, engine, options));
  }
  return steps;
}

type GradientFunction = RunnableFunction<
  ReturnType<typeof gradientSignature>,
  ReturnType<ReturnType<typeof gradientOf>>
>;
type DescentFunction = RunnableFunction<ReturnType<typeof descentSignature>, ReturnType<ReturnType<typeof descent>>>;

type StepsFunction = RunnableFunction<ReturnType<typeof stepsSignature>, ReturnType<ReturnType<typeof stepsOf>>>;

interface Functions {
  readonly shards: number;
  /** On several minibatches in one call, where that is as good for the threads. */
  readonly several: { readonly part: Part; readonly steps: StepsFunction } | undefined;
  readonly parts: readonly { readonly part: Part; readonly gradient: GradientFunction }[];
  /** By whose they are. */
  readonly descents: ReadonlyMap<string, DescentFunction>;
}

/** What belongs to one of them: a vector each. */
type OwnState = Readonly<Record<keyof State, Float32Array>>;

/** A state is kept while the next two are made, so that two steps can be taken back. */
const STATES = 3;

export class MinibatchStep {
  /** Those who step. */
  readonly owners: readonly Owner[];
  readonly #networks: ActorCritic;
  readonly #objective: Objective;
  readonly #functions: Functions;
  readonly #states: Readonly<Partial<Record<Owner, readonly OwnState[]>>>;
  /** Of these states, the present one. */
  #present: Partial<Record<Owner, number>>;
  /** Of each shard. */
  readonly #gradients: readonly Partial<Vectors>[];

  private constructor(owners: readonly Owner[], networks: ActorCritic, objective: Objective, functions: Functions) {
    this.owners = owners;
    this.#networks = networks;
    this.#objective = objective;
    this.#functions = functions;
    const empty = (owner: Owner) => new Float32Array(lengthOf(rowsOf(networks.parameterTable, [owner])));
    const emptyState = (owner: Owner) => ({ parameters: empty(owner), first: empty(owner), second: empty(owner) });
    this.#states = ofEach(owners, (owner) => Array.from({ length: STATES }, () => emptyState(owner)));
    this.#present = ofEach(owners, () => 0);
    this.#gradients = Array.from({ length: functions.shards }, () => ofEach(owners, empty));
  }

  /** Makes the functions ready; see `prepareSteps`. */
  static async prepare(
    owners: readonly Owner[],
    networks: ActorCritic,
    batchSize: number,
    engine: Engine,
    { objective = ML_AGENTS_OBJECTIVE, maxGradientNorm, criticGoesOn = false }: StepOptions = {},
  ): Promise<MinibatchStep> {
    // A device computes all rows at once.
    const shards = engine.use.device === 'cpu' ? shardsOf(batchSize) : 1;
    const descents = new Map<string, DescentFunction>();
    const goesOn = criticGoesOn && owners.length > 1 && !networks.sharedBody;
    for (const learners of goesOn ? [owners, ['critic'] as const] : [owners]) {
      const signature = descentSignature(learners, networks, shards);
      descents.set(String(learners), await engine.prepare(descent(learners, networks, maxGradientNorm), signature));
    }
    const sideBySide = paysSideBySide(networks, batchSize, engine);
    const parts = [];
    for (const part of partsOf(networks)) {
      if (!part.owners.every((owner) => owners.includes(owner))) continue;
      const signature = gradientSignature(part, networks, objective, batchSize / shards);
      const fn = gradientOf(part, networks, objective, 1 / shards);
      parts.push({ part, gradient: await engine.prepare(fn, signature, { sideBySide }) });
    }
    // Each shard by itself is worth it where there are more threads than those who step.
    const isOneCall = engine.backend === 'onnx' && engine.use.device === 'cpu' && engine.threads <= OWNERS.length;
    let several: Functions['several'];
    if (isOneCall && owners.length === 1 && !criticGoesOn) {
      const { part } = parts[0]!;
      const sizes = { minibatches: TOGETHER, shards, rows: batchSize / shards };
      const signature = stepsSignature(part, networks, objective, sizes);
      const steps = await engine.prepare(stepsOf(part, networks, objective, shards), signature, { sideBySide });
      several = { part, steps };
    }
    return new MinibatchStep(owners, networks, objective, { shards, several, parts, descents });
  }

  /** Whether `runSeveral` is there. */
  get takesSeveral(): boolean {
    return this.#functions.several !== undefined;
  }

  /**
   * Computes as many steps as TOGETHER, one after the other; `accept` takes them. The same numbers as of `run`.
   *
   * @param adam of each step.
   * @returns of each step.
   */
  async runSeveral(
    batches: readonly Batch[],
    { epsilon, beta }: StepInputs,
    adam: readonly StepInputs['adam'][],
  ): Promise<Omit<Stepped, 'second'>[]> {
    const { part, steps } = this.#functions.several!;
    const [owner] = this.owners as [Owner];
    const columns = Object.keys(part.columns(this.#networks, this.#objective));
    const named = (own: OwnState) => {
      const by = (vector: keyof State) => this.#named(this.owners, { [owner]: own[vector] });
      return { parameters: by('parameters'), first: by('first'), second: by('second') };
    };
    const computed = await steps.run(
      {
        ...named(this.#own(owner)),
        minibatches: batches.map((batch, index) => {
          const { stepSize, tiny } = adam[index]![owner]!;
          return {
            adam: { stepSize: Float32Array.of(stepSize), tiny: Float32Array.of(tiny) },
            shards: this.#gradients.map((_, shard) =>
              Object.fromEntries(columns.map((name) => [name, this.#rowsOf(shard, batch[name]!)])),
            ),
          };
        }),
        epsilon: Float32Array.of(epsilon),
        beta: Float32Array.of(beta),
      },
      named(this.#own(owner, 1)),
    );
    return computed.minibatches.map(({ gradientSquares, statistics, shards }, index) => ({
      statistics: { ...this.#together(shards.map(numbersOf), batches[index]!), ...numbersOf(statistics) },
      gradientSquares: numberOf(gradientSquares),
    }));
  }

  /** Starts from a state, of which it keeps a copy. */
  load(state: State): void {
    for (const owner of this.owners) {
      const own = this.#own(owner);
      for (const vector of VECTORS) own[vector].set(state[vector][owner]);
    }
  }

  /** A copy of the present state of those who step. */
  state(): Record<keyof State, Partial<Vectors>> {
    const copy = (vector: keyof State) => ofEach(this.owners, (owner) => this.#own(owner)[vector].slice());
    return { parameters: copy('parameters'), first: copy('first'), second: copy('second') };
  }

  /**
   * Computes a step; `accept` takes it.
   *
   * @param learners who learns of those who step.
   */
  async run(batch: Batch, { epsilon, beta, adam }: StepInputs, learners = this.owners): Promise<Stepped> {
    const scalars = { epsilon: Float32Array.of(epsilon), beta: Float32Array.of(beta) };
    const computed = await Promise.all(
      this.#functions.parts
        .filter(({ part }) => part.owners.every((owner) => learners.includes(owner)))
        .map((each) => this.#gradient(each, batch, scalars)),
    );
    const present = (vector: keyof State) => ofEach(learners, (owner) => this.#own(owner)[vector]);
    const next = (vector: keyof State) => ofEach(learners, (owner) => this.#own(owner, 1)[vector]);
    const { statistics, gradientSquares } = await this.#functions.descents.get(String(learners))!.run(
      {
        parameters: present('parameters'),
        first: present('first'),
        second: present('second'),
        gradients: ofEach(learners, (owner) => this.#gradients.map((shard) => shard[owner]!)),
        adam: ofEach(learners, (owner) => {
          const { stepSize, tiny } = adam[owner]!;
          return { stepSize: Float32Array.of(stepSize), tiny: Float32Array.of(tiny) };
        }),
      },
      { parameters: next('parameters'), first: next('first'), second: next('second') },
    );
    const ofShards = computed.map((shards) => this.#together(shards, batch));
    return {
      statistics: Object.assign({}, ...ofShards, numbersOf(statistics)),
      gradientSquares: numberOf(gradientSquares),
      second: this.#named(learners, next('second')),
    };
  }

  /** Takes the step that was computed last, of some of those who learnt in it. */
  accept(learners: readonly Owner[]): void {
    const next = ofEach(learners, (owner) => (this.#present[owner]! + 1) % STATES);
    this.#present = { ...this.#present, ...next };
  }

  /** Where the steps stand, for `backTo`; it holds for the next two steps. */
  get mark(): Readonly<Partial<Record<Owner, number>>> {
    return this.#present;
  }

  backTo(mark: MinibatchStep['mark']): void {
    this.#present = mark;
  }

  async release(): Promise<void> {
    await this.#functions.several?.steps.release();
    for (const { gradient } of this.#functions.parts) await gradient.release();
    for (const each of this.#functions.descents.values()) await each.release();
  }

  /** Computes a part's gradients of all shards, and tells the statistics of each. */
  #gradient(
    { part, gradient }: Functions['parts'][number],
    batch: Batch,
    scalars: Record<'epsilon' | 'beta', Float32Array>,
  ): Promise<Record<string, number>[]> {
    const columns = Object.keys(part.columns(this.#networks, this.#objective));
    const parameters = this.#named(
      part.owners,
      ofEach(part.owners, (owner) => this.#own(owner).parameters),
    );
    return Promise.all(
      this.#gradients.map(async (gradients, shard) => {
        const rows = Object.fromEntries(columns.map((name) => [name, this.#rowsOf(shard, batch[name]!)]));
        const into = { gradients: this.#named(part.owners, gradients) };
        return numbersOf((await gradient.run({ parameters, batch: rows, ...scalars }, into)).statistics);
      }),
    );
  }

  /** @param ahead 0: as it is; 1: as the step that is computed leaves it. */
  #own(owner: Owner, ahead: 0 | 1 = 0): OwnState {
    return this.#states[owner]![(this.#present[owner]! + ahead) % STATES]!;
  }

  #named(owners: readonly Owner[], vectors: Partial<Vectors>): Record<string, Float32Array> {
    return parametersIn(rowsOf(this.#networks.parameterTable, owners), vectors);
  }

  #rowsOf(shard: number, column: Float32Array): Float32Array {
    const size = column.length / this.#functions.shards;
    return column.subarray(shard * size, (shard + 1) * size);
  }

  /** Means over the rows of a minibatch, from those over its shards. */
  #together(shards: readonly Record<string, number>[], { collected }: Batch): Record<string, number> {
    // Of the divergence only those rows count that were collected.
    const counts = shards.map((_, shard) =>
      collected ? this.#rowsOf(shard, collected).reduce((sum, each) => sum + each, 0) : 1,
    );
    const all = (weights: readonly number[]) =>
      Math.max(
        1,
        weights.reduce((sum, weight) => sum + weight),
      );
    return Object.fromEntries(
      Object.keys(shards[0]!).map((name) => {
        const weights = name === 'divergence' ? counts : counts.map(() => 1);
        const sum = shards.reduce((so, shard, index) => so + weights[index]! * shard[name]!, 0);
        return [name, sum / all(weights)];
      }),
    );
  }
}

const VECTORS = ['parameters', 'first', 'second'] as const;

function ofEach<Value>(
  owners: readonly Owner[],
  make: (owner: Owner) => Value,
): Partial<Record<Owner, Value>> & Record<string, Value> {
  return Object.fromEntries(owners.map((owner) => [owner, make(owner)]));
}

function numbersOf(tensors: Readonly<Record<string, DenseTensor>>): Record<string, number> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, numberOf(tensor)]));
}

const numberOf = ({ data }: DenseTensor): number => Number(data[0]);
