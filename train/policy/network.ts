/** The shape of actor and critic: what the settings ask for, and which linear layers that makes. */
import type { Place, Start } from './initial-weights.ts';
import type { MirrorTable } from './parity.ts';

/** The shape of both networks. What is left out is as ML-Agents has it. */
export interface Network {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly hiddenUnits: number;
  readonly layers: number;
  /** What follows each hidden layer; default swish. */
  readonly activation?: 'swish' | 'tanh' | 'none';
  /** Whether a layer norm stands between each hidden linear layer and its activation. */
  readonly layerNorm?: boolean;
  /** Whether both heads stand on one body; else each has its own. */
  readonly sharedBody?: boolean;
  /** Whether the networks see observations as they are, neither normalised nor clipped. */
  readonly rawObservations?: boolean;
  /** The mirror that they respect by construction (symmetric.ts). */
  readonly symmetry?: NetworkSymmetry;
}

export type NetworkSymmetry = Readonly<Record<'observations' | 'actions', MirrorTable>>;

export type SymmetricNetwork = Network & { readonly symmetry: NetworkSymmetry };

export function isSymmetric(network: Network): network is SymmetricNetwork {
  return network.symmetry !== undefined;
}

/** Parameters by name. */
export type Parameters<Value> = Readonly<Record<string, Value>>;

export interface ParameterRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: Start;
}

/** A linear layer by what it reads and what it makes. */
export interface LinearLayer {
  readonly name: string;
  readonly from: 'observations' | 'units';
  readonly to: 'units' | 'actions' | 'value';
  readonly place: Place;
}

/** Who is computed from a parameter. */
export type Owner = 'actor' | 'critic';

/** All of them, the actor's first. A body for both is called shared. */
export function linearLayers(network: Network): LinearLayer[] {
  const { layers, sharedBody } = network;
  const from = layers === 0 ? 'observations' : 'units';
  return [
    ...hidden(bodyOf(network, 'actor')),
    { name: 'actor.mean', from, to: 'actions', place: 'means' },
    ...(sharedBody ? [] : hidden(bodyOf(network, 'critic'))),
    { name: 'critic.value', from, to: 'value', place: 'value' },
  ];

  function hidden(body: string): LinearLayer[] {
    return Array.from({ length: layers }, (_, layer) => ({
      name: `${body}.hidden${layer}`,
      from: layer === 0 ? 'observations' : 'units',
      to: 'units',
      place: 'hidden',
    }));
  }
}

export function bodyOf({ sharedBody }: Network, owner: Owner): 'shared' | Owner {
  return sharedBody ? 'shared' : owner;
}

/** How many numbers a layer reads or makes. */
export function sizeOf(
  { observationSize, actionSize, hiddenUnits }: Network,
  what: LinearLayer['from' | 'to'],
): number {
  return { observations: observationSize, units: hiddenUnits, actions: actionSize, value: 1 }[what];
}
