/**
 * What a run takes over of a checkpoint: its own, or, with `init_path`, another run's. Of the latter, as in ML-Agents, weights,
 * normaliser and Adam's moments are taken over, the step count and the schedules begin anew, and a network of another shape starts
 * afresh, with a warning.
 */
import { UserError } from '../../base/failure/user-error.ts';
import type { LearnerState } from '../learn/learner-state.ts';
import {
  type Network,
  type Owner,
  ownerOf,
  type ParameterRow,
  type Parameters,
  parametersOf,
} from '../policy/policy.ts';
import { policyOf } from '../policy/policy-average.ts';
import type { FoundCheckpoint } from './checkpoint-folder.ts';
import type { Checkpoint } from './checkpoint-tensors.ts';

/**
 * What a fresh learner takes over of a checkpoint: actor and critic by themselves, each where it has the same shape.
 *
 * @param factor of the critic's values (`valueFactor`).
 * @throws UserError where neither has.
 */
export function takenOver(
  network: Network,
  fresh: LearnerState,
  { path, checkpoint }: FoundCheckpoint,
  warn: (message: string) => void,
  factor = 1,
): LearnerState {
  const fitting = (['actor', 'critic'] as const).filter((owner) => fits(network, checkpoint.network, owner));
  if (fitting.length === 0) {
    const [own, other] = [shapeOf(network), shapeOf(checkpoint.network)];
    const differing = Object.keys(own).filter((name) => own[name] !== other[name]);
    const of = (shape: typeof own) => differing.map((name) => `${name} ${shape[name]}`).join(', ');
    throw new UserError({
      what: 'neither the actor nor the critic has the shape of the one to start from',
      where: path,
      value: of(own),
      expected: of(other),
      mend: 'set these as that run has them, or start from nothing learnt: --from-scratch',
    });
  }
  for (const owner of ['actor', 'critic'] as const) {
    if (!fitting.includes(owner)) warn(`The ${owner} of ${path} has another shape; this one starts afresh.`);
  }
  const rows = fitting.flatMap((owner) => parametersOf(network, owner));
  // The moments of a body that both share go with the count of the actor's steps.
  const moments = rows.filter(({ name }) => fitting.includes(ownerOf(name)));
  const over = (taken: readonly ParameterRow[], own: Parameters<Float32Array>, other: Parameters<Float32Array>) => ({
    ...own,
    ...Object.fromEntries(taken.map(({ name }) => [name, other[name]!])),
  });
  const { rawObservations } = network;
  const isSeenAlike = Boolean(rawObservations) === Boolean(checkpoint.network.rawObservations);
  if (!isSeenAlike) {
    const [now, before] = rawObservations ? ['as they are', 'normalised'] : ['normalised', 'as they are'];
    warn(`The networks see observations ${now}; those of ${path} saw them ${before}.`);
  }
  const policy = policyOf(checkpoint);
  const { parameters, optimiser } = factor === 1 ? policy : withLargerValues(policy, factor);
  const count = (owner: Owner) => (fitting.includes(owner) ? optimiser : fresh.optimiser).counts[owner];
  return {
    parameters: over(rows, fresh.parameters, parameters),
    optimiser: {
      first: over(moments, fresh.optimiser.first, optimiser.first),
      second: over(moments, fresh.optimiser.second, optimiser.second),
      counts: { actor: count('actor'), critic: count('critic') },
    },
    normaliser: isSeenAlike ? checkpoint.normaliser : fresh.normaliser,
  };
}

/**
 * What the values that a checkpoint's critic foretells have to be multiplied by: it may have learnt from rewards that were divided by
 * the deviation of returns, and the new run takes them as they come. The other way round the new run's deviation is not known yet,
 * and the critic has to find out by itself.
 */
export function valueFactor({ rewardNormaliser }: Checkpoint, normalisesRewards: boolean): number {
  return rewardNormaliser && !normalisesRewards ? rewardNormaliser.deviation : 1;
}

/** A checkpoint to go on from, its critic's values in the unit of the rewards that it is to learn from now. */
export function goneOnFrom(checkpoint: Checkpoint, normalisesRewards: boolean): LearnerState {
  const factor = valueFactor(checkpoint, normalisesRewards);
  return factor === 1 ? checkpoint : { ...checkpoint, ...withLargerValues(checkpoint, factor) };
}

/**
 * The same with a critic whose values are so many times as large. Adam's moments follow the gradients: those of a squared error
 * grow by the factor squared, in the last layer, whose weights have grown, by one factor less. A shared body's are left alone.
 */
function withLargerValues(checkpoint: Checkpoint, factor: number): Pick<LearnerState, 'parameters' | 'optimiser'> {
  const scaled = (values: LearnerState['parameters'], last: number, others: number) =>
    Object.fromEntries(
      Object.entries(values).map(([name, numbers]) => {
        const by = name.startsWith('critic.value.') ? last : name.startsWith('critic.') ? others : 1;
        return [name, by === 1 ? numbers : numbers.map((number) => number * by)];
      }),
    );
  const { parameters, optimiser } = checkpoint;
  return {
    parameters: scaled(parameters, factor, 1),
    optimiser: {
      ...optimiser,
      first: scaled(optimiser.first, factor, factor ** 2),
      second: scaled(optimiser.second, factor ** 2, factor ** 4),
    },
  };
}

/** A network in the words of the settings. */
function shapeOf({ observationSize, actionSize, hiddenUnits, layers, ...more }: Network): Record<string, unknown> {
  return {
    observations: observationSize,
    actions: actionSize,
    hidden_units: hiddenUnits,
    num_layers: layers,
    activation: more.activation ?? 'swish',
    layer_norm: more.layerNorm ?? false,
    symmetric: more.symmetry !== undefined,
    shared_critic: more.sharedBody ?? false,
  };
}

/** Whether an actor (a critic) of one network computes as one of the other does. */
function fits(network: Network, other: Network, owner: Owner): boolean {
  const computing = (each: Network) =>
    JSON.stringify([
      parametersOf(each, owner).map(({ name, shape }) => [name, shape]),
      each.activation ?? 'swish',
      each.symmetry ?? null,
    ]);
  return computing(network) === computing(other);
}
