/**
 * Observations that never moved in training, and an actor that does not listen to them.
 *
 * Nothing trained the weights that read such an observation, and its deviation is next to 0: in Unity a drift of a thousandth
 * would reach the policy at full size, through those weights. What the observation always was is therefore added to the biases,
 * and its weights are 0: the same actions for everything that training has seen, and no others for what it has not.
 */
import type { Actor } from './actor.ts';
import type { StillObservation } from './normaliser.ts';
import { OBSERVATION_LIMIT, parametersOf } from './policy.ts';

/**
 * The observations that an exported actor leaves out: those that never moved, where its normaliser has a floor. Without one
 * everything is as in ML-Agents.
 */
export function leftOut({ network, normaliser }: Pick<Actor, 'network' | 'normaliser'>): readonly StillObservation[] {
  return network.rawObservations || normaliser.leastDeviation === 0 ? [] : normaliser.still();
}

/** The same actor without the observations that it leaves out; itself where there are none. */
export function withoutStill<Some extends Actor>(actor: Some): Some {
  const still = leftOut(actor);
  const { network, parameters, normaliser } = actor;
  const first = parametersOf(network, 'actor')[0]?.name.replace(/\.weight$/, '');
  if (still.length === 0 || first === undefined) return actor;
  const { mean, deviation } = normaliser.moments();
  const units = network.hiddenUnits;
  const weight = parameters[`${first}.weight`]!.slice(); // [observationSize, units]
  const bias = Float64Array.from(parameters[`${first}.bias`]!); // [units]
  for (const { index, value } of still) {
    const row = weight.subarray(index * units, (index + 1) * units);
    const normal = (value - mean[index]!) / deviation[index]!;
    const seen = Math.min(OBSERVATION_LIMIT, Math.max(-OBSERVATION_LIMIT, normal));
    for (let unit = 0; unit < units; unit++) bias[unit]! += seen * row[unit]!;
    row.fill(0);
  }
  const changed = { [`${first}.weight`]: weight, [`${first}.bias`]: Float32Array.from(bias) };
  return { ...actor, parameters: { ...parameters, ...changed } };
}
