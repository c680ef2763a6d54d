/**
 * Any joint of Unity's as the rig tells it: in the sense of a ConfigurableJoint, whose positive angle turns the owner by its
 * negative about the axis.
 *
 * A CharacterJoint is a ConfigurableJoint with the same numbers and no drive. A HingeJoint counts the other way round: its
 * largest angle is the lowest here. A FixedJoint lets nothing move.
 */
import type { RigFileJoint } from '../envs/ragdoll/rig-file.ts';
import { conjugate, difference, turned, type Vector } from '../physics/rotation.ts';
import {
  CHARACTER_FIELDS,
  CLASS,
  CONFIGURABLE_FIELDS,
  type DriveFields,
  FIXED_FIELDS,
  HINGE_FIELDS,
  type JointFields,
  type Motion,
  type SpringFields,
} from './components.ts';
import { readFields } from './fields.ts';
import type { Finding } from './findings.ts';
import type { Node } from './hierarchy.ts';
import { fromBody, worldPoint } from './placement.ts';
import type { FoundJoint } from './ragdoll.ts';
import { rounded, roundedVector } from './rounded.ts';

export interface CarriedJoint {
  /** Undefined where nothing of it can be carried. */
  readonly joint: Omit<RigFileJoint, 'connectedTo'> | undefined;
  readonly findings: readonly Finding[];
}

/** What a kind of joint says, before anchors and whatever all kinds have. */
interface Said {
  readonly type: RigFileJoint['type'];
  readonly axis: Vector;
  readonly secondaryAxis: Vector;
  readonly linear: readonly [Motion, Motion, Motion];
  readonly angular: readonly [Motion, Motion, Motion];
  readonly x: readonly [low: number, high: number];
  readonly y: number;
  readonly z: number;
  readonly linearLimit: number;
  readonly springs: { readonly linear?: SpringFields; readonly x?: SpringFields; readonly yz?: SpringFields };
  readonly drive: RigFileJoint['drive'];
  readonly projects?: boolean;
  readonly projectionDistance?: number;
  readonly projectionAngle?: number;
}

type Told = (finding: Omit<Finding, 'on'>) => void;

interface Kind {
  readonly name: string;
  read(values: FoundJoint['component']['values'], where: string, owner: Node, told: Told): Said & JointFields;
}

const LOCKED = ['locked', 'locked', 'locked'] as const;
/** Turns no further than this way and back: Unity's own limit of limits, degrees. */
const MOST = 177;

