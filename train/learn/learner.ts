/**
 * PPO's update: parameters, Adam's moments and the normaliser, and the minibatches that change them.
 *
 * What is computed (observations as the networks see them, losses, gradients and Adam) are the TensorFlow.js functions in
 * policy.ts, losses.ts and adam.ts. The engine makes ONNX graphs of them and runs those in onnxruntime, or runs the very same
 * functions eagerly on a backend of TensorFlow.js.
 */

import type { RandomStream } from '../../base/random/stream.ts';
import type { DenseTensor, Engine, TensorsOf } from '../../compile/index.ts';
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
import { normaliseAdvantages } from './advantages.ts';
import type { LearnerState, OptimiserState } from './learner-state.ts';
import {
  emptyBatch,
  type MinibatchStep,
  paysSideBySide,
  prepareSteps,
  type State,
  TOGETHER,
} from './minibatch-step.ts';
import { type Drawing, minibatches, minibatchesIn } from './minibatches.ts';
import type { Objective } from './objective.ts';
import { parametersIn, type Vectors, vectorsOf, zeroVectors } from './parameter-vectors.ts';
import { AT_ONCE, UpdatePass, type UpdateSettings } from './update-pass.ts';

export type { UpdateSettings } from './update-pass.ts';

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
  /** What observations are divided by at least when they are normalised. */
  readonly minObservationDeviation?: number | null;
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
  /** Share of the ratios beyond 1 +- epsilon; absent where there is no clip. */
  readonly clipFraction?: number;
  readonly mirrorLoss?: number;
  /** Norms of the gradients, before anything scales them down; a body that both share counts as the actor's. */
  readonly actorGradientNorm: number;
  readonly criticGradientNorm: number;
  /** Of all gradients together, before they were scaled down; of the critic's where it learns alone. Told where they are. */
  readonly gradientNorm?: number;
}

