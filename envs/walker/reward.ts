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
 * @param poses rotation x y z w of the head at `poses[at]`.
 */
export function lookReward(poses: Float32Array, at: number, goal: { readonly x: number; readonly z: number }): number {
  const x = poses[at]!;
  const y = poses[at + 1]!;
  const z = poses[at + 2]!;
  const w = poses[at + 3]!;
  const forwardX = 2 * (x * z + w * y);
  const forwardZ = 1 - 2 * (x * x + y * y);
  return (goal.x * forwardX + goal.z * forwardZ + 1) / 2;
}
