/** What the bodies of a rig are to it: feet, head, hands, legs; from where they are in the start pose, their joints and their names. */

import { turned } from '../../../physics/rotation.ts';
import type { RigFile } from '../rig-file.ts';
import { distance, type PlacedBody, placeBodies } from './geometry.ts';
import { sidesOf } from './sides.ts';
import { type Tree, treeOf } from './tree.ts';

export interface Anatomy {
  readonly tree: Tree;
  /** In the rig's order. */
  readonly bodies: readonly PlacedBody[];
  /** Of its lowest point to its highest, m; its lowest is `lowest` in the world. */
  readonly height: number;
  readonly lowest: number;
  /** What stands on the ground in the start pose. */
  readonly feet: readonly string[];
  readonly feetBecause: string;
  /** What may touch the ground without that being a fall: the feet, and of small feet what they hang by. */
  readonly mayTouchGround: readonly string[];
  readonly head: string;
  readonly headBecause: string;
  /** Ends of arms. */
  readonly hands: readonly string[];
  /** From the ground up to where the legs hang, m. */
  readonly legLength: number;
  readonly armLength: number;
  /** Bodies whose forward is the world's z in the start pose, so that it can be told where they face. */
  readonly facingForward: readonly string[];
  /** -1 left, 1 right, 0 neither. */
  sideOf(body: string): -1 | 0 | 1;
  /** Left and right of a pair. */
  readonly pairs: readonly (readonly [left: string, right: string])[];
}

/** Of the height: what is no farther from the lowest point stands on the ground with it. */
const tolerance = 0.03;

export function anatomyOf(rig: RigFile): Anatomy {
  const bodies = placeBodies(rig);
  const tree = treeOf(rig);
  const named = (name: string) => bodies.find((body) => body.name === name)!;
  const lowest = Math.min(...bodies.map(({ low }) => low[1]));
  const height = Math.max(...bodies.map(({ high }) => high[1])) - lowest;
  const { pairs, sideOf, partnerOf } = sidesOf(bodies);

  const { feet, feetBecause } = feetOf();
  const { head, headBecause } = headOf();
  const leaves = bodies.map(({ name }) => name).filter((name) => isLeaf(name) && !feet.includes(name));
  const hands = leaves.filter((name) => name !== head && sideOf(name) !== 0);
  const hips = feet.map((foot) => hipOf(foot));
  // Where legs lie level in the start pose, it stands on them bent: about half as high as they are long.
  const lengths = feet.map((foot, which) => Math.max(hips[which]![1] - lowest, chainLength(foot, hips[which]!) / 2));
  const legLength = median(lengths) || height / 2;
  const arms = hands.map((hand) => reachOf(hand));
  return {
    tree,
    bodies,
    height,
    lowest,
    feet,
    feetBecause,
    mayTouchGround: mayTouch(),
    head,
    headBecause,
    hands,
    legLength: Math.max(legLength, height / 20),
    armLength: median(arms) || legLength,
    facingForward: rig.bodies.filter(({ rotation }) => turned(rotation, [0, 0, 1])[2] > 0.9).map(({ name }) => name),
    sideOf,
    pairs,
  };

  function isLeaf(name: string): boolean {
    return name !== tree.root && tree.childrenOf(name).length === 0 && !tree.loose.includes(name);
  }

  function feetOf(): { feet: string[]; feetBecause: string } {
    const near = bodies.filter(({ name, low }) => name !== tree.root && low[1] - lowest <= tolerance * height);
    // A leg's lower parts may all be low; the one farthest out is the foot.
    const ends = near.filter(({ name }) => !near.some((other) => other.name !== name && isAbove(name, other.name)));
    const touching = withPartners(ends.map(({ name }) => name));
    const because = 'what is lowest in the start pose';
    const isTorso = named(tree.root).low[1] - lowest <= tolerance * height;
    if (touching.length > 0 && !isTorso) return { feet: touching, feetBecause: because };
    const limbs = bodies.filter(({ name }) => isLeaf(name));
    const low = Math.min(...limbs.map(({ low: [, y] }) => y));
    const lowLimbs = limbs.filter((limb) => limb.low[1] - low <= tolerance * height).map(({ name }) => name);
    if (lowLimbs.length === 0) return { feet: touching, feetBecause: because };
    return {
      feet: withPartners(lowLimbs),
      feetBecause: 'the lowest ends of limbs: in the start pose its trunk is as low',
    };
  }

  /** Whether a body lies between the root and another one. */
  function isAbove(name: string, other: string): boolean {
    return tree.path(other).includes(name);
  }

  function withPartners(names: readonly string[]): string[] {
    const all = new Set(names.flatMap((name) => [name, partnerOf(name) ?? name]));
    return bodies.map(({ name }) => name).filter((name) => all.has(name));
  }

  function headOf(): { head: string; headBecause: string } {
    const byName = bodies.find(({ name }) => /head|skull/i.test(name)) ?? bodies.find(({ name }) => /neck/i.test(name));
    if (byName) return { head: byName.name, headBecause: 'its name' };
    const middle = bodies.filter(({ name }) => sideOf(name) === 0 && !feet.includes(name));
    const highest = middle.toSorted((a, b) => b.high[1] - a.high[1])[0];
    return { head: highest?.name ?? tree.root, headBecause: 'no name says head; the highest in the middle' };
  }

  /** Where the leg of a foot hangs: at the first joint on the way down from a body that more than this leg hangs by. */
  function hipOf(foot: string): PlacedBody['centre'] {
    const path = tree.path(foot);
    const hip = path.findLast((name, at) => at < path.length - 1 && !holdsMore(name, foot)) ?? foot;
    const link = tree.linkOf(hip);
    return link ? jointAt(link.joint) : named(hip).centre;
  }

  /** From the hip by all joints to the foot's middle, m. */
  function chainLength(foot: string, hip: PlacedBody['centre']): number {
    const path = tree.path(foot);
    const joints = path.flatMap((name) => {
      const link = tree.linkOf(name);
      return link && !holdsMore(name, foot) ? [jointAt(link.joint)] : [];
    });
    const points = [named(foot).centre, ...joints, hip];
    return points.slice(1).reduce((sum, point, which) => sum + distance(points[which]!, point), 0);
  }

  function holdsMore(name: string, foot: string): boolean {
    return feet.some((other) => other !== foot && tree.below(name).includes(other)) || tree.below(name).includes(head);
  }

  function reachOf(hand: string): number {
    const path = tree.path(hand);
    const shoulder = path.findLast(
      (name) => !tree.below(name).some((other) => other !== hand && leaves.includes(other)),
    );
    const link = shoulder === undefined ? undefined : tree.linkOf(shoulder);
    return link ? distance(jointAt(link.joint), named(hand).centre) : 0;
  }

  function jointAt({ owner, joint }: Tree['links'][number]['joint']): PlacedBody['centre'] {
    const [x, y, z] = turned(owner.rotation, joint.anchor);
    return [owner.position[0] + x, owner.position[1] + y, owner.position[2] + z];
  }

  /** A foot that is flat beside its leg can't hold it from the ground: what it hangs by will touch it, too. */
  function mayTouch(): string[] {
    const shins = feet.flatMap((foot) => {
      const { low, high } = named(foot);
      const near = tree.linkOf(foot)?.near;
      return near !== undefined && near !== tree.root && high[1] - low[1] < 0.2 * legLength ? [near] : [];
    });
    return bodies.map(({ name }) => name).filter((name) => feet.includes(name) || shins.includes(name));
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
