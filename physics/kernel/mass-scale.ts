// A joint with a mass scale: it reckons with bodies that are lighter or heavier than they are (PhysX's inverse mass scale).
//
// Its rows are solved on two bodies of its own, which are the real ones with their inverse masses and inertias times the
// scales. Before each part they take the real bodies' velocities, after it they give them back. In the solver's form
// s = D^-1 R^T w, a body with inertia scaled by k has D sqrt(k) for its D, and s / sqrt(k) for its s.
import { JOINT_BODY_0, JOINT_BODY_1, JOINT_SCALE_0, JOINT_SCALE_1, V, bodyCount } from './layout';
import { ANGULAR, LINEAR, MASS, SOLVER_BYTES, solverBody } from './velocities';
import { solverBodyOrWorld } from './world';
import { div, mul, splat, sqrt } from './math';

/** Bytes of the two bodies, which lie behind the real ones. */
export const SCALED_BYTES: usize = 2 * SOLVER_BYTES;

@inline
export function isScaled(table: usize): bool {
  return load<f32>(table, JOINT_SCALE_0) != 1 || load<f32>(table, JOINT_SCALE_1) != 1;
}

/** Body 0 or 1 (`which`) of a joint with a mass scale. */
@inline
export function scaledBody(which: i32): usize {
  return solverBody(bodyCount + which);
}

/** The square root of a joint's scale of body 0 (JOINT_SCALE_0) or 1. */
@inline
export function scaleRoot(table: usize, scale: usize): v128 {
  return sqrt(splat(load<f32>(table + scale)));
}

/** The joint's own bodies take the velocities of the real ones. */
export function takeVelocities(table: usize): void {
  take(solverBody(load<i32>(table, JOINT_BODY_0)), scaledBody(0), table, JOINT_SCALE_0);
  take(solverBodyOrWorld(load<i32>(table, JOINT_BODY_1)), scaledBody(1), table, JOINT_SCALE_1);
}

/** And give them back. */
export function giveVelocities(table: usize): void {
  give(scaledBody(0), solverBody(load<i32>(table, JOINT_BODY_0)), scaleRoot(table, JOINT_SCALE_0));
  give(scaledBody(1), solverBodyOrWorld(load<i32>(table, JOINT_BODY_1)), scaleRoot(table, JOINT_SCALE_1));
}

function take(from: usize, into: usize, table: usize, scale: usize): void {
  const root = scaleRoot(table, scale);
  for (let part: usize = 0; part < 3 * V; part += V) {
    v128.store(into + part, v128.load(from + part, LINEAR), LINEAR);
    v128.store(into + part, div(v128.load(from + part, ANGULAR), root), ANGULAR);
  }
  v128.store(into, mul(v128.load(from, MASS), splat(load<f32>(table + scale))), MASS);
}

function give(from: usize, into: usize, root: v128): void {
  for (let part: usize = 0; part < 3 * V; part += V) {
    v128.store(into + part, v128.load(from + part, LINEAR), LINEAR);
    v128.store(into + part, mul(v128.load(from + part, ANGULAR), root), ANGULAR);
  }
}
