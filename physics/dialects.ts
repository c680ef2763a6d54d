/**
 * How to solve, as numbers. `unity` is PhysX 4.1 as Unity sets it up; `physx5` is what PhysX 5.6 does differently, for
 * comparison with it and as randomisation.
 */

export interface SolverSettings {
  /** Seconds. */
  readonly timeStep: number;
  readonly positionIterations: number;
  readonly velocityIterations: number;
  /** rad/s. */
  readonly maxSpin: number;
  /** m/s. */
  readonly maxDepenetration: number;
  /** Share of a gap that may be closed in a step: 0.8 in PhysX 4.1, 1 in 5. */
  readonly gapFactor: number;
  /** Whether a drive's three rows are solved along axes on which they don't disturb one another. */
  readonly improvedSlerp: boolean;
  /** Whether a limit has its row however far away it is (PhysX 5), or only within 0.1 rad, or 49 % of its range if less. */
  readonly limitsAlways: boolean;
  /**
   * A limit that is not reached keeps its room in velocity iterations: whether that from after it was freed of the equality
   * rows (PhysX 5) or from before (4.1).
   */
  readonly roomFreed: boolean;
  /** Whether friction takes part in every position iteration, or only in the last three. */
  readonly frictionAlways: boolean;
  /** Share of the whole friction that each of a patch's two anchors may bear: 1 in PhysX 4.1. */
  readonly anchorShare: number;
  /** Of two materials, which friction counts. */
  readonly frictionCombine: 'average' | 'minimum';
  /** Whether contacts are made as far ahead as velocities reach. */
  readonly speculative: boolean;
  /**
   * Whether contacts that are kept are not looked at anew when shapes move along z alone: a slip in PhysX's code for machines
   * without vector instructions, which physx-js-webidl is built from and Unity's players are not.
   */
  readonly contactsOverlookZ: boolean;
  /** Whose axes a twist-swing drive turns about: those of the frame in the joint's own body (PhysX 5) or the connected one's (4.1). */
  readonly twistSwingAxes: 'frame' | 'connectedFrame';
  /** How far from a patch's first anchor a contact must be to become its second, metres: 0.025 in PhysX 4.1, 1e-4 in 5. */
  readonly secondAnchorFrom: number;
}

export type DialectName = 'unity' | 'physx5';

const unity: SolverSettings = {
  timeStep: 0.01333,
  positionIterations: 12,
  velocityIterations: 12,
  maxSpin: 50,
  maxDepenetration: 10,
  gapFactor: 0.8,
  improvedSlerp: false,
  limitsAlways: false,
  roomFreed: false,
  frictionAlways: true,
  anchorShare: 1,
  frictionCombine: 'average',
  speculative: true,
  contactsOverlookZ: false,
  twistSwingAxes: 'connectedFrame',
  secondAnchorFrom: 0.025,
};

export const dialects: Readonly<Record<DialectName, SolverSettings>> = {
  unity,
  physx5: {
    ...unity,
    gapFactor: 1,
    improvedSlerp: true,
    limitsAlways: true,
    roomFreed: true,
    anchorShare: 0.5,
    frictionCombine: 'minimum',
    contactsOverlookZ: true,
    twistSwingAxes: 'frame',
    secondAnchorFrom: 1e-4,
  },
};
