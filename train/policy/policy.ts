/**
 * The policy, written once: what is trained, what acts in the roll-outs and what ships is traced from these functions.
 *
 * Actor and critic are stacks of `layers` x (linear + swish), as in ML-Agents, separate or on one body; the actor ends in the
 * means of a normal distribution per action, the critic in one value. The logarithm of the distribution's deviation is a
 * parameter of its own that depends on no observation. What an action dimension a does in the world is clamp(a, -3, 3) / 3.
 */

import { RandomStream } from '../../base/random/stream.ts';
import { layerNorm, scaledLinear, standardised } from '../../compile/layer-norm.ts';
import { tf } from '../../compile/tensorflow.ts';
import { STREAMS } from '../numbers/streams.ts';
import { ACTION_LIMIT } from './action-limit.ts';
import { type InitialWeights, layerStart, type Place, type Start, startValues } from './initial-weights.ts';

/** The shape of both networks. What is left out is as ML-Agents has it. */
export interface Network {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly hiddenUnits: number;
  readonly layers: number;
  /** What follows each hidden layer; default swish. */
  readonly activation?: keyof typeof activations;
  /** Whether a layer norm stands between each hidden linear layer and its activation. */
  readonly layerNorm?: boolean;
  /** Whether both heads stand on one body; else each has its own. */
  readonly sharedBody?: boolean;
  /** Whether the networks see observations as they are, neither normalised nor clipped. */
  readonly rawObservations?: boolean;
}

/** How a network starts. */
export interface Initialisation {
  readonly weights: InitialWeights;
  readonly logDeviation: number;
}

const ML_AGENTS_INITIALISATION: Initialisation = { weights: 'ml-agents', logDeviation: 0 };

/** Parameters by name; see `parameterTable` for names and shapes. */
export type Parameters<Value> = Readonly<Record<string, Value>>;

export interface ParameterRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: Start;
}

/** Every parameter of actor and critic. Weights are stored [in, out]. A body for both is called shared. */
export function parameterTable(network: Network, initial = ML_AGENTS_INITIALISATION): ParameterRow[] {
  const { observationSize, actionSize, hiddenUnits, layers, layerNorm, sharedBody } = network;
  return [
    ...bodyRows(bodyOf(network, 'actor')),
    ...linear('actor.mean', hiddenUnits, actionSize, 'means'),
    { name: 'actor.logDeviation', shape: [1, actionSize], start: startOf(initial.logDeviation) },
    ...(sharedBody ? [] : bodyRows(bodyOf(network, 'critic'))),
    ...linear('critic.value', hiddenUnits, 1, 'value'),
  ];

  function bodyRows(body: string): ParameterRow[] {
    return Array.from({ length: layers }, (_, layer) => [
      ...linear(`${body}.hidden${layer}`, layer === 0 ? observationSize : hiddenUnits, hiddenUnits, 'hidden'),
      ...(layerNorm ? normRows(`${body}.norm${layer}`) : []),
    ]).flat();
  }

  function normRows(name: string): ParameterRow[] {
    return [
      { name: `${name}.scale`, shape: [hiddenUnits], start: startOf(1) },
      { name: `${name}.shift`, shape: [hiddenUnits], start: 'zeros' },
    ];
  }

  function linear(name: string, inputs: number, outputs: number, place: Place): ParameterRow[] {
    const { weight, bias } = layerStart(initial.weights, place, inputs, outputs);
    return [
      { name: `${name}.weight`, shape: [inputs, outputs], start: weight },
      { name: `${name}.bias`, shape: [outputs], start: bias },
    ];
  }
}

function startOf(constant: number): Start {
  return constant === 0 ? 'zeros' : { constant };
}

function bodyOf({ sharedBody }: Network, owner: Owner): 'shared' | Owner {
  return sharedBody ? 'shared' : owner;
}

/** Who is computed from a parameter. What both are computed from counts as the actor's where it is asked who owns it. */
export type Owner = 'actor' | 'critic';

export function ownerOf(name: string): Owner {
  return name.startsWith('critic.') ? 'critic' : 'actor';
}

/** The parameters that one of the two is computed from. */
export function parametersOf(network: Network, owner: Owner): ParameterRow[] {
  const prefixes = [`${owner}.`, `${bodyOf(network, owner)}.`];
  return parameterTable(network).filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
}

