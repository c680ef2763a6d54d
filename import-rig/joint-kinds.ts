/**
 * What each of Unity's kinds of joint says, in the sense of a ConfigurableJoint, whose positive angle turns the owner by its
 * negative about the axis; and what of it is not carried.
 *
 * A CharacterJoint is a ConfigurableJoint with the same numbers and no drive. A HingeJoint counts the other way round: its
 * largest angle is the lowest here. A FixedJoint lets nothing move.
 */
import type { RigFileJoint } from '../envs/ragdoll/rig-file.ts';
import { conjugate, turned, type Vector } from '../physics/rotation.ts';
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
import type { Told } from './findings.ts';
import type { Node } from './hierarchy.ts';
import { perpendicularTo } from './joint-axes.ts';
import type { FoundJoint } from './ragdoll.ts';

/** What a kind of joint says, before anchors and whatever all kinds have. */
export interface Said {
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

interface Kind {
  readonly name: string;
  read(values: FoundJoint['component']['values'], where: string, owner: Node, told: Told): Said & JointFields;
}

const LOCKED = ['locked', 'locked', 'locked'] as const;

/** By Unity's class. */
export const KINDS: Readonly<Record<number, Kind>> = {
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
