/** Refuses what can't be simulated, by the field, the body and the value. */
import { UserError } from '../base/failure/user-error.ts';
import { type AxisMotion, allLocked, type Drive, type Scene, type Shape, type Spring, theWorld } from './scene.ts';

/**
 * @param where the file or object that the scene came from, for messages.
 * @throws UserError naming the first field that is wrong.
 */
export function checkScene(scene: Scene, where = 'scene'): void {
  const { bodies, joints, fixtures, jointOrder, bodyOrder } = scene;
  if (!bodies.length) refuse(where, 'there is no body to simulate', undefined, 'at least one body');
  const names = new Set<string>();
  for (const { name, mass, linearDamping, angularDamping, shapes, maxSpin = 1, gravityShare = 1 } of bodies) {
    const at = `${where}: body ${name}`;
    if (names.has(name)) refuse(at, 'two bodies have the same name', name, 'a name of its own');
    names.add(name);
    atLeast(at, 'mass', mass, 0, true, 'kg');
    atLeast(at, 'linearDamping', linearDamping, 0, false, '1/s');
    atLeast(at, 'angularDamping', angularDamping, 0, false, '1/s');
    atLeast(at, 'maxSpin', maxSpin, 0, true, 'rad/s');
    atLeast(at, 'gravityShare', gravityShare, 0, false, '');
    if (!shapes.length) refuse(at, 'a body without a shape has no inertia', 0, 'at least one shape');
    shapes.forEach((shape, index) => {
      if (shape.kind === 'plane') refuse(`${at}, shape ${index}`, 'a plane can only be a fixture', 'plane', 'a body');
      checkShape(`${at}, shape ${index}`, shape);
    });
  }
  fixtures.forEach((shape, index) => {
    checkShape(`${where}: fixture ${index}`, shape);
  });
  for (const joint of joints) {
    const at = `${where}: joint ${joint.name}`;
    for (const field of ['body', 'connectedTo'] as const) {
      if (field === 'connectedTo' && joint.connectedTo === theWorld) continue;
      if (!bodies[joint[field]]) refuse(`${at}, ${field}`, 'no such body', joint[field], `0 to ${bodies.length - 1}`);
    }
    if (joint.body === joint.connectedTo) {
      refuse(at, 'a joint holds a body to itself', bodies[joint.body]!.name, 'two different bodies');
    }
    const { limitSprings = {} } = joint;
    for (const [which, spring] of Object.entries(limitSprings)) {
      if (!spring) continue;
      checkSpring(at, `limitSprings.${which}`, spring);
      atLeast(at, `limitSprings.${which}.stiffness`, spring.stiffness, 0, true, which === 'linear' ? 'N/m' : 'N m/rad');
    }
    const { linear = allLocked, linearLimit } = joint;
    for (const motion of linear) {
      if (['locked', 'limited', 'free'].includes(motion)) continue;
      refuse(`${at}, linear`, 'no such motion', motion, "'locked', 'limited' or 'free'");
    }
    if (linear.includes('limited')) {
      atLeast(at, 'linearLimit', linearLimit ?? Number.NaN, 0, !limitSprings.linear, 'm');
    }
    checkMotion(`${at}, twist`, joint.twist, { soft: limitSprings.twist !== undefined, leavesOut: true });
    checkMotion(`${at}, swing1`, joint.swing1);
    checkMotion(`${at}, swing2`, joint.swing2);
    for (const frame of ['frame', 'connectedFrame'] as const) {
      finite(`${at}, ${frame}.anchor`, joint[frame].anchor);
      unitLong(`${at}, ${frame}.rotation`, joint[frame].rotation);
    }
    for (const scale of joint.massScale ?? []) atLeast(at, 'massScale', scale, 0, true, '');
    const { swing1, swing2, swingShape, drive } = joint;
    for (const [limited, other] of [
      [swing1, swing2],
      [swing2, swing1],
    ] as const) {
      if (isRange(limited) && other === 'free' && (swingShape !== 'cone' || limited[0] !== -limited[1])) {
        refuse(at, 'a swing beside a free one has no even cone', limited, "swingShape 'cone', and as far both ways");
      }
    }
    if (isRange(swing1) && isRange(swing2) && swingShape === 'cone' && !(swing1[1] > 0 && swing2[1] > 0)) {
      refuse(at, 'a cone has no angle', [swing1[1], swing2[1]], 'two highs above 0, or one of the axes locked');
    }
    if (drive) checkDrive(at, drive);
  }
  for (const [field, order, things] of [
    ['jointOrder', jointOrder, joints],
    ['bodyOrder', bodyOrder, bodies],
  ] as const) {
    const sorted = [...order].sort((a, b) => a - b);
    if (sorted.length === things.length && sorted.every((index, place) => index === place)) continue;
    refuse(`${where}: ${field}`, 'an order names everything once', order, `0 to ${things.length - 1}`);
  }
}

