/**
 * The policy, written once: what is trained, what acts in the roll-outs and what ships is traced from these functions.
 *
 * Actor and critic are stacks of `layers` x (linear + swish), as in ML-Agents, separate or on one body; the actor ends in the
 * means of a normal distribution per action, the critic in one value. The logarithm of the distribution's deviation is a
 * parameter of its own that depends on no observation. What an action dimension a does in the world is clamp(a, -3, 3) / 3.
 *
 * The layers themselves are those of dense.ts, or of symmetric.ts where the network respects a mirror.
 */

import { RandomStream } from '../../base/random/stream.ts';
import type { tf } from '../../compile/tensorflow.ts';
import { STREAMS } from '../numbers/streams.ts';
import { ACTION_LIMIT } from './action-limit.ts';
import { denseBody, denseHead, denseRows } from './dense.ts';
import { type InitialWeights, type Start, startValues } from './initial-weights.ts';
import {
  bodyOf,
  isSymmetric,
  type LinearLayer,
  linearLayers,
  type Network,
  type Owner,
  type ParameterRow,
  type Parameters,
} from './network.ts';
import {
  alikeInMirror,
  coordinatesOf,
  denseParameters,
  symmetricBody,
  symmetricHead,
  symmetricRows,
} from './symmetric.ts';

export type { Network, NetworkSymmetry, Owner, ParameterRow, Parameters } from './network.ts';

/** How a network starts. */
export interface Initialisation {
  readonly weights: InitialWeights;
  readonly logDeviation: number;
}

const ML_AGENTS_INITIALISATION: Initialisation = { weights: 'ml-agents', logDeviation: 0 };

/** Every parameter of actor and critic. */
export function parameterTable(network: Network, initial = ML_AGENTS_INITIALISATION): ParameterRow[] {
  const rowsOf = (layer: LinearLayer) =>
    isSymmetric(network) ? symmetricRows(network, layer, initial.weights) : denseRows(network, layer, initial.weights);
  return linearLayers(network).flatMap((layer) => {
    const { name, place } = layer;
    if (place === 'means') return [...rowsOf(layer), logDeviationRow(network, initial)];
    if (place === 'hidden' && network.layerNorm)
      return [...rowsOf(layer), ...normRows(network, name.replace('.hidden', '.norm'))];
    return rowsOf(layer);
  });
}

function logDeviationRow({ actionSize }: Network, initial: Initialisation): ParameterRow {
  return { name: 'actor.logDeviation', shape: [1, actionSize], start: startOf(initial.logDeviation) };
}

/** Of a layer norm; those units share them that the mirror swaps. */
function normRows({ hiddenUnits, symmetry }: Network, name: string): ParameterRow[] {
  const shape = [symmetry ? hiddenUnits / 2 : hiddenUnits];
  return [
    { name: `${name}.scale`, shape, start: startOf(1) },
    { name: `${name}.shift`, shape, start: 'zeros' },
  ];
}

function startOf(constant: number): Start {
  return constant === 0 ? 'zeros' : { constant };
}

/** What both are computed from counts as the actor's. */
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
  /** Means of the action distribution, [batch, actionSize], from observations as they are seen, [batch, observationSize]. */
  actionMeans(parameters: Parameters<tf.Tensor>, observations: tf.Tensor): tf.Tensor;
  /** Value of each state, [batch, 1], from the same. */
  stateValues(parameters: Parameters<tf.Tensor>, observations: tf.Tensor): tf.Tensor;
  /** Both at once: a body that they share is computed once. */
  both(parameters: Parameters<tf.Tensor>, observations: tf.Tensor): { means: tf.Tensor; values: tf.Tensor };
  /** Logarithm of the action distribution's deviation, [1, actionSize]. */
  logDeviation(parameters: Parameters<tf.Tensor>): tf.Tensor;
}

export function actorCritic(network: Network): ActorCritic {
  const { observationSize, actionSize, sharedBody = false } = network;
  const rest = { observationSize, actionSize, sharedBody, parameterTable: parameterTable(network) };
  if (!isSymmetric(network)) {
    return {
      ...rest,
      ...heads(network, {
        body: (name, parameters, observations) => denseBody(network, name, parameters, observations),
        head: ({ name }, parameters, features) => denseHead(name, parameters, features),
      }),
      logDeviation: (parameters) => parameters['actor.logDeviation']!,
    };
  }
  return {
    ...rest,
    ...heads(network, {
      body: (name, parameters, observations) => symmetricBody(network, name, parameters, observations),
      head: (layer, parameters, halves) => symmetricHead(network, layer, parameters, halves),
    }),
    logDeviation: (parameters) => alikeInMirror(parameters['actor.logDeviation']!, network.symmetry.actions),
  };
}

/** The layers of a network, as functions of its parameters: everything but the heads, and a head on top of it. */
interface Parts<Features> {
  body(name: string, parameters: Parameters<tf.Tensor>, observations: tf.Tensor): Features;
  head(layer: LinearLayer, parameters: Parameters<tf.Tensor>, features: Features): tf.Tensor;
}

function heads<Features>(
  network: Network,
  { body, head }: Parts<Features>,
): Pick<ActorCritic, 'actionMeans' | 'stateValues' | 'both'> {
  const layers = linearLayers(network);
  const [mean, value] = [layers.find(({ to }) => to === 'actions')!, layers.find(({ to }) => to === 'value')!];
  const [actor, critic] = [bodyOf(network, 'actor'), bodyOf(network, 'critic')];
  return {
    actionMeans: (parameters, observations) => head(mean, parameters, body(actor, parameters, observations)),
    stateValues: (parameters, observations) => head(value, parameters, body(critic, parameters, observations)),
    both(parameters, observations) {
      const seen = body(actor, parameters, observations);
      return {
        means: head(mean, parameters, seen),
        values: head(value, parameters, network.sharedBody ? seen : body(critic, parameters, observations)),
      };
    },
  };
}

/** A network of dense layers that computes the same, with its parameters: for whoever acts by it. */
export function denseForm<Whole extends { readonly network: Network; readonly parameters: Parameters<Float32Array> }>(
  whole: Whole,
): Whole {
  const { network, parameters } = whole;
  if (!isSymmetric(network)) return whole;
  const { symmetry: _, ...dense } = network;
  return { ...whole, network: dense, parameters: denseParameters(network, linearLayers(network), parameters) };
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

/** Normalised observations are clipped to this and its negative. */
export const OBSERVATION_LIMIT = 5;

/** What the networks see of observations [batch, observationSize], whose mean and deviation are [observationSize]. */
export function seenBy(
  network: Network,
  observations: tf.Tensor,
  { mean, deviation }: Readonly<Record<'mean' | 'deviation', tf.Tensor>>,
): tf.Tensor {
  // As in ML-Agents, the clipping is the normaliser's: without it there is none.
  const limited = (normal: tf.Tensor) => normal.clipByValue(-OBSERVATION_LIMIT, OBSERVATION_LIMIT);
  const seen = network.rawObservations ? observations : limited(observations.sub(mean).div(deviation));
  return isSymmetric(network) ? coordinatesOf(seen, network) : seen;
}

/** What reaches the agents of an action drawn from the distribution: clamp(a, -3, 3) / 3, within [-1, 1]. */
export function squashed(action: tf.Tensor): tf.Tensor {
  return action.clipByValue(-ACTION_LIMIT, ACTION_LIMIT).div(ACTION_LIMIT);
}
