/**
 * The reward of one physics step: moving at the goal's velocity, times looking where one goes. At most 1.
 *
 * It is WalkerAgent.FixedUpdate of ML-Agents.
 */

/** The reward since the last decision where a body touches the ground that must not. */
export const fallReward = -1;

/** Added for touching the target. */
export const targetReward = 1;

/**
 * (1 - (v / target speed)^2)^2, where v, the distance of the mean velocity from the goal velocity, counts no further than
 * the target speed: 1 at the goal velocity, 0 at rest. Both in m/s.
 */
export function speedReward(speedError: number, targetSpeed: number): number {
  const relative = Math.min(Math.max(speedError, 0), targetSpeed) / targetSpeed;
  const kept = 1 - relative * relative;
  return kept * kept;
}

/**
 * (dot(goal, head's forward, its y set to 0) + 1) / 2: 1 looking ahead, 0 looking back, 1/2 looking up or down.
 *
 * @param floats the head's rotation at `floats[at]`: x y z w, each `part` after the one before.
 */
export function lookReward(
  floats: Float32Array,
  part: number,
  at: number,
  goal: { readonly x: number; readonly z: number },
): number {
  const x = floats[at]!;
  const y = floats[at + part]!;
  const z = floats[at + 2 * part]!;
  const w = floats[at + 3 * part]!;
  const forwardX = 2 * (x * z + w * y);
  const forwardZ = 1 - 2 * (x * x + y * y);
  return (goal.x * forwardX + goal.z * forwardZ + 1) / 2;
}
