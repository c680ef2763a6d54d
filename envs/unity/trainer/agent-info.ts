/**
 * What an agent says, checked: as many numbers as its sensors have, and all of them numbers. Nothing else reaches training.
 */
import { UserError } from '../../../base/failure/user-error.ts';
import type { Sensor } from '../../env.ts';
import type { AgentInfoProto, ObservationProto } from '../protocol/messages.ts';

export interface AgentInfo {
  readonly id: number;
  /** Since the last info of this agent; what its group earned included, as ML-Agents does it for PPO. */
  readonly reward: number;
  /** Its episode is over; else it asks for a decision. */
  readonly done: boolean;
  /** With `done`: it was cut off. */
  readonly interrupted: boolean;
  /** All sensors' one after the other, [observationSize]. */
  readonly observation: Float32Array;
}

/**
 * @param key of the behaviour.
 * @throws UserError where an observation has changed its size, or where anything is no number.
 */
export function readAgentInfo(key: string, sensors: readonly Sensor[], info: AgentInfoProto): AgentInfo {
  const { id, done, max_step_reached, observations } = info;
  const where = `behaviour ${key}, agent ${id}`;
  const reward = info.reward + info.group_reward;
  if (!Number.isFinite(reward)) {
    throw new UserError({
      what: 'a reward that is no number',
      where,
      value: reward,
      mend: 'look for a division by zero in the rewards of the agent, or for a body that left the physics',
    });
  }
  if (observations.length !== sensors.length) {
    throw sizeChanged(where, `${observations.length} sensors`, `${sensors.length}, as at first`);
  }
  const parts = observations.map((observation, index) => readSensor(where, sensors[index]!, observation));
  return { id, reward, done, interrupted: max_step_reached, observation: joined(parts) };
}

function readSensor(where: string, sensor: Sensor, { name, float_data }: ObservationProto): Float32Array {
  const data = float_data?.data ?? new Float32Array(0);
  if (data.length !== sensor.size) {
    throw sizeChanged(where, `${data.length} values of ${name || sensor.name}`, `${sensor.size}, as at first`);
  }
  let sum = 0;
  for (let index = 0; index < data.length; index++) sum += data[index]!;
  // Sums of finite float32 never overflow a float64.
  if (Number.isFinite(sum)) return data;
  const index = data.findIndex((value) => !Number.isFinite(value));
  throw new UserError({
    what: 'an observation that is no number',
    where: `${where}, sensor ${name || sensor.name}, value ${index}`,
    value: data[index],
    mend: 'look for a division by zero in what the agent observes, or for a body that left the physics',
  });
}

function sizeChanged(where: string, value: string, expected: string): UserError {
  return new UserError({
    what: 'an observation has changed its size',
    where,
    value,
    expected,
    mend: 'give every agent of the behaviour the same sensors, of the same size in every step',
  });
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
