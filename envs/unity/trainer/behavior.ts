/**
 * What Unity says of a behaviour, as training understands it: so many observations, so many continuous actions.
 *
 * ML-Agents can describe more than that. What can't be trained here is refused by its name, with what to change in Unity.
 */
import { UserError } from '../../../base/failure/user-error.ts';
import type { BehaviorSpec, Sensor } from '../../env.ts';
import type { AgentInfoProto, BrainParametersProto, ObservationProto } from '../protocol/messages.ts';

/** `Walker?team=0` on the wire. */
export interface BehaviorKey {
  readonly name: string;
  readonly team: number;
}

export function readKey(key: string): BehaviorKey {
  const [, name = key, team = '0'] = /^(.*)\?team=(-?\d+)$/s.exec(key) ?? [];
  return { name, team: Number(team) };
}

/**
 * @param brain what was announced, in the first message with agents of the behaviour.
 * @param first one of those agents: its observations are what all of them see.
 * @throws UserError where it is of a kind that is not trained here.
 */
export function readBehavior(
  brain: BrainParametersProto,
  first: AgentInfoProto,
): { readonly behavior: BehaviorSpec; readonly sensors: readonly Sensor[] } {
  const { name } = readKey(brain.brain_name);
  const actionSize = brain.action_spec?.num_continuous_actions ?? 0;
  const branches = brain.action_spec?.num_discrete_actions ?? 0;
  const refuse: Refusal = (what, value, mend, expected) =>
    new UserError({ what, where: `behaviour ${name}`, value, expected, mend });
  if (!brain.action_spec) {
    throw refuse('Unity did not say what its actions are', null, 'use com.unity.ml-agents 1.7 or newer');
  }
  if (branches > 0) {
    const value = `${branches} branches of ${brain.action_spec.discrete_branch_sizes.join(', ')}`;
    throw refuse('discrete actions are not supported yet', value, 'use continuous actions in Behavior Parameters');
  }
  if (actionSize === 0) {
    throw refuse('it has no continuous actions', 0, 'set Actions > Continuous Actions in Behavior Parameters');
  }
  const sensors = first.observations.map((observation) => sensorOf(observation, refuse));
  const observationSize = sensors.reduce((sum, { size }) => sum + size, 0);
  if (observationSize === 0) {
    throw refuse('it has no observations', 0, 'set Vector Observation > Space Size in Behavior Parameters');
  }
  const goals = first.observations.filter(isGoal).map((observation) => observation.name);
  const behavior = {
    name,
    observationSize,
    actionSize,
    ...(sensors.length === 1 ? {} : { sensors }),
    ...(goals.length === 0 ? {} : { goals }),
  };
  return { behavior, sensors };
}

type Refusal = (what: string, value: unknown, mend: string, expected?: string) => UserError;

function sensorOf(observation: ObservationProto, refuse: Refusal): Sensor {
  const { name, shape, float_data, compressed_data, dimension_properties: properties } = observation;
  const told = `${name}, shape ${shape.join(' x ') || 'none'}`;
  const isImage =
    properties.includes(DIMENSION.translational) || (shape.length === 3 && properties.every(isUnspecified));
  if (compressed_data?.length || isImage) {
    const mend = 'take the camera, render texture or grid sensor away';
    throw refuse('visual observations are not supported yet', told, mend, VECTOR);
  }
  if (properties.includes(DIMENSION.variable)) {
    const mend = 'take the buffer sensor away, or write a fixed number of values';
    throw refuse('observations of variable length are not supported yet', told, mend, VECTOR);
  }
  if (shape.length !== 1) {
    const mend = 'let the sensor write its values one after the other, as a vector';
    throw refuse(`observations of ${shape.length} dimensions are not supported yet`, told, mend, VECTOR);
  }
  const size = float_data?.data.length ?? 0;
  if (shape[0] !== size) {
    const mend = 'let the sensor write as many values as its shape says';
    throw refuse('an observation is not as long as its shape says', told, mend, `${size}, as many as there are values`);
  }
  return { name, size };
}

const VECTOR = 'a vector: a shape of one number, such as 8';
/** What ML-Agents says of a dimension of a shape; 1, none, is the rest. */
const DIMENSION = { unspecified: 0, translational: 2, variable: 4 } as const;
const isUnspecified = (property: number) => property === DIMENSION.unspecified;
/** The sensor's Observation Type in Unity is Goal Signal. */
const isGoal = ({ observation_type }: ObservationProto) => observation_type === 1;

/** Why the behaviour is no longer what it was, in words; undefined where it still is. */
export function differenceOf(before: BehaviorSpec, now: BehaviorSpec): string | undefined {
  if (before.observationSize !== now.observationSize) {
    return `${before.observationSize} observations, now ${now.observationSize}`;
  }
  if (before.actionSize !== now.actionSize) return `${before.actionSize} actions, now ${now.actionSize}`;
  const sizes = ({ observationSize, sensors = [{ name: '', size: observationSize }] }: BehaviorSpec) =>
    sensors.map(({ size }) => size).join(' + ');
  return sizes(before) === sizes(now) ? undefined : `sensors of ${sizes(before)}, now ${sizes(now)}`;
}
