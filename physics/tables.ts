/**
 * A scene as the tables that the kernel reads: where each of them lies in memory, and what is in them.
 *
 * This file and kernel/layout.ts are two sides of one thing: words in the order in which the kernel reads them.
 */
import { isRange } from './check-scene.ts';
import type { SolverSettings } from './dialects.ts';
import type { Kernel } from './kernel.ts';
import { type MassFrame, massFrame } from './mass-frame.ts';
import { type SolvingOrder, solvingOrder } from './order.ts';
import { conjugate, difference, type Pose, product, turned, unturned, type Vector } from './rotation.ts';
import {
  type AxisMotion,
  allLocked,
  type Joint,
  type JointFrame,
  type LinearMotion,
  type Scene,
  type Shape,
  type Spring,
  theWorld,
} from './scene.ts';

/** Where things lie, in bytes. */
export interface Plan {
  readonly configuration: number;
  readonly bodyTable: number;
  readonly jointTable: number;
  readonly shapes: number;
  readonly pairs: number;
  readonly solverBodies: number;
  readonly rows: number;
  readonly rowsEnd: number;
  readonly contactScratch: number;
  readonly firstGroup: number;
  readonly groupBytes: number;
  readonly contactMemory: number;
  readonly contactLaneBytes: number;
  readonly end: number;
}

/** What the tables are made from. */
export interface Model {
  readonly scene: Scene;
  readonly settings: SolverSettings;
  /** Of each body. */
  readonly massFrames: readonly MassFrame[];
  readonly order: SolvingOrder;
  /** All shapes: the bodies' in their order, then the fixtures. */
  readonly shapes: readonly PlacedShape[];
  readonly pairs: readonly ShapePair[];
}

interface PlacedShape {
  readonly shape: Shape;
  /** -1: a fixture. */
  readonly body: number;
}

interface ShapePair {
  readonly first: number;
  readonly second: number;
  readonly friction: number;
}

const configurationBytes = 128;

export function makeModel(scene: Scene, settings: SolverSettings): Model {
  const massFrames = scene.bodies.map(({ shapes }) => massFrame(shapes));
  const shapes: PlacedShape[] = [
    ...scene.bodies.flatMap((body, index) => body.shapes.map((shape) => ({ shape, body: index }))),
    ...scene.fixtures.map((shape) => ({ shape, body: -1 })),
  ];
  return {
    scene,
    settings,
    massFrames,
    order: solvingOrder(scene.joints, scene.jointOrder, scene.bodies.length),
    shapes,
    pairs: shapePairs(scene, shapes, settings),
  };
}

/**
 * Every two shapes that may touch: of two bodies without a joint between them, or of a body and a fixture.
 *
 * Their order is that in which PhysX lets contacts choose their partition (setupDescTask): the first body of a pair is the one
 * that entered the scene later; pairs are sorted by the second body, last to enter first, then by the first, in the same way.
 * Fixtures come last.
 */
function shapePairs(scene: Scene, shapes: readonly PlacedShape[], settings: SolverSettings): ShapePair[] {
  const apart = scene.joints.filter(({ connectedTo, collide = false }) => !collide && connectedTo !== theWorld);
  const joined = new Set(apart.flatMap(({ body: a, connectedTo: b }) => [`${a} ${b}`, `${b} ${a}`]));
  const entered = scene.bodies.map((_, body) => scene.bodyOrder.indexOf(body));
  const placeOf = ({ body }: PlacedShape) => (body < 0 ? -1 : entered[body]!);
  const pairs: ShapePair[] = [];
  shapes.forEach((a, first) => {
    shapes.forEach((b, second) => {
      if (placeOf(a) <= placeOf(b) || joined.has(`${a.body} ${b.body}`)) return;
      if (!(a.shape.collidesWith & (1 << b.shape.category) && b.shape.collidesWith & (1 << a.shape.category))) return;
      pairs.push({ first, second, friction: combined(a.shape.friction, b.shape.friction, settings) });
    });
  });
  const order = ({ first, second }: ShapePair) => [placeOf(shapes[second]!), placeOf(shapes[first]!)] as const;
  return pairs.sort((a, b) => {
    const [secondA, firstA] = order(a);
    const [secondB, firstB] = order(b);
    return secondB - secondA || firstB - firstA || a.second - b.second || a.first - b.first;
  });
}