/** What an update has to know about a network. */
export interface ActorCritic {
  readonly observationSize: number;
  readonly actionSize: number;
  /** Whether both stand on one body. */
  readonly sharedBody: boolean;
  readonly parameterTable: readonly ParameterRow[];
  /** Means of the action distribution, [batch, actionSize], from normalised observations [batch, observationSize]. */
  actionMeans(parameters: Parameters<tf.Tensor>, observations: tf.Tensor): tf.Tensor;
  /** Value of each state, [batch, 1], from the same. */
  stateValues(parameters: Parameters<tf.Tensor>, observations: tf.Tensor): tf.Tensor;
  /** Both at once: a body that they share is computed once. */
  both(parameters: Parameters<tf.Tensor>, observations: tf.Tensor): { means: tf.Tensor; values: tf.Tensor };
}

export function actorCritic(network: Network): ActorCritic {
  const { observationSize, actionSize, sharedBody = false } = network;
  const means = (parameters: Parameters<tf.Tensor>, features: Features) =>
    applyLinear(parameters, 'actor.mean', features);
  const values = (parameters: Parameters<tf.Tensor>, features: Features) =>
    applyLinear(parameters, 'critic.value', features);
  return {
    observationSize,
    actionSize,
    sharedBody,
    parameterTable: parameterTable(network),
    actionMeans: (parameters, observations) => means(parameters, body(network, 'actor', parameters, observations)),
    stateValues: (parameters, observations) => values(parameters, body(network, 'critic', parameters, observations)),
    both(parameters, observations) {
      const seen = body(network, 'actor', parameters, observations);
      return {
        means: means(parameters, seen),
        values: values(parameters, sharedBody ? seen : body(network, 'critic', parameters, observations)),
      };
    },
  };
}

/** Parameters as they are before the first update; the same seed gives the same numbers. */
export function initialParameters(
  network: Network,
  seed: number,
  initial?: Initialisation,
): Record<string, Float32Array> {
  return Object.fromEntries(
    parameterTable(network, initial).map(({ name, shape, start }, index) => [
      name,
      startValues(start, shape, new RandomStream(seed, STREAMS.initialParameters, index)),
    ]),
  );
}

/** What the networks see of observations [batch, observationSize], whose mean and deviation are [observationSize]. */
export function seenBy(
  { rawObservations }: Network,
  observations: tf.Tensor,
  { mean, deviation }: Readonly<Record<'mean' | 'deviation', tf.Tensor>>,
): tf.Tensor {
  // As in ML-Agents, the clipping is the normaliser's: without it there is none.
  return rawObservations ? observations : observations.sub(mean).div(deviation).clipByValue(-5, 5);
}

/** What reaches the agents of an action drawn from the distribution: clamp(a, -3, 3) / 3, within [-1, 1]. */
export function squashed(action: tf.Tensor): tf.Tensor {
  return action.clipByValue(-ACTION_LIMIT, ACTION_LIMIT).div(ACTION_LIMIT);
}

/** What a layer reads: numbers, and the name of a layer norm whose scale and shift have yet to be applied to them. */
interface Features {
  readonly values: tf.Tensor;
  readonly norm?: string;
}

function body(network: Network, owner: Owner, parameters: Parameters<tf.Tensor>, observations: tf.Tensor): Features {
  const { layers, layerNorm: hasNorms, activation = 'swish' } = network;
  const activate = activations[activation];
  const name = bodyOf(network, owner);
  let features: Features = { values: observations };
  for (let layer = 0; layer < layers; layer++) {
    const sums = applyLinear(parameters, `${name}.hidden${layer}`, features);
    const norm = `${name}.norm${layer}`;
    if (!hasNorms) features = { values: activate(sums) };
    else if (activation === 'none') features = { values: standardised(sums), norm };
    else features = { values: activate(layerNorm(sums, parameters[`${norm}.scale`]!, parameters[`${norm}.shift`]!)) };
  }
  return features;
}

/**
 * x sigmoid(x), with its derivative s (1 - y) + y put so that it takes four passes over the batch and not the six that
 * tfjs makes of it; s = sigmoid(x), y = x s.
 */
const swish = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  const sigmoid = input.sigmoid();
  const value = input.mul(sigmoid);
  (save as tf.GradSaveFunc)([sigmoid, value]);
  return {
    value,
    gradFunc: (upstream: tf.Tensor, [s, y]: tf.Tensor[]) => [tf.sub(1, y!).mul(s!).add(y!).mul(upstream)],
  };
}) as (x: tf.Tensor) => tf.Tensor;

const activations = {
  swish,
  tanh: (x: tf.Tensor): tf.Tensor => x.tanh(),
  none: (x: tf.Tensor): tf.Tensor => x,
};

function applyLinear(parameters: Parameters<tf.Tensor>, name: string, { values, norm }: Features): tf.Tensor {
  const [weight, bias] = [parameters[`${name}.weight`]!, parameters[`${name}.bias`]!];
  if (!norm) return values.matMul(weight).add(bias);
  return scaledLinear(values, parameters[`${norm}.scale`]!, parameters[`${norm}.shift`]!, weight, bias);
}
