/**
 * The three networks that the update is measured on, as parameters and as TensorFlow.js functions: separate actor and critic,
 * 243 observations, 39 actions. `3x256` and `3x512` are ML-Agents' (linear + swish); `2x512-ln` is the lecture's (linear +
 * LayerNorm, no other activation).
 */
import { type ActorCritic, actorCritic, type Network } from '../train/policy/policy.ts';

export const OBSERVATIONS = 243;
export const ACTIONS = 39;

export interface UpdateCase extends ActorCritic {
  readonly name: string;
  readonly hiddenUnits: number;
  readonly layers: number;
}

export const updateCases: readonly UpdateCase[] = [
  updateCase('2x512-ln', 512, 2, true),
  updateCase('3x256', 256, 3),
  updateCase('3x512', 512, 3),
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

function updateCase(name: string, hiddenUnits: number, layers: number, layerNorm = false): UpdateCase {
  const size = { observationSize: OBSERVATIONS, actionSize: ACTIONS, hiddenUnits, layers };
  const network: Network = layerNorm ? { ...size, layerNorm, activation: 'none' } : size;
  return { name, hiddenUnits, layers, ...actorCritic(network) };
}