function combined(a: number, b: number, { frictionCombine }: SolverSettings): number {
  return frictionCombine === 'average' ? (a + b) / 2 : Math.min(a, b);
}

/** Where everything goes, for so many groups of four walkers. */
export function makePlan({ scene, shapes, pairs }: Model, kernel: Kernel, groups: number): Plan {
  const { layout } = kernel;
  kernel.measure(scene.bodies.length, scene.joints.length, shapes.length, pairs.length);
  let next = Math.ceil(kernel.firstFree() / 64) * 64;
  const reserve = (bytes: number) => {
    const at = next;
    next = Math.ceil((next + bytes) / 64) * 64;
    return at;
  };
  const bodies = scene.bodies.length;
  const configuration = reserve(configurationBytes);
  const bodyTable = reserve(bodies * layout.BODY_TABLE_BYTES);
  const jointTable = reserve(scene.joints.length * layout.JOINT_TABLE_BYTES);
  const shapeTable = reserve(shapes.length * layout.SHAPE_BYTES);
  const pairTable = reserve(pairs.length * layout.PAIR_BYTES);
  const solverBodies = reserve(kernel.solverBodyBytes());
  const rows = reserve(kernel.rowBytes());
  const rowsEnd = next;
  const contactScratch = reserve(kernel.contactScratchBytes());
  const groupBytes = layout.HEADER * 16 + bodies * layout.BODY_BYTES + scene.joints.length * layout.JOINT_BYTES;
  const firstGroup = reserve(groups * groupBytes);
  const contactLaneBytes = kernel.contactLaneBytes();
  const contactMemory = reserve(4 * groups * contactLaneBytes);
  return {
    configuration,
    bodyTable,
    jointTable,
    shapes: shapeTable,
    pairs: pairTable,
    solverBodies,
    rows,
    rowsEnd,
    contactScratch,
    firstGroup,
    groupBytes,
    contactMemory,
    contactLaneBytes,
    end: next,
  };
}

/** Writes one table, word by word. */
class Words {
  readonly #view: DataView;
  #at = 0;

  constructor(buffer: ArrayBufferLike) {
    this.#view = new DataView(buffer);
  }

  at(address: number): this {
    this.#at = address;
    return this;
  }

  integers(...values: number[]): this {
    for (const value of values) {
      this.#view.setUint32(this.#at, value >>> 0, true);
      this.#at += 4;
    }
    return this;
  }

  floats(...values: number[]): this {
    for (const value of values) {
      this.#view.setFloat32(this.#at, value, true);
      this.#at += 4;
    }
    return this;
  }

  skip(words: number): this {
    this.#at += 4 * words;
    return this;
  }
}

