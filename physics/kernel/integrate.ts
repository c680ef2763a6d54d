// The last thing in a step: poses move by what the position iterations reached, velocities are what the velocity
// iterations left. PhysX 4.1: integrateCore. There is no gyroscopic term: w is kept, not the angular momentum.
import { ANGULAR, LINEAR, MATRIX, MOTION, solverBody } from './velocities';
import { POSITION, ROOT_INVERSE_INERTIA, ROTATION, SPIN, V, VELOCITY, bodyAt, bodyCount, timeStep } from './layout';
import { add, cos, div, dot, mul, select, sin, splat, sqrt, sub } from './math';

export function integrate(group: usize): void {
  const dt = splat(timeStep);
  const half = splat(0.5);
  const zero = splat(0);
  for (let body = 0; body < bodyCount; body++) {
    const at = bodyAt(group, body);
    const from = solverBody(body);
    for (let part: usize = 0; part < 3 * V; part += V) {
      v128.store(at + part, add(v128.load(at + part, POSITION), mul(v128.load(from + part, MOTION), dt)), POSITION);
      v128.store(at + part, v128.load(from + part, LINEAR), VELOCITY);
    }
    const dx = v128.load(at, ROOT_INVERSE_INERTIA);
    const dy = v128.load(at, ROOT_INVERSE_INERTIA + V);
    const dz = v128.load(at, ROOT_INVERSE_INERTIA + 2 * V);
    const r00 = v128.load(from, MATRIX);
    const r01 = v128.load(from, MATRIX + V);
    const r02 = v128.load(from, MATRIX + 2 * V);
    const r10 = v128.load(from, MATRIX + 3 * V);
    const r11 = v128.load(from, MATRIX + 4 * V);
    const r12 = v128.load(from, MATRIX + 5 * V);
    const r20 = v128.load(from, MATRIX + 6 * V);
    const r21 = v128.load(from, MATRIX + 7 * V);
    const r22 = v128.load(from, MATRIX + 8 * V);

    let sx = mul(v128.load(from, ANGULAR), dx);
    let sy = mul(v128.load(from, ANGULAR + V), dy);
    let sz = mul(v128.load(from, ANGULAR + 2 * V), dz);
    v128.store(at, dot(r00, r01, r02, sx, sy, sz), SPIN);
    v128.store(at, dot(r10, r11, r12, sx, sy, sz), SPIN + V);
    v128.store(at, dot(r20, r21, r22, sx, sy, sz), SPIN + 2 * V);

    sx = mul(v128.load(from, MOTION + 3 * V), dx);
    sy = mul(v128.load(from, MOTION + 4 * V), dy);
    sz = mul(v128.load(from, MOTION + 5 * V), dz);
    const wx = dot(r00, r01, r02, sx, sy, sz);
    const wy = dot(r10, r11, r12, sx, sy, sz);
    const wz = dot(r20, r21, r22, sx, sy, sz);
    const squared = dot(wx, wy, wz, wx, wy, wz);
    const still = f32x4.eq(squared, zero);
    const speed = sqrt(squared);
    const angle = mul(mul(dt, speed), half);
    const scale = select(still, zero, div(sin(angle), speed));
    const tx = mul(wx, scale);
    const ty = mul(wy, scale);
    const tz = mul(wz, scale);
    const tw = cos(angle);

    const x = v128.load(at, ROTATION);
    const y = v128.load(at, ROTATION + V);
    const z = v128.load(at, ROTATION + 2 * V);
    const w = v128.load(at, ROTATION + 3 * V);
    const nx = add(mul(tx, w), add(sub(mul(ty, z), mul(tz, y)), mul(tw, x)));
    const ny = add(mul(ty, w), add(sub(mul(tz, x), mul(tx, z)), mul(tw, y)));
    const nz = add(mul(tz, w), add(sub(mul(tx, y), mul(ty, x)), mul(tw, z)));
    const nw = sub(mul(tw, w), dot(tx, ty, tz, x, y, z));
    const length = div(splat(1), sqrt(add(dot(nx, ny, nz, nx, ny, nz), mul(nw, nw))));
    v128.store(at, select(still, x, mul(nx, length)), ROTATION);
    v128.store(at, select(still, y, mul(ny, length)), ROTATION + V);
    v128.store(at, select(still, z, mul(nz, length)), ROTATION + 2 * V);
    v128.store(at, select(still, w, mul(nw, length)), ROTATION + 3 * V);
  }
}
