/**
 * The three networks that the update is measured on, as parameters and as TensorFlow.js functions: separate actor and critic,
 * 243 observations, 39 actions. `3x256` and `3x512` are ML-Agents' (linear + swish); `2x512-ln` is the lecture's (linear +
 * LayerNorm, no other activation).
 */
import type { tf } from '../compile/tensorflow.ts';
import { type ActorCritic, actorCritic, type ParameterRow, parameterTable } from '../train/policy.ts';

export const OBSERVATIONS = 243;
export const ACTIONS = 39;

type Values = Readonly<Record<string, tf.Tensor>>;

export interface UpdateCase extends ActorCritic {
  readonly name: string;
  readonly hiddenUnits: number;
  readonly layers: number;
  readonly layerNorm: boolean;
}

export const updateCases: readonly UpdateCase[] = [
  layerNormCase('2x512-ln', 512, 2),
  swishCase('3x256', 256, 3),
  swishCase('3x512', 512, 3),
];

/** Floating-point operations of one update: products of forward and backward pass; what is element by element is left out. */
export function productOperations({ hiddenUnits, layers }: UpdateCase, batch: number): number {
  const stack = (outputs: number) => {
    const forward = OBSERVATIONS * hiddenUnits + (layers - 1) * hiddenUnits ** 2 + hiddenUnits * outputs;
    // Gradients of weights cost as much as the forward pass, those of inputs too, but nobody needs those of observations.
    return 3 * forward - OBSERVATIONS * hiddenUnits;
  };
  return 2 * batch * (stack(ACTIONS) + stack(1));
}

function swishCase(name: string, hiddenUnits: number, layers: number): UpdateCase {
  const network = { observationSize: OBSERVATIONS, actionSize: ACTIONS, hiddenUnits, layers };
  return { name, hiddenUnits, layers, layerNorm: false, ...actorCritic(network) };
}

function layerNormCase(name: string, hiddenUnits: number, layers: number): UpdateCase {
  const network = { observationSize: OBSERVATIONS, actionSize: ACTIONS, hiddenUnits, layers };
  const norms = (['actor', 'critic'] as const).flatMap((owner) =>
    Array.from({ length: layers }, (_, layer): ParameterRow[] => [
      { name: `${owner}.norm${layer}.scale`, shape: [hiddenUnits], start: { uniform: 1 } },
      { name: `${owner}.norm${layer}.shift`, shape: [hiddenUnits], start: 'zeros' },
    ]).flat(),
  );
  const linear = (parameters: Values, layer: string, input: tf.Tensor) =>
    input.matMul(parameters[`${layer}.weight`]!).add(parameters[`${layer}.bias`]!);
  const stack = (owner: string, head: string) => (parameters: Values, observations: tf.Tensor) => {
    let activations = observations;
    for (let layer = 0; layer < layers; layer++) {
      const sums = linear(parameters, `${owner}.hidden${layer}`, activations);
      const mean = sums.mean(1, true);
      const centred = sums.sub(mean);
      const deviation = centred.square().mean(1, true).add(1e-5).sqrt();
      activations = centred
        .div(deviation)
        .mul(parameters[`${owner}.norm${layer}.scale`]!)
        .add(parameters[`${owner}.norm${layer}.shift`]!);
    }
    return linear(parameters, head, activations);
  };
  return {
    name,
    hiddenUnits,
    layers,
    layerNorm: true,
    observationSize: OBSERVATIONS,
    actionSize: ACTIONS,
    parameterTable: [...parameterTable(network), ...norms],
    actionMeans: stack('actor', 'actor.mean'),
    stateValues: stack('critic', 'critic.value'),
  };
}
