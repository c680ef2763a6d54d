/**
 * What can be simulated, as data: bodies with their shapes, joints, and what never moves. SI units, radians; any axes, as
 * long as they are one's own throughout.
 */
import type { Quaternion, Vector } from './rotation.ts';

/** Where a shape lies in its body (in the world, for a fixture) and what it is made of. */
interface ShapeBase {
  readonly position: Vector;
  readonly rotation: Quaternion;
  /** Static and dynamic. */
  readonly friction: number;
  /** Contacts are made while two shapes are nearer than the sum of their offsets, metres. */
  readonly contactOffset: number;
  /** 0 to 31: touches are told by it, and `collidesWith` names it. */
  readonly category: number;
  /** Bit c: may touch shapes of category c. Two shapes touch if both say so. */
  readonly collidesWith: number;
}

export interface SphereShape extends ShapeBase {
  readonly kind: 'sphere';
  readonly radius: number;
}

/** Along its own x axis. */
export interface CapsuleShape extends ShapeBase {
  readonly kind: 'capsule';
  readonly radius: number;
  /** Half the distance between the centres of its round ends. */
  readonly halfHeight: number;
}

export interface BoxShape extends ShapeBase {
  readonly kind: 'box';
  readonly halfExtents: Vector;
}

/** All space below its own x axis; for fixtures alone. */
export interface PlaneShape extends ShapeBase {
  readonly kind: 'plane';
}

export type Shape = SphereShape | CapsuleShape | BoxShape | PlaneShape;

export interface Body {
  readonly name: string;
  /** kg, spread evenly over the volume of its shapes. */
  readonly mass: number;
  /** 1/s. */
  readonly linearDamping: number;
  readonly angularDamping: number;
  readonly shapes: readonly Shape[];
  /** rad/s, as fast as it may turn. Default: the solver settings'. */
  readonly maxSpin?: number | undefined;
  /** Share of gravity that acts on it. Default 1. */
  readonly gravityShare?: number | undefined;
}

/** Low and high, radians, -pi < low < high < pi; of a swing low <= 0 <= high. As high as low only where the limit is soft. */
export type AngleRange = readonly [low: number, high: number];
export type AxisMotion = 'locked' | 'free' | AngleRange;

/** Of a linear axis: the limited ones of a joint share one radius. */
export type LinearMotion = 'locked' | 'limited' | 'free';
export type LinearMotions = readonly [x: LinearMotion, y: LinearMotion, z: LinearMotion];
export const allLocked: LinearMotions = ['locked', 'locked', 'locked'];

/** A joint's frame in a body. */
export interface JointFrame {
  readonly anchor: Vector;
  readonly rotation: Quaternion;
}

/**
 * N m/rad and N m s/rad about an axis of unit length; of a linear limit N/m and N s/m. Each row of a drive is cut at its strength (`Simulator.setDrive`); a soft
 * limit is as strong as it takes.
 */
export interface Spring {
  readonly stiffness: number;
  readonly damping: number;
}

/**
 * Three rows along the difference between target and pose, all of one spring, about axes half a unit long: for small angles
 * it has a quarter of the stiffness. Acts on locked axes too, as Unity's does.
 */
export interface SlerpDrive extends Spring {
  readonly kind: 'slerp';
}

/** A row about the twist axis and one about each swing axis, but none for an axis that is locked: Unity's X and YZ drives. */
export interface TwistSwingDrive {
  readonly kind: 'twist-swing';
  /** Undefined: none. */
  readonly twist: Spring | undefined;
  readonly swing: Spring | undefined;
}

export type Drive = SlerpDrive | TwistSwingDrive;

/** Both swings share a limit's spring, and so do all linear axes. */
export type LimitName = 'twist' | 'swing' | 'linear';

/** What a joint may be connected to beside a body: the world, which nothing moves. */
export const theWorld = -1;

/** Holds two bodies together at a point or along some axes, and limits how the frame of the second turns against that of the first. */
export interface Joint {
  readonly name: string;
  /** Index of the body that owns it, and of the one that it is connected to, or `theWorld`. */
  readonly body: number;
  readonly connectedTo: number;
  readonly frame: JointFrame;
  readonly connectedFrame: JointFrame;
  /** About x. */
  readonly twist: AxisMotion;
  /** About y and z. Where both are ranges, `swingShape` tells what they are together. */
  readonly swing1: AxisMotion;
  readonly swing2: AxisMotion;
  /** A cone takes its two half angles from the highs. */
  readonly swingShape: 'cone' | 'pyramid';
  /** Along x, y and z of `frame`. Default: all locked, so that the anchors stay together. */
  readonly linear?: LinearMotions | undefined;
  /** How far apart the anchors may come along the limited ones of these, metres; 0 only where that limit is soft. */
  readonly linearLimit?: number | undefined;
  /** Of soft limits, which only push back, with a stiffness above 0. Undefined: that limit gives way to nothing. */
  readonly limitSprings?: Readonly<Partial<Record<LimitName, Spring | undefined>>> | undefined;
  /** Turns the joint towards a target. Undefined: nothing does. */
  readonly drive: Drive | undefined;
  /** Whether its two bodies touch one another. Default false. */
  readonly collide?: boolean;
  /** Times the inverse mass and inertia of its own body and of the connected one, as this joint reckons with them. Default 1, 1. */
  readonly massScale?: readonly [own: number, connected: number] | undefined;
}

export interface Scene {
  readonly bodies: readonly Body[];
  readonly joints: readonly Joint[];
  /** Shapes that never move. */
  readonly fixtures: readonly Shape[];
  /**
   * Indices of all bodies, as they entered the scene: of contacts between bodies, those of the last to enter choose their
   * place in the order of solving first (see tables.ts).
   */
  readonly bodyOrder: readonly number[];
  /** Indices of all joints: the first is the first to choose its place in the order of solving (see order.ts). */
  readonly jointOrder: readonly number[];
}