const KINDS: Readonly<Record<number, Kind>> = {
  [CLASS.configurableJoint]: {
    name: 'ConfigurableJoint',
    read(values, where, owner, told) {
      const joint = readFields(CONFIGURABLE_FIELDS, values, where);
      const { rotation } = owner.placement;
      const local = (axis: Vector) => (joint.isInWorldSpace ? turned(conjugate(rotation), axis) : axis);
      const drives = [joint.linearDriveX, joint.linearDriveY, joint.linearDriveZ];
      const linear = [joint.x, joint.y, joint.z] as const;
      if (drives.some((drive, axis) => isPushing(drive) && linear[axis] !== 'locked')) {
        told({
          kind: 'lost',
          isRefused: true,
          feature: 'linear drive',
          told: 'a drive along an axis is left out: the joint is loose there',
          advice: 'lock the axis (X, Y, Z Motion), or set the drive to 0',
        });
      }
      if (joint.isInWorldSpace) {
        told({
          kind: 'note',
          feature: 'world space',
          told: 'axes given in the world were turned into those of the body',
        });
      }
      const limits = [joint.lowX, joint.highX, joint.limitY, joint.limitZ];
      tellBouncing(linear.includes('limited') ? [...limits, joint.linearLimit] : limits, told);
      if (joint.swapsBodies && linear.some((motion) => motion !== 'locked')) {
        told({
          kind: 'lost',
          isRefused: true,
          feature: 'Swap Bodies of a joint that is not held in place',
          told: 'it would be loose along the axes of the other body',
          advice: 'switch Swap Bodies off, or put the joint on the other body',
        });
      }
      const drive = driveOf(joint, told);
      if (drive && Math.abs(joint.targetRotation[3]) < 0.99999) {
        told({
          kind: 'lost',
          feature: 'target rotation',
          told: 'its own target is left out: until a policy moves it, the joint holds the start pose',
          advice: 'set Target Rotation to 0, 0, 0, 1 and pose the body as it is to be held',
        });
      }
      if (drive && joint.targetSpin.some((spin) => spin !== 0)) {
        told({
          kind: 'lost',
          feature: 'target angular velocity',
          told: 'its damper turns the joint in Unity; here it only damps',
          advice: 'set Target Angular Velocity to 0: the policy moves the joint',
        });
      }
      const [low, high] = [joint.lowX.limit, joint.highX.limit];
      return {
        ...joint,
        type: 'configurable',
        projects: joint.projectionMode !== 0,
        axis: local(joint.axis),
        secondaryAxis: local(joint.secondaryAxis),
        linear,
        angular: [joint.angularX, joint.angularY, joint.angularZ],
        // Which of the two bodies turns is swapped, and so is the sign.
        x: joint.swapsBodies ? [-high, -low] : [low, high],
        y: joint.limitY.limit,
        z: joint.limitZ.limit,
        linearLimit: joint.linearLimit.limit,
        springs: { linear: joint.linearLimitSpring, x: joint.springX, yz: joint.springYz },
        drive,
      };
    },
  },
  [CLASS.characterJoint]: {
    name: 'CharacterJoint',
    read(values, where, _, told) {
      const joint = readFields(CHARACTER_FIELDS, values, where);
      tellBouncing([joint.lowTwist, joint.highTwist, joint.swing1, joint.swing2], told);
      return {
        ...joint,
        type: 'character',
        secondaryAxis: joint.swingAxis,
        linear: LOCKED,
        angular: ['limited', 'limited', 'limited'],
        x: [joint.lowTwist.limit, joint.highTwist.limit],
        y: joint.swing1.limit,
        z: joint.swing2.limit,
        linearLimit: 0,
        springs: { x: joint.twistSpring, yz: joint.swingSpring },
        drive: undefined,
      };
    },
  },
  [CLASS.hingeJoint]: {
    name: 'HingeJoint',
    read(values, where, _, told) {
      const joint = readFields(HINGE_FIELDS, values, where);
      if (joint.usesLimits) tellBouncing([joint.limits], told);
      const { velocity, force } = joint.motor;
      if (joint.usesMotor) {
        const most = Number.isFinite(force) ? ` with up to ${force} N m` : '';
        told({
          kind: 'lost',
          feature: 'motor of a HingeJoint',
          told: `turns at ${velocity} degrees/s${most} in Unity; it is left out`,
          advice: 'switch Use Motor off: the policy moves the joint',
        });
      }
      if (joint.usesSpring && joint.spring.target !== 0) {
        told({
          kind: 'lost',
          feature: 'target of a spring',
          told: `${joint.spring.target} degrees are left out: until a policy moves it, the joint holds the start pose`,
          advice: 'set Target Position to 0 and pose the body as it is to be held',
        });
      }
      if (joint.usesSpring && joint.spring.spring > 0) {
        told({
          kind: 'assumed',
          feature: 'spring of a HingeJoint',
          told: `taken as N m/rad; Unity does not document it${joint.usesMotor ? ', nor what it does beside a motor' : ''}`,
        });
      }
      const { spring: stiffness, damper: damping } = joint.spring;
      const isDriven = joint.usesSpring && (stiffness > 0 || damping > 0);
      if (isDriven && joint.isPerMass) tellPerMass(told);
      return {
        ...joint,
        type: 'hinge',
        secondaryAxis: perpendicularTo(joint.axis),
        linear: LOCKED,
        angular: [joint.usesLimits ? 'limited' : 'free', 'locked', 'locked'],
        x: [-joint.limits.max, -joint.limits.min],
        y: 0,
        z: 0,
        linearLimit: 0,
        springs: {},
        drive: isDriven ? { kind: 'x-yz', x: { stiffness, damping, max: null } } : undefined,
      };
    },
  },
  [CLASS.fixedJoint]: {
    name: 'FixedJoint',
    read(values, where) {
      const joint = readFields(FIXED_FIELDS, values, where);
      return {
        ...joint,
        // It is held as it is: where and along what makes no difference.
        anchor: [0, 0, 0],
        computesConnectedAnchor: true,
        type: 'fixed',
        axis: [1, 0, 0],
        secondaryAxis: [0, 1, 0],
        linear: LOCKED,
        angular: LOCKED,
        x: [0, 0],
        y: 0,
        z: 0,
        linearLimit: 0,
        springs: {},
        drive: undefined,
      };
    },
  },
};