/** Writes all tables. */
export function writeTables(model: Model, plan: Plan, { layout }: Kernel, buffer: ArrayBufferLike): void {
  const { scene, settings, massFrames, order, shapes, pairs } = model;
  const words = new Words(buffer);
  words
    .at(plan.configuration)
    .integers(scene.bodies.length, scene.joints.length, shapes.length, pairs.length)
    .integers(plan.bodyTable, plan.jointTable, plan.shapes, plan.pairs, plan.solverBodies, plan.rows, plan.rowsEnd)
    .integers(plan.firstGroup, plan.groupBytes, plan.contactMemory, plan.contactLaneBytes)
    .integers(order.partitionCount)
    .floats(settings.timeStep)
    .integers(settings.positionIterations, settings.velocityIterations)
    .skip(1)
    .floats(settings.maxDepenetration, settings.gapFactor)
    .integers(Number(settings.improvedSlerp), Number(settings.frictionAlways))
    .floats(settings.anchorShare)
    .integers(Number(settings.speculative), Number(settings.contactsOverlookZ))
    .floats(settings.secondAnchorFrom)
    .integers(Number(settings.roomFreed), Number(settings.twistSwingAxes === 'frame'));

  scene.bodies.forEach(({ linearDamping, angularDamping, maxSpin = settings.maxSpin, gravityShare = 1 }, body) => {
    const kept = (damping: number) => Math.max(0, 1 - damping * settings.timeStep);
    words
      .at(plan.bodyTable + body * layout.BODY_TABLE_BYTES)
      .floats(kept(linearDamping), kept(angularDamping))
      .integers(order.partitionsOfBody[body]!)
      .floats(square(maxSpin), gravityShare);
  });

  order.order.forEach((index, place) => {
    const joint = scene.joints[index]!;
    const first = inMassFrame(joint.frame, massFrames[joint.body]!.pose);
    const second = inMassFrame(joint.connectedFrame, massFrames[joint.connectedTo]?.pose ?? origin);
    const { hard, soft, ranges, pads } = limitsOf(joint, layout, settings);
    const { driven, springs } = driveOf(joint, layout);
    const { limitSprings = {} } = joint;
    words
      .at(plan.jointTable + place * layout.JOINT_TABLE_BYTES)
      .integers(index, joint.body, joint.connectedTo, order.partitions[index]!)
      .integers(driven, lockedAxes(joint), hard, soft)
      .floats(...first.rotation, ...second.rotation, ...first.position)
      .skip(1)
      .floats(...second.position)
      .skip(1)
      .floats(...ranges, ...pads.slice(0, 3), ...springs, ...(joint.massScale ?? [1, 1]))
      .skip(1)
      .floats(...limitSpringsOf(limitSprings.twist, limitSprings.swing))
      .integers(
        axesThat(joint, (motion) => motion !== 'locked'),
        axesThat(joint, (motion) => motion === 'limited'),
      )
      .floats(joint.linearLimit ?? 0, pads.at(-1)!, ...limitSpringsOf(limitSprings.linear));
  });

  shapes.forEach(({ shape, body }, index) => {
    const at = { position: shape.position, rotation: shape.rotation };
    const pose = body < 0 ? at : poseInMassFrame(at, massFrames[body]!.pose);
    words
      .at(plan.shapes + index * layout.SHAPE_BYTES)
      .integers(body, shapeKinds[shape.kind])
      .floats(...sizeOf(shape), ...pose.position, ...pose.rotation, shape.contactOffset)
      .integers(shape.category)
      .floats(reachOf(shape));
  });

  pairs.forEach(({ first, second, friction }, index) => {
    words
      .at(plan.pairs + index * layout.PAIR_BYTES)
      .integers(first, second, shapes[first]!.body, shapes[second]!.body)
      .floats(friction);
  });
}

/** Of the world, which has no mass. */
const origin: Pose = { position: [0, 0, 0], rotation: unturned };

/** In single precision, as the kernel would. */
function square(value: number): number {
  return Math.fround(Math.fround(value) * Math.fround(value));
}

const shapeKinds = { sphere: 0, capsule: 1, box: 2, plane: 3 } as const;

function sizeOf(shape: Shape): Vector {
  switch (shape.kind) {
    case 'sphere':
      return [shape.radius, 0, 0];
    case 'capsule':
      return [shape.radius, shape.halfHeight, 0];
    case 'box':
      return shape.halfExtents;
    case 'plane':
      return [0, 0, 0];
  }
}

/** Radius of the ball about the shape's centre that it fits into. */
function reachOf(shape: Shape): number {
  switch (shape.kind) {
    case 'sphere':
      return shape.radius;
    case 'capsule':
      return shape.radius + shape.halfHeight;
    case 'box': {
      const [x, y, z] = shape.halfExtents;
      return Math.sqrt(x * x + y * y + z * z);
    }
    case 'plane':
      return 0;
  }
}

function poseInMassFrame({ position, rotation }: Pose, frame: Pose): Pose {
  const back = conjugate(frame.rotation);
  return { position: turned(back, difference(position, frame.position)), rotation: product(back, rotation) };
}

function inMassFrame({ anchor, rotation }: JointFrame, frame: Pose): Pose {
  return poseInMassFrame({ position: anchor, rotation }, frame);
}

function lockedAxes({ twist, swing1, swing2 }: Joint): number {
  return [twist, swing1, swing2].reduce((bits, motion, axis) => bits | (motion === 'locked' ? 1 << axis : 0), 0);
}

/** Bit i: linear axis i is such a one. */
function axesThat({ linear = allLocked }: Joint, is: (motion: LinearMotion) => boolean): number {
  return linear.reduce((bits, motion, axis) => bits | (is(motion) ? 1 << axis : 0), 0);
}