function checkShape(at: string, shape: Shape): void {
  finite(`${at}, position`, shape.position);
  unitLong(`${at}, rotation`, shape.rotation);
  atLeast(at, 'friction', shape.friction, 0, false, '');
  atLeast(at, 'contactOffset', shape.contactOffset, 0, true, 'm');
  if (!(Number.isInteger(shape.category) && shape.category >= 0 && shape.category < 32)) {
    refuse(`${at}, category`, 'no such category', shape.category, '0 to 31');
  }
  switch (shape.kind) {
    case 'sphere':
      atLeast(at, 'radius', shape.radius, 0, true, 'm');
      break;
    case 'capsule':
      atLeast(at, 'radius', shape.radius, 0, true, 'm');
      atLeast(at, 'halfHeight', shape.halfHeight, 0, true, 'm');
      break;
    case 'box':
      for (const extent of shape.halfExtents) atLeast(at, 'halfExtents', extent, 0, true, 'm');
  }
}

/** @param leavesOut whether the range may leave out 0, the pose in which the joint was made. */
function checkMotion(at: string, motion: AxisMotion, { soft = false, leavesOut = false } = {}): void {
  if (!isRange(motion)) return;
  const [low, high] = motion;
  const expected = (side: string) => `radians, above -pi and below pi${leavesOut ? '' : `, at ${side} 0`}`;
  if (!(Math.abs(low) < Math.PI && (leavesOut || low <= 0))) {
    refuse(at, 'the low limit is out of range', low, expected('most'));
  }
  if (!(Math.abs(high) < Math.PI && (leavesOut || high >= 0))) {
    refuse(at, 'the high limit is out of range', high, expected('least'));
  }
  if (low > high) refuse(at, 'limits the wrong way round', motion, 'the lower one first');
  if (low === high && !soft) refuse(at, 'a range without room is a lock', motion, "'locked'");
}

function checkDrive(at: string, drive: Drive): void {
  switch (drive.kind) {
    case 'slerp':
      checkSpring(at, 'drive', drive);
      break;
    case 'twist-swing':
      if (!drive.twist && !drive.swing) {
        refuse(`${at}, drive`, 'a drive without a spring', drive, 'twist or swing, or no drive at all');
      }
      if (drive.twist) checkSpring(at, 'drive.twist', drive.twist);
      if (drive.swing) checkSpring(at, 'drive.swing', drive.swing);
      break;
    default:
      refuse(`${at}, drive.kind`, 'no such drive', drive, "kind 'slerp' or 'twist-swing'");
  }
}

function checkSpring(at: string, field: string, { stiffness, damping }: Spring): void {
  atLeast(at, `${field}.stiffness`, stiffness, 0, false, 'N m/rad');
  atLeast(at, `${field}.damping`, damping, 0, false, 'N m s/rad');
}

export function isRange(motion: AxisMotion): motion is readonly [number, number] {
  return motion !== 'locked' && motion !== 'free';
}

function atLeast(at: string, field: string, value: number, least: number, above: boolean, unit: string): void {
  // The simulator holds single precision.
  if (Number.isFinite(Math.fround(value)) && (above ? value > least : value >= least)) return;
  refuse(`${at}, ${field}`, 'out of range', value, `${above ? 'above' : 'at least'} ${least}${unit && ` ${unit}`}`);
}

function finite(at: string, values: readonly number[]): void {
  if (!values.every(Number.isFinite)) refuse(at, 'not a number', values, 'finite numbers');
}

function unitLong(at: string, values: readonly number[]): void {
  finite(at, values);
  const length = Math.sqrt(values.reduce((squares, value) => squares + value * value, 0));
  if (Math.abs(length - 1) > 1e-3) refuse(at, 'not a rotation', values, 'a quaternion of length 1');
}

function refuse(where: string, what: string, value: unknown, expected: string): never {
  throw new UserError({ where, what, value, expected });
}