/** The name of a kind of joint, as Unity has it. */
export function jointName(classId: number): string {
  return KINDS[classId]?.name ?? 'SpringJoint';
}

/**
 * @param on name of the owner in the rig, for findings
 * @param origin of the rig's world in that of the file: what a joint to the world is anchored to is told from there
 */
export function carriedJoint(found: FoundJoint, path: string, on: string, origin: Vector): CarriedJoint {
  const { owner, component, connected } = found;
  const kind = KINDS[component.classId];
  const findings: Finding[] = [];
  const told: Told = (finding) => findings.push({ ...finding, on });
  if (!kind) {
    told({
      kind: 'lost',
      isRefused: true,
      feature: 'SpringJoint',
      told: 'a spring between two points has no counterpart in the rig',
      advice: 'remove it, or replace it by a ConfigurableJoint',
    });
    return { joint: undefined, findings };
  }
  if (found.loose) {
    told({ kind: 'lost', isRefused: found.loose !== 'inactive', feature: kind.name, ...LOOSE[found.loose] });
    return { joint: undefined, findings };
  }
  const where = `${path}: ${kind.name} of ${owner.name}`;
  const said = kind.read(component.values, where, owner, told);
  const { angular, x, y, z } = withinLimits(said, told);
  const { linear, radius } = withinRadius(said, told);
  const anchor = fromBody(owner.placement, worldPoint(owner.placement, said.anchor));
  const axes = axesOf(said, told);
  const springs = Object.entries(said.springs).filter(([, { spring }]) => spring > 0);
  const joint: Omit<RigFileJoint, 'connectedTo'> = {
    type: said.type,
    anchor: roundedVector(anchor),
    ...connectedAnchor(said, owner, connected, origin, (gap) =>
      tellAnchorsApart(heldGap(gap, linear, radius, axes), told),
    ),
    axis: roundedVector(axes.axis),
    secondaryAxis: roundedVector(axes.secondaryAxis),
    linear,
    angular,
    x,
    y,
    z,
    linearLimit: radius,
    ...(springs.length > 0 ? { limitSprings: Object.fromEntries(springs) } : {}),
    ...(said.drive ? { drive: said.drive } : {}),
    enableCollision: said.mayCollide,
    massScale: [said.massScale, said.connectedMassScale],
    ...(said.projects
      ? { projection: { distance: said.projectionDistance ?? 0, angle: said.projectionAngle ?? 0 } }
      : {}),
    preprocessing: said.isPreprocessed,
    ...breaking('breakForce', said.breakForce),
    ...breaking('breakTorque', said.breakTorque),
  };
  return { joint, findings };
}

const LOOSE: Readonly<Record<NonNullable<FoundJoint['loose']>, { readonly told: string; readonly advice: string }>> = {
  inactive: {
    told: 'is connected to a body that is inactive, and holds nothing: it is left out',
    advice: 'activate that object, or remove the joint',
  },
  'not in the file': {
    told: 'is connected to a body that is not in this file: it is left out',
    advice: 'connect it to a body of the ragdoll, or import the scene or prefab that has both',
  },
  'an ArticulationBody': {
    told: 'is connected to an ArticulationBody, which another solver moves: it is left out',
    advice: 'connect it to a Rigidbody',
  },
};

function tellBouncing(limits: readonly { readonly bounciness: number }[], told: Told): void {
  if (!limits.some(({ bounciness }) => bounciness > 0)) return;
  told({
    kind: 'lost',
    feature: 'bounciness of a limit',
    told: 'is left out: a joint that meets its limit stays there',
    advice: 'set Bounciness to 0 in the limits of the joint',
  });
}

