/**
 * PPO's update: parameters, Adam's moments and the normaliser, and the one traced function that changes them.
 *
 * The whole step (observations as the networks see them, losses, gradients and Adam, new parameters) is one function of the
 * TensorFlow.js functions in policy.ts, losses.ts and adam.ts. The engine makes one ONNX graph of it and runs that in
 * onnxruntime, or runs the very same function eagerly on a backend of TensorFlow.js.
 */

import type { RandomStream } from '../../base/random/stream.ts';
import { type DenseTensor, type Engine, openEngine, type TensorsOf } from '../../compile/index.ts';
import { requireFinite } from '../numbers/not-finite.ts';
import { Normaliser } from '../policy/normaliser.ts';
import {
  actorCritic,
  type Initialisation,
  initialParameters,
  type Network,
  type Owner,
  type ParameterRow,
  parametersOf,
  parameterTable,
  seenBy,
} from '../policy/policy.ts';
import { adamFactors } from './adam.ts';
import { normaliseAdvantages } from './advantages.ts';
import type { LearnerState, OptimiserState } from './learner-state.ts';
import { checkStep, type Minibatch } from './learning-checks.ts';
import { type Drawing, minibatches, minibatchesIn } from './minibatches.ts';
import { batchColumns, ML_AGENTS_OBJECTIVE, type Objective } from './objective.ts';
import { parametersIn, type Vectors, vectorsOf, zeroVectors } from './parameter-vectors.ts';
import {
  criticColumns,
  criticSignature,
  criticStep,
  parameterSignature,
  updateSignature,
  updateStep,
} from './update-step.ts';

/** What an update learns from; all arrays have one row for each decision. */
export interface LearningBuffer {
  readonly observations: Float32Array; // [rows, observationSize], as the networks see them
  readonly actions: Float32Array; // [rows, actionSize]
  readonly logProbabilities: Float32Array; // [rows, actionSize]
  readonly advantages: Float32Array; // [rows]
  readonly returns: Float32Array; // [rows]
  /** By the critic that saw them first; a loss reads them where the value loss is clipped. */
  readonly values?: Float32Array; // [rows]
  /** The same in the mirror; read where there is a mirror loss. */
  readonly mirroredObservations?: Float32Array; // [rows, observationSize]
  /** 1 for what was collected, 0 for its mirror images; read where there are such. */
  readonly collected?: Float32Array; // [rows]
}

/** How a learner learns, the same in all its updates; what is left out is as ML-Agents has it. */
export interface LearnerOptions {
  readonly initial?: Initialisation;
  readonly objective?: Objective;
  /** All gradients together are scaled down to this norm. */
  readonly maxGradientNorm?: number | null;
  readonly drawing?: Drawing;
  /** Whether each minibatch's advantages get mean 0 and deviation 1. */
  readonly normalisesMinibatches?: boolean;
  /** Minibatches of an update that the actor learns from at most. */
  readonly actorMinibatches?: number | null;
  /** Divergence in a minibatch at which the actor learns no more from this update, this minibatch included. */
  readonly targetDivergence?: number | null;
  /** Between these the logarithm of an action's deviation is kept. */
  readonly minLogDeviation?: number | null;
  readonly maxLogDeviation?: number | null;
}

/** Settings of one update; schedules have been applied. */
export interface UpdateSettings {
  readonly learningRate: number;
  /** Default: the same as `learningRate`, which is the actor's alone otherwise. */
  readonly criticLearningRate?: number;
  readonly epsilon: number;
  readonly beta: number;
  readonly epochs: number;
}

/**
 * Means over an update's minibatches, each as it was met, before its own step; the critic's over all of them, the others over
 * those that the actor saw, one that was taken back included.
 */
export interface UpdateStatistics {
  readonly policyLoss: number;
  /** Of its size, which is what ML-Agents shows. */
  readonly absolutePolicyLoss: number;
  readonly valueLoss: number;
  readonly entropy: number;
  /** Divergence between the policy that collected and the one that is being learnt, over what was collected. */
  readonly divergence: number;
  /** The same over the last minibatches that the actor saw, as many as an epoch has: how far the whole update went. */
  readonly lastDivergence: number;
  /** Minibatches that the actor learnt from. */
  readonly actorMinibatches: number;
  readonly mirrorLoss?: number;
  /** Of all gradients together, before they were scaled down; of the critic's where it learns alone. Told where they are. */
  readonly gradientNorm?: number;
}

