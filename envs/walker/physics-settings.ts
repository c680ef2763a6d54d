/**
 * The physics of Unity's Walker scene as numbers: what the scene, the project settings and the prefab say.
 *
 * Where this build of PhysX behaves unlike Unity's, a setting stands in for it; docs/fidelity.md has the measurement.
 */

/** Physics of one scene; SI units. */
export interface PhysicsSettings {
  /** Seconds. */
  readonly step: number;
  /** m/s2, downwards. */
  readonly gravity: number;
  readonly positionIterations: number;
  readonly velocityIterations: number;
  /** Static and dynamic, of bodies and ground; what flat on flat makes of it: `flatFriction` in dialects.ts. */
  readonly friction: number;
  /** Contacts are made while shapes are nearer than the sum of their two offsets, metres. */
  readonly contactOffset: number;
  /** Touches slower than this do not bounce, m/s. */
  readonly bounceThreshold: number;
  /** Kinetic energy over mass below which a body falls asleep, m2/s2. */
  readonly sleepThreshold: number;
  /** rad/s. */
  readonly maxAngularVelocity: number;
  /** m/s. */
  readonly maxDepenetrationVelocity: number;
  /** Height of the ground's surface, metres. */
  readonly groundHeight: number;
  /** Edge length of the square of ground with walls around it, metres. */
  readonly groundEdge: number;
  /**
   * Play in degrees, to both sides, of locked axes of joints that have a motor. Unity's slerp drive acts on such joints and
   * PhysX's own does not; with 0 they are truly locked and carried by twist and swing drives.
   */
  readonly lockedAxisPlay: number;
}

export const unityPhysics: PhysicsSettings = {
  step: 0.01333,
  gravity: 14.715,
  positionIterations: 12,
  velocityIterations: 12,
  friction: 0.6,
  contactOffset: 0.01,
  bounceThreshold: 2,
  sleepThreshold: 0.005,
  maxAngularVelocity: 50,
  maxDepenetrationVelocity: 10,
  groundHeight: 0.125,
  groundEdge: 25,
  lockedAxisPlay: 2,
};