function isPushing({ spring, damper }: DriveFields): boolean {
  return spring > 0 || damper > 0;
}

function tellPerMass(told: Told): void {
  told({
    kind: 'lost',
    feature: 'drive by acceleration',
    told: 'its spring and damper are per unit of inertia; they are taken as N m/rad',
    advice: 'switch Use Acceleration off and set the spring in N m/rad',
  });
}

type DrivesOfJoint = Readonly<Record<'slerpDrive' | 'driveX' | 'driveYz', DriveFields>> & {
  readonly driveMode: 'x-yz' | 'slerp';
};

function driveOf(joint: DrivesOfJoint, told: Told): RigFileJoint['drive'] {
  const isSlerp = joint.driveMode === 'slerp';
  const inUse = isSlerp ? [joint.slerpDrive] : [joint.driveX, joint.driveYz];
  if (inUse.some((drive) => drive.isPerMass && isPushing(drive))) tellPerMass(told);
  const spring = ({ spring: stiffness, damper: damping, maxForce }: DriveFields) => ({
    stiffness,
    damping,
    max: Number.isFinite(maxForce) ? maxForce : null,
  });
  if (isSlerp) return isPushing(joint.slerpDrive) ? { kind: 'slerp', ...spring(joint.slerpDrive) } : undefined;
  if (!inUse.some(isPushing)) return undefined;
  return {
    kind: 'x-yz',
    ...(isPushing(joint.driveX) ? { x: spring(joint.driveX) } : {}),
    ...(isPushing(joint.driveYz) ? { yz: spring(joint.driveYz) } : {}),
  };
}

/** Limits that a solver can hold: lows below highs, none beyond Unity's own greatest, and an axis limited to 0 is locked. */
function withinLimits({ angular, x, y, z, springs }: Said, told: Told) {
  const motions: [Motion, Motion, Motion] = [...angular];
  let [low, high] = motions[0] === 'limited' ? x : [0, 0];
  if (low > high) {
    told({
      kind: 'assumed',
      feature: 'limit',
      told: `its low limit, ${low} degrees, is above its high one, ${high}: they are taken the other way round`,
      advice: 'set the limits right in Unity',
    });
    [low, high] = [high, low];
  }
  const sides = [y, z].map((limit, side) => (motions[side + 1] === 'limited' ? Math.abs(limit) : 0));
  const all = [low, high, ...sides].map((limit) => {
    if (Math.abs(limit) <= MOST) return rounded(limit);
    told({
      kind: 'note',
      feature: 'limit',
      told: `a limit of ${rounded(limit)} degrees is taken as ${MOST}, the greatest that Unity knows`,
    });
    return Math.sign(limit) * MOST;
  });
  if (low === 0 && high === 0 && motions[0] === 'limited' && !isSoft(springs.x)) motions[0] = 'locked';
  sides.forEach((limit, side) => {
    if (motions[side + 1] !== 'limited' || limit > 0) return;
    motions[side + 1] = 'locked';
    told({ kind: 'assumed', feature: 'limit', told: 'axes that are limited to 0 degrees are locked' });
  });
  return { angular: motions, x: [all[0]!, all[1]!] as [number, number], y: all[2]!, z: all[3]! };
}

/** Linear axes and how far the limited ones of them may give: those that are limited to 0 are locked, unless a spring holds them. */
function withinRadius({ linear, linearLimit, springs }: Said, told: Told) {
  const radius = linear.includes('limited') ? rounded(Math.abs(linearLimit)) : 0;
  const motions: [Motion, Motion, Motion] = [...linear];
  if (radius > 0 || isSoft(springs.linear) || !linear.includes('limited')) return { linear: motions, radius };
  told({ kind: 'assumed', feature: 'linear limit', told: 'axes that are limited to 0 m are locked' });
  motions.forEach((motion, axis) => {
    if (motion === 'limited') motions[axis] = 'locked';
  });
  return { linear: motions, radius };
}

