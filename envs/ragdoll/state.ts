/** What observations and rewards of a ragdoll are made of: the world as it is after a physics step. */
import type { BodyView } from '../walker/body-view.ts';

export interface RagdollState {
  /** Every body of the rig in its order, and the target as the one after the last; numbers are read where they lie. */
  readonly bodies: BodyView;
  /** Strength of each joint's motor over its greatest, [joints of the rig], 0 to 1. */
  readonly strengths: Float32Array;
  /** m/s. */
  readonly targetSpeed: number;
  /** The goal frame's z axis is (x, 0, z): level, of length one. What is rewarded is told in the present one. */
  readonly goal: { readonly x: number; readonly z: number };
  /** Mean velocity of the observed bodies, m/s, in the world's axes. */
  readonly meanVelocity: { readonly x: number; readonly y: number; readonly z: number };
  /** The decision in force and the one before, [actions], -1 to 1; zeros before an episode's first. */
  readonly actions: Float32Array;
  readonly previousActions: Float32Array;
  /** Physics steps since the episode began: 1 when the first is rewarded. */
  readonly physicsSteps: number;
  /** Physics steps since the decision in force was made: 1 to the decision period. */
  readonly decisionSteps: number;
}
