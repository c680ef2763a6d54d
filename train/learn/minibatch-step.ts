/**
 * One step of the update: the gradients of actor and critic on a minibatch, computed side by side, and what Adam makes of them.
 *
 * A minibatch is cut into shards of as many rows each, and each shard's gradient is computed by itself, for the actor and for
 * the critic; so there are up to eight pieces of work for as many threads. How many shards there are depends on the minibatch
 * alone, and their gradients are added in the order of their rows. So the numbers don't depend on the threads.
 */
import type { DenseTensor, Engine, RunnableFunction } from '../../compile/index.ts';
import type { ActorCritic, Owner } from '../policy/policy.ts';
import { batchColumns, ML_AGENTS_OBJECTIVE, type Objective } from './objective.ts';
import { lengthOf, OWNERS, type Vectors } from './parameter-vectors.ts';
import { descent, descentSignature, gradientOf, gradientSignature, type Part, partsOf } from './update-step.ts';

/** What a step does with a minibatch. */
export interface StepOptions {
  readonly objective?: Objective | undefined;
  /** All gradients together are scaled down to this norm; null: they are left alone. */
  readonly maxGradientNorm?: number | null | undefined;
}

/** Everything that a step changes. */
export type State = Readonly<Record<'parameters' | 'first' | 'second', Vectors>>;

/** What belongs to those who learn. */
export type PartOfState = Readonly<Record<keyof State, Readonly<Partial<Record<Owner, Float32Array>>>>>;

/** What a step takes besides the state and the minibatch. */
export interface StepInputs {
  readonly epsilon: number;
  readonly beta: number;
  /** Of Adam, see `adamFactors`. */
  readonly adam: Readonly<Record<Owner, { readonly stepSize: number; readonly tiny: number }>>;
}

export interface Stepped {
  /** Of those who learnt. */
  readonly state: PartOfState;
  /** Losses and the like, by name, as they were before the step. */
  readonly statistics: Record<string, number>;
  /** Sum of all squared gradients, not finite where any of them is not. */
  readonly gradientSquares: number;
}

/** As many shards a minibatch is cut into at most. */
const MOST_SHARDS = 4;
/** As many threads have something to do at most: for actor and critic, one with each shard. */
export const MOST_THREADS = 2 * MOST_SHARDS;
/** Rows of a shard at least: with fewer, the products of matrices get slower. */
const LEAST_ROWS = 256;
/** Floating-point operations from which another thread is worth its messages: about a millisecond's. */
const OPERATIONS_OF_THREADS = 1e8;

/** Shards of a minibatch, of as many rows each. */
export function shardsOf(batchSize: number): number {
  for (let shards = MOST_SHARDS; shards > 1; shards--) {
    if (batchSize % shards === 0 && batchSize / shards >= LEAST_ROWS) return shards;
  }
  return 1;
}

/** Whether the networks are so large that a minibatch is worth several threads. */
export function paysSideBySide({ parameterTable }: ActorCritic, batchSize: number): boolean {
  // Two for each weight and row in the forward pass, and twice as many in the backward pass; half of it for each network.
  const operations = 6 * batchSize * (lengthOf(parameterTable) / 2);
  return operations / shardsOf(batchSize) >= OPERATIONS_OF_THREADS;
}

type GradientFunction = RunnableFunction<
  ReturnType<typeof gradientSignature>,
  ReturnType<ReturnType<typeof gradientOf>>
>;
type DescentFunction = RunnableFunction<ReturnType<typeof descentSignature>, ReturnType<ReturnType<typeof descent>>>;

interface Functions {
  readonly shards: number;
  readonly parts: readonly { readonly part: Part; readonly gradient: GradientFunction }[];
  /** By whose they are. */
  readonly descents: ReadonlyMap<string, DescentFunction>;
}

export class MinibatchStep {
  /** The columns of a minibatch, [batchSize, width of the column]: to be filled before each step. */
  readonly batch: Readonly<Record<string, Float32Array>>;
  readonly #functions: Functions;
  readonly #networks: ActorCritic;
  readonly #objective: Objective;

  private constructor(networks: ActorCritic, objective: Objective, batchSize: number, functions: Functions) {
    const columns = Object.entries(batchColumns(networks, objective));
    this.batch = Object.fromEntries(columns.map(([name, width]) => [name, new Float32Array(batchSize * width)]));
    this.#networks = networks;
    this.#objective = objective;
    this.#functions = functions;
  }

