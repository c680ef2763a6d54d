/**
 * The networks that the update is measured on, as parameters and as TensorFlow.js functions: separate actor and critic,
 * 243 observations, 39 actions. `3x256` and `3x512` are ML-Agents' (linear + swish); `2x512-ln` is the lecture's (linear +
 * LayerNorm, no other activation); `3x256-sym` respects the Walker's mirror, so that its rows stand for twice as many.
 */
import { behavior } from '../envs/walker/behavior.ts';
import { symmetryOf } from '../train/learn/learner-options.ts';
import { type ActorCritic, actorCritic, type Network } from '../train/policy/policy.ts';

export const OBSERVATIONS = 243;
export const ACTIONS = 39;

export interface UpdateCase extends ActorCritic {
  readonly name: string;
  readonly hiddenUnits: number;
  readonly layers: number;
  readonly isSymmetric: boolean;
}

export const updateCases: readonly UpdateCase[] = [
  updateCase('2x512-ln', 512, 2, { layerNorm: true, activation: 'none' }),
  updateCase('3x256', 256, 3),
  updateCase('3x512', 512, 3),
  updateCase('3x256-sym', 256, 3, { symmetry: symmetryOf(behavior) }),
];

/** Floating-point operations of one update: products of forward and backward pass; what is element by element is left out. */
export function productOperations({ hiddenUnits, layers, isSymmetric }: UpdateCase, batch: number): number {
  // Each layer but the head is two products of half the size each way.
  const share = isSymmetric ? 1 / 2 : 1;
  const stack = (outputs: number) => {
    const observations = OBSERVATIONS * hiddenUnits * share;
    const forward = observations + (layers - 1) * hiddenUnits ** 2 * share + hiddenUnits * outputs;
    // Gradients of weights cost as much as the forward pass, those of inputs too, but nobody needs those of observations.
    return 3 * forward - observations;
  };
  return 2 * batch * (stack(ACTIONS) + stack(1));
}

function updateCase(name: string, hiddenUnits: number, layers: number, more: Partial<Network> = {}): UpdateCase {
  const network: Network = { observationSize: OBSERVATIONS, actionSize: ACTIONS, hiddenUnits, layers, ...more };
  return { name, hiddenUnits, layers, isSymmetric: more.symmetry !== undefined, ...actorCritic(network) };
}