function isSoft(spring: SpringFields | undefined): boolean {
  return (spring?.spring ?? 0) > 0;
}

/** Directions of a length that can be drawn; an axis of length 0 is x, and a secondary one along the axis is any other. */
function axesOf({ axis, secondaryAxis }: Said, told: Told): Pick<Said, 'axis' | 'secondaryAxis'> {
  const first = unit(axis);
  if (!first) {
    told({
      kind: 'assumed',
      feature: 'axis',
      told: 'its axis has no length: it is taken as x, (1, 0, 0)',
      advice: 'set the Axis of the joint in Unity',
    });
  }
  const x = first ?? ([1, 0, 0] as const);
  const second = unit(secondaryAxis);
  const isParallel = !second || Math.hypot(...cross(x, second)) < 1e-3;
  if (isParallel) {
    told({
      kind: 'assumed',
      feature: 'secondary axis',
      told: 'its secondary axis has no length or lies along its axis: one at a right angle is taken',
      advice: 'set the Secondary Axis (Swing Axis) of the joint in Unity',
    });
  }
  return { axis: x, secondaryAxis: isParallel ? perpendicularTo(x) : second };
}

/** Some direction at a right angle. */
function perpendicularTo(axis: Vector): Vector {
  const [x, y, z] = axis.map(Math.abs) as readonly number[] as Vector;
  const least: Vector = y <= x && y <= z ? [0, 1, 0] : z <= x ? [0, 0, 1] : [1, 0, 0];
  const other = cross(axis, least);
  return unit(cross(other, axis)) ?? [0, 1, 0];
}

/** @param tellGap is told where the connected anchor lies from the own one, in the owner's axes, in the start pose. */
function connectedAnchor(
  { computesConnectedAnchor, connectedAnchor: given, anchor }: JointFields,
  owner: Node,
  connected: Node | undefined,
  origin: Vector,
  tellGap: (gap: Vector) => void,
): Pick<RigFileJoint, 'connectedAnchor'> {
  if (computesConnectedAnchor) return {};
  const at = connected ? worldPoint(connected.placement, given) : given;
  tellGap(turned(conjugate(owner.placement.rotation), difference(at, worldPoint(owner.placement, anchor))));
  const from = connected ? fromBody(connected.placement, at) : difference(at, origin);
  return { connectedAnchor: roundedVector(from) };
}

/** How far a joint pulls anchors together that lie `gap` apart, metres: along locked axes, and limited ones beyond the radius. */
function heldGap(
  gap: Vector,
  linear: readonly Motion[],
  radius: number,
  { axis, secondaryAxis }: Pick<Said, 'axis' | 'secondaryAxis'>,
): number {
  const z = unit(cross(axis, secondaryAxis))!;
  const alongAxes = [axis, cross(z, axis), z].map((each) => dot(each, gap));
  const along = (which: Motion) => Math.hypot(...alongAxes.filter((_, at) => linear[at] === which));
  return Math.hypot(along('locked'), Math.max(0, along('limited') - radius));
}

function tellAnchorsApart(gap: number, told: Told): void {
  if (gap <= 1e-3) return;
  told({
    kind: 'note',
    feature: 'anchors apart',
    told: `its two anchors are ${rounded(Number(gap.toPrecision(3)))} m apart in the start pose: the joint pulls them together`,
    advice: 'switch Auto Configure Connected Anchor on, if that is not meant',
  });
}

function breaking<Name extends 'breakForce' | 'breakTorque'>(name: Name, value: number): Partial<Record<Name, number>> {
  // 0 is Unity's word for a joint that is gone at once; nobody means that.
  return (Number.isFinite(value) && value > 0 ? { [name]: value } : {}) as Partial<Record<Name, number>>;
}

function cross([ax, ay, az]: Vector, [bx, by, bz]: Vector): Vector {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

function dot([ax, ay, az]: Vector, [bx, by, bz]: Vector): number {
  return ax * bx + ay * by + az * bz;
}

function unit([x, y, z]: Vector): Vector | undefined {
  const length = Math.hypot(x, y, z);
  return length < 1e-6 ? undefined : [x / length, y / length, z / length];
}
