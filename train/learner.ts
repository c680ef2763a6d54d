/**
 * PPO's update: parameters, Adam's moments and the normaliser, and the one traced function that changes them.
 *
 * The whole step (normalised observations in, losses, gradients and Adam, new parameters out) is one function of the
 * TensorFlow.js functions in policy.ts, losses.ts and adam.ts. The engine makes one ONNX graph of it and runs that in
 * onnxruntime, or runs the very same function eagerly on a backend of TensorFlow.js.
 */
import { type Engine, openEngine, type TensorsOf } from '../compile/index.ts';
import type { StoredTensor } from '../files/safetensors.ts';
import type { RandomStream } from '../random/stream.ts';
import { adamFactors } from './adam.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Normaliser } from './normaliser.ts';
import { firstNotFinite, NotFiniteError, requireFinite } from './not-finite.ts';
import { actorCritic, initialParameters, type Network, normalised, parameterTable, stateValues } from './policy.ts';
import { parameterSignature, updateSignature, updateStep } from './update-step.ts';

/** What an update learns from; all arrays have one row for each decision. */
export interface LearningBuffer {
  readonly observations: Float32Array; // [rows, observationSize], normalised
  readonly actions: Float32Array; // [rows, actionSize]
  readonly logProbabilities: Float32Array; // [rows, actionSize]
  readonly advantages: Float32Array; // [rows]
  readonly returns: Float32Array; // [rows]
}

/** Settings of one update; schedules have been applied. */
export interface UpdateSettings {
  readonly learningRate: number;
  readonly epsilon: number;
  readonly beta: number;
  readonly epochs: number;
}

/** Means over an update's minibatches. */
export interface UpdateStatistics {
  readonly policyLoss: number;
  /** Mean of its size, which is what ML-Agents shows. */
  readonly absolutePolicyLoss: number;
  readonly valueLoss: number;
  readonly entropy: number;
  /** Divergence between the policy that collected and the one that is being learnt. */
  readonly divergence: number;
}

const STATISTICS = ['policyLoss', 'valueLoss', 'entropy', 'divergence'] as const;
const STATISTICS_IN_WORDS = {
  policyLoss: 'the policy loss',
  valueLoss: 'the value loss',
  entropy: 'the entropy',
  divergence: 'the divergence from the policy that collected',
} as const;
const COLUMNS = ['observations', 'actions', 'logProbabilities', 'advantages', 'returns'] as const;

type StepStatistics = Readonly<Record<(typeof STATISTICS)[number], number>>;
type Values = Record<string, Float32Array>;

export class Learner {
  readonly network: Network;
  #normaliser: Normaliser;
  readonly #batchSize: number;
  readonly #functions: Functions;
  #parameters: Values;
  #first: Values;
  #second: Values;
  #adamCount = 0;

  private constructor(network: Network, parameters: Values, batchSize: number, functions: Functions) {
    this.network = network;
    this.#normaliser = new Normaliser(network.observationSize);
    this.#parameters = parameters;
    this.#first = zerosLike(parameters);
    this.#second = zerosLike(parameters);
    this.#batchSize = batchSize;
    this.#functions = functions;
  }

  /**
   * Makes the functions ready, which takes about a second where they are traced.
   *
   * @param engine what computes; default: traced, onnxruntime on the CPU.
   */
  static async create(network: Network, batchSize: number, seed: number, engine?: Engine): Promise<Learner> {
    const functions = await prepareFunctions(network, batchSize, engine ?? (await openEngine()));
    return new Learner(network, initialParameters(network, seed), batchSize, functions);
  }

  get parameters(): Readonly<Values> {
    return this.#parameters;
  }

  get normaliser(): Normaliser {
    return this.#normaliser;
  }

