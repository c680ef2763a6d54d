/** Any joint of Unity's as the rig tells it: what its kind says (joint-kinds.ts), within what a solver can hold, and its anchors. */
import type { RigFileJoint } from '../envs/ragdoll/rig-file.ts';
import { conjugate, difference, turned, type Vector } from '../physics/rotation.ts';
import type { JointFields, Motion, SpringFields } from './components.ts';
import type { Finding, Told } from './findings.ts';
import type { Node } from './hierarchy.ts';
import { alongFrame, axesOf } from './joint-axes.ts';
import { KINDS, type Said } from './joint-kinds.ts';
import { fromBody, worldPoint } from './placement.ts';
import type { FoundJoint } from './ragdoll.ts';
import { rounded, roundedVector } from './rounded.ts';

export interface CarriedJoint {
  /** Undefined where nothing of it can be carried. */
  readonly joint: Omit<RigFileJoint, 'connectedTo'> | undefined;
  readonly findings: readonly Finding[];
}

/** Turns no further than this way and back: Unity's own limit of limits, degrees. */
const MOST = 177;

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
function heldGap(gap: Vector, linear: readonly Motion[], radius: number, axes: ReturnType<typeof axesOf>): number {
  const parts = alongFrame(axes, gap);
  const along = (which: Motion) => Math.hypot(...parts.filter((_, at) => linear[at] === which));
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