type Values = Record<string, Float32Array>;

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
    this.#normaliser.leastDeviation = options.minObservationDeviation ?? 0;
  }

  /**
   * Makes the functions ready, which takes about a second where they are traced.
   *
   * @param engine what computes.
   */
  static async create(
    network: Network,
    batchSize: number,
    seed: number,
    engine: Engine,
    options: LearnerOptions = {},
  ): Promise<Learner> {
    const functions = await prepareFunctions(network, batchSize, engine, options);
    const initial = initialParameters(network, seed, options.initial);
    return new Learner(network, initial, batchSize, engine, functions, options);
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
    this.#normaliser.leastDeviation = this.#options.minObservationDeviation ?? 0;
  }

  /** What the networks see of raw observations, and its values: [rows, observationSize] and [rows]. */
  async evaluate(observations: Float32Array): Promise<{ seen: Float32Array; values: Float32Array }> {
    const size = this.network.observationSize;
    const result = {
      seen: new Float32Array(observations.length),
      values: new Float32Array(observations.length / size),
    };
    const moments = this.#normaliser.moments();
    const all = this.parameters;
    const parameters = Object.fromEntries(parametersOf(this.network, 'critic').map(({ name }) => [name, all[name]!]));
    const evaluatePart = async ({ row, part }: PartOfRows) => {
      const { seen, values } = await this.#functions.evaluate.run({ parameters, ...moments, observations: part });
      result.seen.set(seen.data as Float32Array, row * size);
      result.values.set(values.data as Float32Array, row);
    };
    await Promise.all(partsOfRows(observations, size, this.#batchSize).map(evaluatePart));
    return result;
  }

  /** What the networks see of raw observations alone, [rows, observationSize]: the same as `evaluate` tells. */
  async see(observations: Float32Array): Promise<Float32Array> {
    const size = this.network.observationSize;
    const all = new Float32Array(observations.length);
    const moments = this.#normaliser.moments();
    for (const { row, part } of partsOfRows(observations, size, this.#batchSize)) {
      const { seen } = await this.#functions.see.run({ ...moments, observations: part });
      all.set(seen.data as Float32Array, row * size);
    }
    return all;
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
    const { drawing = 'shuffled' } = this.#options;
    const rows = buffer.advantages.length;
    const { steps } = this.#functions;
    const drawn = Array.from(minibatches(rows, this.#batchSize, settings.epochs, drawing, random), (chosen) =>
      chosen.slice(),
    );
    let passes = await this.#pass(drawn, buffer, settings, false);
    // What is no number is found, told and kept minibatch by minibatch.
    const tookSeveral = steps.some(({ takesSeveral }) => takesSeveral);
    if (tookSeveral && firstFailure(passes)) passes = await this.#pass(drawn, buffer, settings, true);
    const failure = firstFailure(passes);
    if (failure) for (const pass of passes) pass.backTo(failure.at);
    this.#takeFrom(steps, passes);
    if (failure) throw failure.error;
    this.#limitDeviation();
    this.#checkParameters();
    const [{ divergences, taken }] = passes as [UpdatePass];
    const last = divergences.slice(-minibatchesIn(rows, this.#batchSize));
    return {
      ...(Object.assign({}, ...passes.map((pass) => pass.statistics())) as UpdateStatistics),
      lastDivergence: last.reduce((sum, each) => sum + each, 0) / last.length,
      actorMinibatches: taken,
    };
  }

  /** Leads all through the minibatches, from the state as it is. @param oneByOne whether each gets a call of its own. */
  async #pass(
    drawn: readonly Uint32Array[],
    buffer: LearningBuffer,
    settings: UpdateSettings,
    oneByOne: boolean,
  ): Promise<UpdatePass[]> {
    const { steps, batches } = this.#functions;
    const { sharedBody = false } = this.network;
    const rows = buffer.advantages.length;
    const passes = steps.map((step) => {
      step.load(this.#state);
      return new UpdatePass(step, this.#options, settings, { counts: this.#counts, sharedBody, oneByOne });
    });
    const atOnce = oneByOne ? AT_ONCE : batches.length;
    let met = 0;
    for (const chosen of drawn) {
      // Nobody reads what is in the memory any more.
      await Promise.all(passes.map((pass) => pass.through(met - atOnce)));
      if (passes.every(({ isOver }) => isOver) || passes.some(({ failure }) => failure)) break;
      const batch = batches[met % atOnce]!;
      for (const name in batch) gather(buffer[name as keyof LearningBuffer]!, rows, chosen, batch[name]!);
      if (this.#options.normalisesMinibatches) normaliseAdvantages(batch['advantages']!);
      const minibatch = { batch, rows: chosen, place: `minibatch ${++met} of ${drawn.length}` };
      for (const pass of passes) pass.take(minibatch);
    }
    for (const pass of passes) pass.finish();
    await Promise.all(passes.map((pass) => pass.through(met - 1)));
    return passes;
  }

  /** What an update has come to, in arrays of its own: those of the steps are written to again. */
  #takeFrom(steps: readonly MinibatchStep[], passes: readonly UpdatePass[]): void {
    for (const [index, step] of steps.entries()) {
      const { parameters, first, second } = step.state();
      this.#state = {
        parameters: { ...this.#state.parameters, ...parameters },
        first: { ...this.#state.first, ...first },
        second: { ...this.#state.second, ...second },
      };
      for (const owner of step.owners) this.#counts = { ...this.#counts, [owner]: passes[index]!.counts[owner] };
    }
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

  async release(): Promise<void> {
    for (const step of this.#functions.steps) await step.release();
    await this.#functions.evaluate.release();
    await this.#functions.see.release();
  }
}

type Functions = Awaited<ReturnType<typeof prepareFunctions>>;

async function prepareFunctions(network: Network, batchSize: number, engine: Engine, options: LearnerOptions) {
  const networks = actorCritic(network);
  const { actorMinibatches, targetDivergence, objective, maxGradientNorm } = options;
  const criticGoesOn = Boolean(actorMinibatches || targetDivergence);
  const sideBySide = paysSideBySide(networks, batchSize, engine);
  // The first one shows whether a device is there.
  const evaluate = await engine.prepare(evaluation(network), evaluationSignature(network), { sideBySide });
  const see = await engine.prepare(seeing(network), seeingSignature(network));
  const steps = await prepareSteps(networks, batchSize, engine, { objective, maxGradientNorm, criticGoesOn });
  const atOnce = steps.some(({ takesSeveral }) => takesSeveral) ? AT_ONCE * TOGETHER : AT_ONCE;
  const batches = Array.from({ length: atOnce }, () => emptyBatch(networks, batchSize, objective));
  return { evaluate, see, steps, batches };
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
  return {
    parameters: Object.fromEntries(parametersOf(network, 'critic').map(({ name, shape }) => [name, { shape }])),
    ...seeingSignature(network),
  };
}

function seeing(network: Network) {
  return ({ observations, ...moments }: TensorsOf<ReturnType<typeof seeingSignature>>) => ({
    seen: seenBy(network, observations, moments),
  });
}

function seeingSignature({ observationSize }: Network) {
  return {
    mean: { shape: [observationSize] },
    deviation: { shape: [observationSize] },
    observations: { shape: ['batch', observationSize] },
  };
}

interface PartOfRows {
  /** Its first. */
  readonly row: number;
  readonly part: DenseTensor;
}

/** Rows in parts of so many at most. */
function partsOfRows(observations: Float32Array, size: number, most: number): PartOfRows[] {
  const rows = observations.length / size;
  return Array.from({ length: Math.ceil(rows / most) }, (_, index) => {
    const [row, end] = [index * most, Math.min((index + 1) * most, rows)];
    const data = observations.subarray(row * size, end * size);
    return { row, part: { type: 'float32', shape: [end - row, size], data } };
  });
}

/** Copies the chosen rows of a column. */
function gather(column: Float32Array, rows: number, chosen: Uint32Array, target: Float32Array): void {
  const width = column.length / rows;
  if (width === 1) {
    for (let index = 0; index < chosen.length; index++) target[index] = column[chosen[index]!]!;
    return;
  }
  for (let index = 0; index < chosen.length; index++) {
    const from = chosen[index]! * width;
    target.set(column.subarray(from, from + width), index * width);
  }
}

/** That of the first minibatch that has one. */
function firstFailure(passes: readonly UpdatePass[]): UpdatePass['failure'] {
  const [first, ...others] = passes.flatMap(({ failure }) => failure ?? []);
  return others.reduce((earliest, failure) => (failure.at < earliest!.at ? failure : earliest), first);
}