type Values = Record<string, Float32Array>;
/** Everything that a step changes. */
type State = Readonly<Record<'parameters' | 'first' | 'second', Vectors>>;

export class Learner {
  readonly network: Network;
  #normaliser: Normaliser;
  readonly #engine: Engine;
  #batchSize: number;
  #options: LearnerOptions;
  #functions: Functions;
  readonly #table: readonly ParameterRow[];
  #state: State;
  #counts: Record<Owner, number> = { actor: 0, critic: 0 };

  private constructor(
    network: Network,
    initial: Values,
    batchSize: number,
    engine: Engine,
    functions: Functions,
    options: LearnerOptions,
  ) {
    this.network = network;
    this.#normaliser = new Normaliser(network.observationSize);
    this.#table = parameterTable(network);
    const parameters = vectorsOf(this.#table, initial);
    this.#state = { parameters, first: zeroVectors(this.#table), second: zeroVectors(this.#table) };
    this.#batchSize = batchSize;
    this.#engine = engine;
    this.#options = options;
    this.#functions = functions;
    this.#limitDeviation();
  }

  /**
   * Makes the functions ready, which takes about a second where they are traced.
   *
   * @param engine what computes; default: traced, onnxruntime on the CPU.
   */
  static async create(
    network: Network,
    batchSize: number,
    seed: number,
    engine?: Engine,
    options: LearnerOptions = {},
  ): Promise<Learner> {
    const used = engine ?? (await openEngine());
    const functions = await prepareFunctions(network, batchSize, used, options);
    const initial = initialParameters(network, seed, options.initial);
    return new Learner(network, initial, batchSize, used, functions, options);
  }

  /** Goes on from what it has learnt in another manner. */
  async learnBy(options: LearnerOptions, batchSize: number): Promise<void> {
    const functions = await prepareFunctions(this.network, batchSize, this.#engine, options);
    await this.release();
    this.#functions = functions;
    this.#batchSize = batchSize;
    this.#options = options;
    this.#limitDeviation();
  }

  get parameters(): Readonly<Values> {
    return parametersIn(this.#table, this.#state.parameters);
  }

  get normaliser(): Normaliser {
    return this.#normaliser;
  }

  get optimiser(): OptimiserState {
    const { first, second } = this.#state;
    const named = (vectors: Vectors) => parametersIn(this.#table, vectors);
    return { first: named(first), second: named(second), counts: { ...this.#counts } };
  }

  /** Goes on from what one of the same network has learnt. */
  restore({ parameters, optimiser, normaliser }: LearnerState): void {
    this.#state = {
      parameters: vectorsOf(this.#table, parameters),
      first: vectorsOf(this.#table, optimiser.first),
      second: vectorsOf(this.#table, optimiser.second),
    };
    this.#counts = { ...optimiser.counts };
    this.#normaliser = normaliser;
    this.#limitDeviation();
  }

  /** What the networks see of raw observations, and its values: [rows, observationSize] and [rows]. */
  async evaluate(observations: Float32Array): Promise<{ seen: Float32Array; values: Float32Array }> {
    const size = this.network.observationSize;
    const rows = observations.length / size;
    const result = { seen: new Float32Array(observations.length), values: new Float32Array(rows) };
    const { mean, deviation } = this.#normaliser.moments();
    const all = this.parameters;
    const parameters = Object.fromEntries(parametersOf(this.network, 'critic').map(({ name }) => [name, all[name]!]));
    for (let row = 0; row < rows; row += this.#batchSize) {
      const end = Math.min(row + this.#batchSize, rows);
      const part = {
        type: 'float32',
        shape: [end - row, size],
        data: observations.subarray(row * size, end * size),
      } as const;
      const computed = await this.#functions.evaluate.run({ parameters, mean, deviation, observations: part });
      result.seen.set(computed.seen.data as Float32Array, row * size);
      result.values.set(computed.values.data as Float32Array, row);
    }
    return result;
  }

  /**
   * Epochs of minibatches, one Adam step each; the remainder of an epoch is left out, as in ML-Agents.
   *
   * The actor may be done before the critic (`actorMinibatches`, `targetDivergence`); on a shared body they end together.
   *
   * @throws NotFiniteError where a loss, a gradient or a parameter stops being a number; what a loss or a gradient would
   *   have changed is then as it was before its minibatch.
   */
  async update(buffer: LearningBuffer, settings: UpdateSettings, random: RandomStream): Promise<UpdateStatistics> {
    const { drawing = 'shuffled', actorMinibatches, targetDivergence, normalisesMinibatches } = this.#options;
    const rows = buffer.advantages.length;
    const batch = columnArrays(batchColumns(this.network, this.#objective), this.#batchSize);
    const means = new Means();
    const divergences: number[] = [];
    const all = minibatchesIn(rows, this.#batchSize) * settings.epochs;
    let count = 0;
    let taken = 0;
    let actorLearns = true;

    for (const chosen of minibatches(rows, this.#batchSize, settings.epochs, drawing, random)) {
      if (!actorLearns && this.network.sharedBody) break;
      for (const name in batch) gather(buffer[name as keyof LearningBuffer]!, rows, chosen, batch[name]!);
      if (normalisesMinibatches) normaliseAdvantages(batch['advantages']!);
      const minibatch = { batch, rows: chosen, place: `minibatch ${++count} of ${all}` };
      if (!actorLearns) {
        means.add(await this.#stepCritic(minibatch, settings));
        continue;
      }
      const before = this.#state;
      const statistics = await this.#step(minibatch, settings);
      means.add({ ...statistics, absolutePolicyLoss: Math.abs(statistics['policyLoss']!) });
      divergences.push(statistics['divergence']!);
      if (statistics['divergence']! > (targetDivergence ?? Number.POSITIVE_INFINITY)) {
        this.#takeBackActor(before);
        actorLearns = false;
      } else {
        taken++;
        actorLearns = taken < (actorMinibatches ?? Number.POSITIVE_INFINITY);
      }
    }
    this.#limitDeviation();
    this.#checkParameters();
    const last = divergences.slice(-minibatchesIn(rows, this.#batchSize));
    return {
      ...(means.all() as unknown as UpdateStatistics),
      lastDivergence: last.reduce((sum, each) => sum + each, 0) / last.length,
      actorMinibatches: taken,
    };
  }

  get #objective(): Objective {
    return this.#options.objective ?? ML_AGENTS_OBJECTIVE;
  }

  /** One step of actor and critic. */
  async #step(minibatch: Minibatch, settings: UpdateSettings): Promise<Record<string, number>> {
    const counts = { actor: this.#counts.actor + 1, critic: this.#counts.critic + 1 };
    const { statistics, gradientSquares, ...state } = await this.#functions.updateStep.run({
      ...this.#state,
      batch: minibatch.batch,
      ...stepInputs(settings, counts),
    });
    const after = stateOf(state);
    const numbers = numbersOf(statistics);
    checkStep(numbers, numberOf(gradientSquares), parametersIn(this.#table, after.second), minibatch);
    this.#counts = counts;
    this.#state = after;
    return numbers;
  }

  /** One step of a critic that has parameters of its own. */
  async #stepCritic(minibatch: Minibatch, settings: UpdateSettings): Promise<Record<string, number>> {
    const counts = { ...this.#counts, critic: this.#counts.critic + 1 };
    const { statistics, gradientSquares, ...state } = await this.#functions.criticStep!.run({
      ...mapState(this.#state, ({ critic }) => ({ critic })),
      batch: criticColumns(minibatch.batch),
      ...stepInputs(settings, counts),
    });
    const after = withOf(this.#state, 'critic', stateOf(state));
    const numbers = numbersOf(statistics);
    checkStep(numbers, numberOf(gradientSquares), parametersIn(this.#table, after.second), minibatch);
    this.#counts = counts;
    this.#state = after;
    return numbers;
  }

  #limitDeviation(): void {
    const { minLogDeviation, maxLogDeviation } = this.#options;
    const [least, most] = [minLogDeviation ?? Number.NEGATIVE_INFINITY, maxLogDeviation ?? Number.POSITIVE_INFINITY];
    const logDeviation = this.parameters['actor.logDeviation']!;
    for (const [action, value] of logDeviation.entries()) {
      if (value < least || value > most) logDeviation[action] = Math.min(most, Math.max(least, value));
    }
  }

  /** A step of a finite gradient can still lead out of the numbers, where the learning rate is huge. */
  #checkParameters(): void {
    for (const [name, values] of Object.entries(this.parameters)) {
      requireFinite(`the parameter ${name}`, values, () => ({ evidence: {} }));
    }
  }

  /** Undoes what the last step did to the actor; on a shared body that is all it did. */
  #takeBackActor(before: State): void {
    const { actor, critic } = this.#counts;
    if (this.network.sharedBody) {
      this.#state = before;
      this.#counts = { actor: actor - 1, critic: critic - 1 };
      return;
    }
    this.#state = withOf(this.#state, 'actor', before);
    this.#counts = { actor: actor - 1, critic };
  }

  async release(): Promise<void> {
    const { updateStep, criticStep, evaluate } = this.#functions;
    await updateStep.release();
    await criticStep?.release();
    await evaluate.release();
  }
}

type Functions = Awaited<ReturnType<typeof prepareFunctions>>;

async function prepareFunctions(network: Network, batchSize: number, engine: Engine, options: LearnerOptions) {
  const networks = actorCritic(network);
  const { objective, actorMinibatches, targetDivergence } = options;
  const goesOnAlone = !network.sharedBody && Boolean(actorMinibatches || targetDivergence);
  return {
    updateStep: await engine.prepare(updateStep(networks, options), updateSignature(networks, batchSize, objective)),
    criticStep: goesOnAlone
      ? await engine.prepare(criticStep(networks, options), criticSignature(networks, batchSize, objective))
      : undefined,
    evaluate: await engine.prepare(evaluation(network), evaluationSignature(network)),
  };
}

/** What a step takes besides the state and the minibatch. */
function stepInputs(
  { learningRate, criticLearningRate, epsilon, beta }: UpdateSettings,
  counts: Record<Owner, number>,
) {
  const factors = (rate: number, count: number) => {
    const { stepSize, tiny } = adamFactors(rate, count);
    return { stepSize: Float32Array.of(stepSize), tiny: Float32Array.of(tiny) };
  };
  return {
    adam: {
      actor: factors(learningRate, Math.max(1, counts.actor)),
      critic: factors(criticLearningRate ?? learningRate, counts.critic),
    },
    epsilon: Float32Array.of(epsilon),
    beta: Float32Array.of(beta),
  };
}

type EvaluationInputs = TensorsOf<ReturnType<typeof evaluationSignature>>;

function evaluation(network: Network) {
  const { stateValues } = actorCritic(network);
  return ({ parameters, observations, ...statistics }: EvaluationInputs) => {
    const seen = seenBy(network, observations, statistics);
    return { seen, values: stateValues(parameters, seen) };
  };
}

function evaluationSignature(network: Network) {
  const { observationSize } = network;
  return {
    parameters: parameterSignature(parametersOf(network, 'critic')),
    mean: { shape: [observationSize] },
    deviation: { shape: [observationSize] },
    observations: { shape: ['batch', observationSize] },
  };
}

/** An array for each column of a minibatch. */
function columnArrays(columns: Readonly<Record<string, number>>, rows: number): Values {
  return Object.fromEntries(Object.entries(columns).map(([name, width]) => [name, new Float32Array(rows * width)]));
}

/** Copies the chosen rows of a column. */
function gather(column: Float32Array, rows: number, chosen: Uint32Array, target: Float32Array): void {
  const width = column.length / rows;
  for (let index = 0; index < chosen.length; index++) {
    const from = chosen[index]! * width;
    target.set(column.subarray(from, from + width), index * width);
  }
}

function stateOf(computed: unknown): State {
  return mapState(computed as Record<keyof State, Record<string, { data: Float32Array }>>, (tensors) =>
    Object.fromEntries(Object.entries(tensors).map(([owner, { data }]) => [owner, data])),
  ) as State;
}

/** A state in which what one of the two owns is another's. */
function withOf(state: State, owner: Owner, other: State): State {
  const { parameters, first, second } = mapState(other, (vectors) => vectors[owner]);
  return {
    parameters: { ...state.parameters, [owner]: parameters },
    first: { ...state.first, [owner]: first },
    second: { ...state.second, [owner]: second },
  };
}

function mapState<From, To>(state: Readonly<Record<keyof State, From>>, change: (part: From) => To) {
  return { parameters: change(state.parameters), first: change(state.first), second: change(state.second) };
}

function numbersOf(tensors: Readonly<Record<string, DenseTensor>>): Record<string, number> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, numberOf(tensor)]));
}

const numberOf = ({ data }: DenseTensor): number => Number(data[0]);

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