/** Which drive a joint has, and stiffness and damping of its first row and of its other two. */
function driveOf(joint: Joint, layout: Kernel['layout']) {
  const { drive } = joint;
  const slerp = drive?.kind === 'slerp';
  const [first, others] = drive?.kind === 'twist-swing' ? [drive.twist, drive.swing] : [drive, drive];
  const springs = [first, others].flatMap((spring) => [spring?.stiffness ?? 0, spring?.damping ?? 0]);
  // A twist-swing drive has no row for a locked axis.
  if (!drive || (!slerp && lockedAxes(joint) === 7)) return { driven: 0, springs };
  return { driven: slerp ? layout.DRIVE_SLERP : layout.DRIVE_TWIST_SWING, springs };
}

/** How near a limit has its row, radians: PhysX's default contact distance. */
const nearest = 0.1;
const nearestShare = 0.49;
/** The same of a linear limit, metres. */
const nearestDistance = 0.01;
/** Nearer than this is every angle. */
const everywhere = 1e3;

/** Stiffness and damping of soft limits. */
function limitSpringsOf(...springs: readonly (Spring | undefined)[]): number[] {
  return springs.flatMap((spring) => [spring?.stiffness ?? 0, spring?.damping ?? 0]);
}

/** Which limits a joint has, their ranges (twist, swing 1, swing 2), and how near to each and to its linear limit rows begin. */
function limitsOf(joint: Joint, layout: Kernel['layout'], { limitsAlways }: SolverSettings) {
  const { twist, swing1, swing2, swingShape, linear = allLocked, limitSprings = {} } = joint;
  let swings = 0;
  if (isRange(swing1) && isRange(swing2)) {
    swings = swingShape === 'cone' ? layout.LIMIT_CONE : layout.LIMIT_PYRAMID_1 | layout.LIMIT_PYRAMID_2;
  } else if (isRange(swing1)) {
    if (swing2 === 'free') swings = layout.LIMIT_BESIDE_FREE_1;
    else swings = swingShape === 'cone' ? layout.LIMIT_SWING_1 : layout.LIMIT_PYRAMID_1;
  } else if (isRange(swing2)) {
    if (swing1 === 'free') swings = layout.LIMIT_BESIDE_FREE_2;
    else swings = swingShape === 'cone' ? layout.LIMIT_SWING_2 : layout.LIMIT_PYRAMID_2;
  }
  const range = (motion: AxisMotion) => (isRange(motion) ? motion : ([0, 0] as const));
  const ranges = [twist, swing1, swing2].map(range);
  const padOf = (widths: readonly number[]) => {
    return limitsAlways ? everywhere : Math.min(nearest, nearestShare * Math.min(...widths));
  };
  const [, first, second] = ranges;
  const swung = [first!, second!].filter(([low, high]) => high > low);
  // A cone is told by half angles, a pyramid by whole ranges.
  const widths = swung.map(([low, high]) => (swingShape === 'cone' ? high : high - low));
  // A soft limit has its row beyond it alone, but for a cone in PhysX 5, which has one always.
  const isCone = swings === layout.LIMIT_CONE;
  const softPad = limitsAlways && isCone ? everywhere : 0;
  const swingPad = limitSprings.swing ? softPad : swung.length ? padOf(widths) : 0;
  const twistPad = isRange(twist) && !limitSprings.twist ? padOf([twist[1] - twist[0]]) : 0;
  const linearPad = limitSprings.linear ? 0 : limitsAlways ? everywhere : nearestDistance;
  const found = [
    { limits: isRange(twist) ? layout.LIMIT_TWIST : 0, isSoft: limitSprings.twist },
    { limits: swings, isSoft: limitSprings.swing },
    { limits: linear.includes('limited') ? layout.LIMIT_DISTANCE : 0, isSoft: limitSprings.linear },
  ];
  const allOf = (some: typeof found) => some.reduce((bits, { limits }) => bits | limits, 0);
  return {
    hard: allOf(found.filter(({ isSoft }) => !isSoft)),
    soft: allOf(found.filter(({ isSoft }) => isSoft)),
    ranges: ranges.flat(),
    pads: [twistPad, swingPad, swingPad, linearPad],
  };
}
