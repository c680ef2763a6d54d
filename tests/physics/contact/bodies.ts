/** Bodies of one shape each, as both PhysX and the kernel are to make them. */

export type Vector = readonly [x: number, y: number, z: number];
/** x y z w. */
export type Rotation = readonly [x: number, y: number, z: number, w: number];

export type Shape =
  | { readonly kind: 'ball'; readonly radius: number }
  /** Along x. */
  | { readonly kind: 'capsule'; readonly radius: number; readonly halfHeight: number }
  | { readonly kind: 'box'; readonly halfExtents: Vector }
  /** The half space below its own x. */
  | { readonly kind: 'plane' };

export interface Body {
  readonly shape: Shape;
  readonly position: Vector;
  readonly rotation: Rotation;
  readonly velocity?: Vector;
  readonly spin?: Vector;
  /** Never moves; default false. */
  readonly fixed?: boolean;
}

/** A contact point as the solver gets it. */
export interface Contact {
  /** From the second body towards the first. */
  readonly normal: Vector;
  readonly point: Vector;
  readonly separation: number;
}

/** All contacts of two bodies, the first of which has the higher index unless it is the second that moves. */
export interface Meeting {
  readonly first: number;
  readonly second: number;
  readonly contacts: readonly Contact[];
}

/** Pose and velocity of a body in single precision: rotation x y z w, position, velocity, spin. */
export type Motion = Float32Array;
export const motionSize = 13;

export const contactOffset = 0.01;
export const timeStep = 0.01333;

/** The two of a pair in the order in which PhysX tells them: what moves first, of two that move the one made later. */
export function inOrder(bodies: readonly Body[], a: number, b: number): [first: number, second: number] {
  if (bodies[a]!.fixed) return [b, a];
  if (bodies[b]!.fixed) return [a, b];
  return a > b ? [a, b] : [b, a];
}

export const upright: Rotation = [0, 0, 0, 1];
/** Turns a plane's x to up. */
export const xUp: Rotation = [0, 0, Math.SQRT1_2, Math.SQRT1_2];

/** Rotation by an angle in radians about an axis of any length. */
export function about([x, y, z]: Vector, angle: number): Rotation {
  const sine = Math.sin(angle / 2) / Math.hypot(x, y, z);
  return [x * sine, y * sine, z * sine, Math.cos(angle / 2)];
}