  get optimiser(): Checkpoint['optimiser'] {
    return { first: this.#first, second: this.#second, count: this.#adamCount };
  }

  /** Goes on from a checkpoint of the same network. */
  restore({ parameters, optimiser, normaliser }: Pick<Checkpoint, 'parameters' | 'optimiser' | 'normaliser'>): void {
    this.#parameters = { ...parameters };
    this.#first = { ...optimiser.first };
    this.#second = { ...optimiser.second };
    this.#adamCount = optimiser.count;
    this.#normaliser = normaliser;
  }

  /** Normalised observations and their values, [rows, observationSize] and [rows], from raw ones. */
  async evaluate(observations: Float32Array): Promise<{ normalised: Float32Array; values: Float32Array }> {
    const size = this.network.observationSize;
    const rows = observations.length / size;
    const result = { normalised: new Float32Array(observations.length), values: new Float32Array(rows) };
    const { mean, deviation } = this.#normaliser.statistics();
    const parameters = Object.fromEntries(
      Object.entries(this.#parameters).filter(([name]) => name.startsWith('critic.')),
    );
    for (let row = 0; row < rows; row += this.#batchSize) {
      const end = Math.min(row + this.#batchSize, rows);
      const part = {
        type: 'float32',
        shape: [end - row, size],
        data: observations.subarray(row * size, end * size),
      } as const;
      const computed = await this.#functions.evaluate.run({ parameters, mean, deviation, observations: part });
      result.normalised.set(computed.normalised.data as Float32Array, row * size);
      result.values.set(computed.values.data as Float32Array, row);
    }
    return result;
  }

  /**
   * Epochs of shuffled minibatches, one Adam step each; the remainder of an epoch is left out, as in ML-Agents.
   *
   * @throws NotFiniteError where a loss, a gradient or a parameter stops being a number. Parameters and moments are then
   *   those before the minibatch that did it.
   */
  async update(buffer: LearningBuffer, settings: UpdateSettings, random: RandomStream): Promise<UpdateStatistics> {
    const rows = buffer.advantages.length;
    const order = Uint32Array.from({ length: rows }, (_, row) => row);
    const batch = minibatchArrays(this.network, this.#batchSize);
    const sums = {
      policyLoss: 0,
      absolutePolicyLoss: 0,
      valueLoss: 0,
      entropy: 0,
      divergence: 0,
    };
    const minibatches = Math.floor(rows / this.#batchSize) * settings.epochs;
    let minibatch = 0;

    for (let epoch = 0; epoch < settings.epochs; epoch++) {
      random.shuffle(order);
      for (let start = 0; start + this.#batchSize <= rows; start += this.#batchSize) {
        const chosen = order.subarray(start, start + this.#batchSize);
        for (const column of COLUMNS) gather(buffer[column], rows, chosen, batch[column]);
        const place = `minibatch ${++minibatch} of ${minibatches}`;
        const statistics = await this.#step({ batch, rows: chosen, place }, settings);
        for (const name of STATISTICS) sums[name] += statistics[name] / minibatches;
        sums.absolutePolicyLoss += Math.abs(statistics.policyLoss) / minibatches;
      }
    }
    this.#checkParameters();
    return sums;
  }

  async #step(minibatch: Minibatch, { learningRate, epsilon, beta }: UpdateSettings): Promise<StepStatistics> {
    const count = this.#adamCount + 1;
    const { stepSize, tiny } = adamFactors(learningRate, count);
    const computed = await this.#functions.updateStep.run({
      parameters: this.#parameters,
      first: this.#first,
      second: this.#second,
      batch: minibatch.batch,
      stepSize: Float32Array.of(stepSize),
      tiny: Float32Array.of(tiny),
      epsilon: Float32Array.of(epsilon),
      beta: Float32Array.of(beta),
    });
    const statistics = dataOf(computed.statistics);
    for (const name of STATISTICS) {
      const value = statistics[name]![0]!;
      if (!Number.isFinite(value)) throw notFinite(STATISTICS_IN_WORDS[name], value, minibatch);
    }
    const squares = computed.gradientSquares.data as Float32Array;
    const bad = firstNotFinite(squares);
    if (bad >= 0) {
      const { name } = parameterTable(this.network)[bad]!;
      throw notFinite(`the squared gradient of ${name}`, squares[bad]!, minibatch);
    }
    this.#adamCount = count;
    this.#parameters = dataOf(computed.parameters);
    this.#first = dataOf(computed.first);
    this.#second = dataOf(computed.second);
    return Object.fromEntries(STATISTICS.map((name) => [name, statistics[name]![0]!])) as unknown as StepStatistics;
  }

  /** A step of a finite gradient can still lead out of the numbers, where the learning rate is huge. */
  #checkParameters(): void {
    for (const [name, values] of Object.entries(this.#parameters)) {
      requireFinite(`the parameter ${name}`, values, () => ({ evidence: {} }));
    }
  }

  async release(): Promise<void> {
    await this.#functions.updateStep.release();
    await this.#functions.evaluate.release();
  }
}

/** Some rows of a buffer, on their way through a step. */
interface Minibatch {
  readonly batch: LearningBuffer;
  /** Of the buffer. */
  readonly rows: Uint32Array;
  /** "minibatch 5 of 30". */
  readonly place: string;
}

function notFinite(tensor: string, value: number, { batch, rows, place }: Minibatch): NotFiniteError {
  const evidence: Record<string, StoredTensor> = {
    'minibatch.rows': { shape: [rows.length], data: rows.slice() },
  };
  for (const column of COLUMNS) {
    const data = batch[column].slice();
    evidence[`minibatch.${column}`] = { shape: [rows.length, data.length / rows.length], data };
  }
  return new NotFiniteError({ tensor, value, place, evidence });
}

type Functions = Awaited<ReturnType<typeof prepareFunctions>>;

async function prepareFunctions(network: Network, batchSize: number, engine: Engine) {
  const networks = actorCritic(network);
  return {
    updateStep: await engine.prepare(updateStep(networks), updateSignature(networks, batchSize)),
    evaluate: await engine.prepare(evaluation, evaluationSignature(network)),
  };
}

type EvaluationInputs = TensorsOf<ReturnType<typeof evaluationSignature>>;

function evaluation({ parameters, mean, deviation, observations }: EvaluationInputs) {
  const clipped = normalised(observations, mean, deviation);
  return { normalised: clipped, values: stateValues(parameters, clipped) };
}

function evaluationSignature(network: Network) {
  const { observationSize } = network;
  return {
    parameters: parameterSignature(parameterTable(network).filter(({ name }) => name.startsWith('critic.'))),
    mean: { shape: [observationSize] },
    deviation: { shape: [observationSize] },
    observations: { shape: ['batch', observationSize] },
  };
}

function minibatchArrays({ observationSize, actionSize }: Network, rows: number) {
  return {
    observations: new Float32Array(rows * observationSize),
    actions: new Float32Array(rows * actionSize),
    logProbabilities: new Float32Array(rows * actionSize),
    advantages: new Float32Array(rows),
    returns: new Float32Array(rows),
  };
}

/** Copies the chosen rows of a column. */
function gather(column: Float32Array, rows: number, chosen: Uint32Array, target: Float32Array): void {
  const width = column.length / rows;
  for (let index = 0; index < chosen.length; index++) {
    const from = chosen[index]! * width;
    target.set(column.subarray(from, from + width), index * width);
  }
}

function zerosLike(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, { length }]) => [name, new Float32Array(length)]));
}

function dataOf(tensors: unknown): Values {
  const values: Values = {};
  for (const [name, { data }] of Object.entries(tensors as Record<string, { data: Float32Array }>)) values[name] = data;
  return values;
}
