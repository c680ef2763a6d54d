/**
 * What the rest of the project may know of the Walker without loading its physics.
 */
import type { BehaviorSpec, EvaluationCondition } from '../env.ts';
import { actionNames } from './action.ts';
import { worldNames } from './dialects.ts';
import { walkerMirror } from './mirror.ts';
import { observationNames } from './observation.ts';
import { walkerParameters } from './parameters.ts';
import { walkerRig } from './rig.ts';

/** Slow and fast are different tasks, so they are judged apart. @param edges m/s, ascending. */
function speedBands(edges: readonly number[]): EvaluationCondition[] {
  return edges.slice(1).map((high, band) => ({
    name: `target speed ${edges[band]}-${high} m/s`,
    parameters: { target_speed_min: edges[band]!, target_speed_max: high },
  }));
}

const names = observationNames(walkerRig);

/** ML-Agents' Walker: 243 observations, 39 actions. */
export const behavior: BehaviorSpec = {
  name: 'Walker',
  observationSize: names.length,
  actionSize: actionNames().length,
  observationNames: names,
  episodeLimit: {
    parameter: 'max_steps',
    default: walkerParameters.max_steps.default,
    least: walkerParameters.max_steps.low,
  },
  bodyNames: walkerRig.bodies.map((body) => body.name),
  worlds: worldNames,
  evaluationConditions: speedBands([0.1, 2, 4, 6, 8, 10]),
  mirror: walkerMirror(walkerRig),
};
