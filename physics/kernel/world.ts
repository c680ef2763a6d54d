// The world as a body that joints hold on to: nothing moves it. It has its own place in each lane, which turns with the start
// pose that its joints are told in.
//
// Its two records, one as in a group and one of the solver's, lie behind those of joints with a mass scale. They are made anew
// in each step, so that nothing of a lane's is left to the next group.
import {
  BODY_BYTES,
  POSITION,
  ROTATION,
  V,
  WORLD_POSITION,
  bodyAt,
  bodyCount,
} from './layout';
import { SOLVER_BYTES, solverBody, writeMatrix } from './velocities';

/** Bytes of the two records. */
export const WORLD_BYTES: usize = 2 * SOLVER_BYTES;

@inline
function worldSolver(): usize {
  return solverBody(bodyCount + 2);
}

@inline
function worldBody(): usize {
  return solverBody(bodyCount + 3);
}

/** A joint's body in a group; -1: the world. */
@inline
export function bodyOrWorld(group: usize, index: i32): usize {
  return index < 0 ? worldBody() : bodyAt(group, index);
}

/** The same as the solver has it. */
@inline
export function solverBodyOrWorld(index: i32): usize {
  return index < 0 ? worldSolver() : solverBody(index);
}

/** At rest, without inverse mass and inertia, where the group's lanes have it. */
export function placeWorld(group: usize): void {
  const body = worldBody();
  memory.fill(body, 0, BODY_BYTES);
  for (let part: usize = 0; part < 7 * V; part += V) {
    v128.store(body + part, v128.load(group + part, WORLD_POSITION), POSITION);
  }
  memory.fill(worldSolver(), 0, SOLVER_BYTES);
  writeMatrix(worldSolver(), v128.load(body, ROTATION), v128.load(body, ROTATION + V), v128.load(body, ROTATION + 2 * V),
    v128.load(body, ROTATION + 3 * V));
}
