/**
 * The policy, written once: what is trained, what acts in the roll-outs and what ships is traced from these functions.
 *
 * Actor and critic are separate stacks of `layers` x (linear + swish), as in ML-Agents; the actor ends in the means of a
 * normal distribution per action, the critic in one value. The logarithm of the distribution's deviation is a parameter of
 * its own that depends on no observation. What an action dimension a does in the world is clamp(a, -3, 3) / 3.
 */
import { tf } from '../compile/tensorflow.ts';
import { RandomStream } from '../random/stream.ts';
import { ACTION_LIMIT } from './action-limit.ts';
import { STREAMS } from './streams.ts';

/** The shape of both networks. */
export interface Network {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly hiddenUnits: number;
  readonly layers: number;
}

/** Parameters by name; see `parameterTable` for names and shapes. */
export type Parameters<Value> = Readonly<Record<string, Value>>;

/** How a parameter starts: normal(0, deviation), uniform(-limit, limit) or zeros. */
type Start = { normal: number } | { uniform: number } | 'zeros';

export interface ParameterRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: Start;
}

/**
 * Every parameter of actor and critic. Weights are stored [in, out].
 * Starts: hidden layers and means Kaiming-normal with linear gain (1 / sqrt(fan in)), the means scaled by 0.2; the value
 * head Xavier-uniform; biases and log-deviation zero (ML-Agents `networks.py`, `layers.py`).
 */
export function parameterTable(network: Network): ParameterRow[] {
  const { observationSize, actionSize, hiddenUnits } = network;
  return [
    ...bodyRows('actor', network),
    linear('actor.mean', hiddenUnits, actionSize, { normal: 0.2 / Math.sqrt(hiddenUnits) }),
    { name: 'actor.logDeviation', shape: [1, actionSize], start: 'zeros' } as const,
    ...bodyRows('critic', network),
    linear('critic.value', hiddenUnits, 1, { uniform: Math.sqrt(6 / (hiddenUnits + 1)) }),
  ].flat();

  function bodyRows(owner: 'actor' | 'critic', { layers }: Network): ParameterRow[] {
    return Array.from({ length: layers }, (_, layer) => {
      const inputs = layer === 0 ? observationSize : hiddenUnits;
      return linear(`${owner}.hidden${layer}`, inputs, hiddenUnits, { normal: 1 / Math.sqrt(inputs) });
    }).flat();
  }
}

function linear(name: string, inputs: number, outputs: number, start: Start): ParameterRow[] {
  return [
    { name: `${name}.weight`, shape: [inputs, outputs], start },
    { name: `${name}.bias`, shape: [outputs], start: 'zeros' },
  ];
}

/** What an update has to know about a network. */
export interface ActorCritic {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly parameterTable: readonly ParameterRow[];
  /** Means of the action distribution, [batch, actionSize], from normalised observations [batch, observationSize]. */
  actionMeans(parameters: Parameters<tf.Tensor>, observations: tf.Tensor): tf.Tensor;
  /** Value of each state, [batch, 1], from the same. */
  stateValues(parameters: Parameters<tf.Tensor>, observations: tf.Tensor): tf.Tensor;
}

export function actorCritic(network: Network): ActorCritic {
  const { observationSize, actionSize } = network;
  return { observationSize, actionSize, parameterTable: parameterTable(network), actionMeans, stateValues };
}

/** Parameters as they are before the first update; the same seed gives the same numbers. */
export function initialParameters(network: Network, seed: number): Record<string, Float32Array> {
  const parameters: Record<string, Float32Array> = {};
  parameterTable(network).forEach(({ name, shape, start }, index) => {
    const random = new RandomStream(seed, STREAMS.initialParameters, index);
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    if (start !== 'zeros') {
      const draw =
        'normal' in start ? () => random.normal() * start.normal : () => random.uniform(-start.uniform, start.uniform);
      for (let at = 0; at < values.length; at++) values[at] = draw();
    }
    parameters[name] = values;
  });
  return parameters;
}

/** (x - mean) / deviation, kept within +-5. All but the observations are [observationSize]. */
export function normalised(observations: tf.Tensor, mean: tf.Tensor, deviation: tf.Tensor): tf.Tensor {
  return observations.sub(mean).div(deviation).clipByValue(-5, 5);
}

/** Means of the action distribution, [batch, actionSize], from normalised observations [batch, observationSize]. */
export function actionMeans(parameters: Parameters<tf.Tensor>, observations: tf.Tensor): tf.Tensor {
  return applyLinear(parameters, 'actor.mean', body(parameters, 'actor', observations));
}

/** Value of each state, [batch, 1], from normalised observations [batch, observationSize]. */
export function stateValues(parameters: Parameters<tf.Tensor>, observations: tf.Tensor): tf.Tensor {
  return applyLinear(parameters, 'critic.value', body(parameters, 'critic', observations));
}

/** What reaches the agents of an action drawn from the distribution: clamp(a, -3, 3) / 3, within [-1, 1]. */
export function squashed(action: tf.Tensor): tf.Tensor {
  return action.clipByValue(-ACTION_LIMIT, ACTION_LIMIT).div(ACTION_LIMIT);
}

function body(parameters: Parameters<tf.Tensor>, owner: 'actor' | 'critic', observations: tf.Tensor): tf.Tensor {
  let activations = observations;
  for (let layer = 0; parameters[`${owner}.hidden${layer}.weight`]; layer++) {
    const sums = applyLinear(parameters, `${owner}.hidden${layer}`, activations);
    activations = swish(sums);
  }
  return activations;
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

function applyLinear(parameters: Parameters<tf.Tensor>, name: string, input: tf.Tensor): tf.Tensor {
  return input.matMul(parameters[`${name}.weight`]!).add(parameters[`${name}.bias`]!);
}