  /**
   * Makes the functions ready.
   *
   * @param engine that has made a function ready before, where it is to compute on a device: only then it is known whether
   *   the device is there.
   * @param learners whose steps there will be: of both, and maybe of the critic alone.
   */
  static async prepare(
    networks: ActorCritic,
    batchSize: number,
    engine: Engine,
    { objective = ML_AGENTS_OBJECTIVE, maxGradientNorm }: StepOptions = {},
    learners: readonly (readonly Owner[])[] = [OWNERS],
  ): Promise<MinibatchStep> {
    // A device computes all rows at once.
    const shards = engine.use.device === 'cpu' ? shardsOf(batchSize) : 1;
    const descents = new Map<string, DescentFunction>();
    for (const owners of learners) {
      const signature = descentSignature(owners, networks, shards);
      descents.set(String(owners), await engine.prepare(descent(owners, maxGradientNorm), signature));
    }
    const sideBySide = paysSideBySide(networks, batchSize);
    const parts = [];
    for (const part of partsOf(networks)) {
      const signature = gradientSignature(part, networks, objective, batchSize / shards);
      const fn = gradientOf(part, networks, objective, 1 / shards);
      parts.push({ part, gradient: await engine.prepare(fn, signature, { sideBySide }) });
    }
    return new MinibatchStep(networks, objective, batchSize, { shards, parts, descents });
  }

  /**
   * One step of those who learn, from what `batch` holds.
   *
   * @param learners as some that were prepared.
   */
  async run(state: State, { epsilon, beta, adam }: StepInputs, learners: readonly Owner[] = OWNERS): Promise<Stepped> {
    const scalars = { epsilon: Float32Array.of(epsilon), beta: Float32Array.of(beta) };
    const active = this.#functions.parts.filter(({ part }) => part.owners.every((owner) => learners.includes(owner)));
    const computed = await Promise.all(
      active.map(({ part, gradient }) => {
        const parameters = picked(state.parameters, part.owners);
        return Promise.all(this.#cut(part).map((batch) => gradient.run({ parameters, batch, ...scalars })));
      }),
    );
    const gradients: Record<string, DenseTensor[]> = {};
    for (const [index, { part }] of active.entries()) {
      for (const owner of part.owners) gradients[owner] = computed[index]!.map((shard) => shard.gradients[owner]!);
    }
    const factorsOf = ({ stepSize, tiny }: StepInputs['adam'][Owner]) => ({
      stepSize: Float32Array.of(stepSize),
      tiny: Float32Array.of(tiny),
    });
    const { statistics, gradientSquares, ...after } = await this.#functions.descents.get(String(learners))!.run({
      parameters: picked(state.parameters, learners),
      first: picked(state.first, learners),
      second: picked(state.second, learners),
      gradients,
      adam: Object.fromEntries(learners.map((owner) => [owner, factorsOf(adam[owner])])),
    });
    const ofShards = computed.map((shards) => this.#together(shards.map((shard) => numbersOf(shard.statistics))));
    return {
      state: {
        parameters: arraysOf(after.parameters),
        first: arraysOf(after.first),
        second: arraysOf(after.second),
      },
      statistics: Object.assign({}, ...ofShards, numbersOf(statistics)),
      gradientSquares: numberOf(gradientSquares),
    };
  }

  async release(): Promise<void> {
    for (const { gradient } of this.#functions.parts) await gradient.release();
    for (const each of this.#functions.descents.values()) await each.release();
  }

  /** What a part needs of each shard. */
  #cut({ columns }: Part): Record<string, Float32Array>[] {
    const names = Object.keys(columns(this.#networks, this.#objective));
    return Array.from({ length: this.#functions.shards }, (_, shard) =>
      Object.fromEntries(names.map((name) => [name, this.#rowsOf(shard, this.batch[name]!)])),
    );
  }

  #rowsOf(shard: number, column: Float32Array): Float32Array {
    const size = column.length / this.#functions.shards;
    return column.subarray(shard * size, (shard + 1) * size);
  }

  /** Means over the rows of a minibatch, from those over its shards. */
  #together(shards: readonly Record<string, number>[]): Record<string, number> {
    const { collected } = this.batch;
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

/** The vectors of some. */
function picked(vectors: Vectors, owners: readonly Owner[]): Record<string, Float32Array> {
  return Object.fromEntries(owners.map((owner) => [owner, vectors[owner]]));
}

function arraysOf(tensors: Readonly<Record<string, DenseTensor>>): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]));
}

function numbersOf(tensors: Readonly<Record<string, DenseTensor>>): Record<string, number> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, numberOf(tensor)]));
}

const numberOf = ({ data }: DenseTensor): number => Number(data[0]);
