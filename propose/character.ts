/** From a rig to a first definition of a character: what it sees, moves, earns and ends by, and why it was proposed so. */

import { type Anatomy, anatomyOf } from '../envs/ragdoll/anatomy/anatomy.ts';
import type { CharacterFileInput, CharacterRow } from '../envs/ragdoll/character-file.ts';
import { jointsOf, type NamedJoint, type RigFile } from '../envs/ragdoll/rig-file.ts';
import { type ProposedDrive, proposeDrives, reserve, rounded } from './drives.ts';

export interface Proposal {
  readonly character: CharacterFileInput;
  readonly anatomy: Anatomy;
  readonly drives: readonly ProposedDrive[];
  /** What was proposed and why, for people: in the order in which they may want to change it. */
  readonly reasons: readonly Reason[];
}

export interface Reason {
  readonly what: string;
  readonly value: string;
  readonly because: string;
}

export interface ProposalOptions {
  /** The rig's file as the character's names it: "hero.json". */
  readonly rigFile: string;
  /** m/s2. Default 9.81, as projects have it. */
  readonly gravity?: number;
}

/** Leg of ML-Agents' Walker, m: sizes of its world are told in it. */
const walkerLeg = 0.71;
/** Of v^2 / (g l). On two legs: a brisk walk, since hurrying is learnt last. On more: where animals begin to trot or run. */
const fastestFroude = { two: 0.25, more: 0.5 } as const;
/** Degrees: a joint that turns less has no action. */
const leastRange = 4;

/** Pure: the same rig gives the same proposal. */
export function proposeCharacter(rig: RigFile, { rigFile, gravity = 9.81 }: ProposalOptions): Proposal {
  const anatomy = anatomyOf(rig);
  const { tree, head, mayTouchGround, legLength, lowest, facingForward, sideOf } = anatomy;
  const observed = rig.bodies.filter(({ name }) => !tree.loose.includes(name)).map(({ name }) => name);
  const driven = drivenJoints(rig, observed);
  const names = driven.map(({ joint: { name } }) => name);
  const drives = proposeDrives(rig, anatomy, gravity, names);
  const strongest = drives.toSorted((a, b) => b.maxStrength - a.maxStrength)[0];

  const size = legLength / walkerLeg;
  const froude = froudeOf(anatomy);
  const fastest = rounded(Math.sqrt(froude * gravity * legLength));
  const slowest = rounded(fastest / 20);
  const facing = [...new Set([tree.root, head])].filter((name) => facingForward.includes(name));
  const looking = [head, tree.root, ...observed.filter((name) => sideOf(name) === 0)].find((name) =>
    facingForward.includes(name),
  );
  const falling = observed.filter((name) => !mayTouchGround.includes(name));
  const withoutMotor = observed.filter((name) => !driven.some(({ body }) => body === name));

  const character: CharacterFileInput = {
    version: 1,
    name: rig.name,
    description: ['Proposed by `gaitsmith init --from-rig`; every line may be changed.'],
    rig: rigFile,
    bodies: observed,
    frame: { body: tree.root, lag: 0 },
    sensors: [{ name: 'obs_0', rows: rowsOf(observed, tree.root, facing, withoutMotor) }],
    actions: { rotations: driven.map(({ joint, axes }) => ({ joint: joint.name, axes })), strengths: names },
    drive: {
      stiffness: strongest?.stiffness ?? 0,
      damping: strongest?.damping ?? 0,
      maxStrength: strongest?.maxStrength ?? 1,
      joints: Object.fromEntries(
        drives.map(({ joint, stiffness, damping, maxStrength }) => [joint, { stiffness, damping, maxStrength }]),
      ),
    },
    reward: {
      product: [{ term: 'speed', of: 'mean' }, ...(looking === undefined ? [] : [{ term: 'look', body: looking }])],
    },
    endings: {
      ...(falling.length ? { groundTouch: { bodies: falling, reward: -1 } } : {}),
      maxSteps: 5000,
    },
    target: {
      speed: { low: slowest, high: fastest },
      center: [0, rounded(lowest + size), rounded(size)],
      radius: rounded(9 * size),
      edge: rounded(0.25 * size),
      mass: 1,
      touchedBy: observed,
      touchReward: 1,
    },
    // Feet a little above it, as the Walker's are.
    ground: { height: Number((lowest - 0.014 * size).toFixed(4)), edge: rounded(25 * size) },
    physics: { gravity, friction: 0.6 },
    ...(anatomy.pairs.length
      ? { mirror: { pairs: anatomy.pairs.map(([left, right]): [string, string] => [left, right]) } }
      : {}),
  };
  return { character, anatomy, drives, reasons: reasonsOf(rig, anatomy, drives, character, looking, gravity) };
}

function froudeOf({ feet }: Anatomy): number {
  return feet.length > 2 ? fastestFroude.more : fastestFroude.two;
}

interface DrivenJoint {
  readonly joint: NamedJoint;
  /** The body that is farther from the root: whose rotation and strength are observed with it. */
  readonly body: string;
  readonly axes: CharacterFileInput['actions']['rotations'][number]['axes'];
}

/** Joints between two bodies of the rig that can turn, with the axes about which they can. */
function drivenJoints(rig: RigFile, observed: readonly string[]): DrivenJoint[] {
  return jointsOf(rig).flatMap((joint) => {
    const { owner, joint: told } = joint;
    if (told.connectedTo === null || !observed.includes(owner.name)) return [];
    const ranges = [told.x[1] - told.x[0], 2 * told.y, 2 * told.z];
    const axes = ['x', 'y', 'z'].filter((_, axis) => told.angular[axis] === 'limited' && ranges[axis]! >= leastRange);
    return axes.length === 0 ? [] : [{ joint, body: owner.name, axes: axes.join('') as DrivenJoint['axes'] }];
  });
}

/** The Walker's scheme; a root that is turned in the start pose is told by its rotation in the frame. */
function rowsOf(
  observed: readonly string[],
  root: string,
  facing: readonly string[],
  withoutMotor: readonly string[],
): CharacterRow[] {
  const turnedRoot = facing.includes(root)
    ? []
    : [{ each: [{ row: 'frameRotation', except: observed.filter((name) => name !== root) }] } as const];
  const exceptMotorless = [...new Set([root, ...withoutMotor])];
  return [
    { row: 'speedError' },
    { row: 'meanVelocity' },
    { row: 'goalVelocity' },
    ...facing.map((body) => ({ row: 'facing' as const, body, length: 10 })),
    ...turnedRoot.map(({ each }) => ({ each: each.map(({ row, except }) => ({ row, except: [...except] })) })),
    { row: 'target' },
    {
      each: [
        { row: 'contact', except: [] },
        { row: 'velocity', except: [] },
        { row: 'angularVelocity', except: [] },
        { row: 'fromRoot', except: [root] },
        { row: 'localRotation', except: exceptMotorless },
        { row: 'strength', except: [...withoutMotor] },
      ],
    },
  ];
}

function reasonsOf(
  rig: RigFile,
  anatomy: Anatomy,
  drives: readonly ProposedDrive[],
  character: CharacterFileInput,
  looking: string | undefined,
  gravity: number,
): Reason[] {
  const { feet, feetBecause, head, headBecause, hands, mayTouchGround, legLength, pairs, tree } = anatomy;
  const list = (names: readonly string[]) => names.join(', ') || 'none';
  const strong = drives.toSorted((a, b) => b.maxStrength - a.maxStrength);
  const { low, high } = character.target.speed;
  const free = jointsOf(rig).filter(({ joint }) => joint.angular.includes('free'));
  return [
    { what: 'feet', value: list(feet), because: feetBecause },
    {
      what: 'may touch the ground',
      value: list(mayTouchGround),
      because:
        mayTouchGround.length > feet.length
          ? 'the feet are flat, so what they hang by may touch too; anything else is a fall'
          : 'anything else is a fall',
    },
    { what: 'root', value: tree.root, because: 'the first body of the rig' },
    { what: 'head', value: head, because: headBecause },
    { what: 'hands', value: list(hands), because: 'ends of limbs on both sides that are no feet' },
    {
      what: 'target speeds',
      value: `${low} to ${high} m/s`,
      because: `${feet.length > 2 ? '' : 'two '}legs of ${legLength.toFixed(2)} m: a Froude number v^2 / (g l) of ${froudeOf(anatomy)}, ${feet.length > 2 ? 'where walking ends' : 'a brisk walk'}`,
    },
    {
      what: 'motors',
      value: strong.length
        ? `${strong[0]!.joint} ${strong[0]!.maxStrength} N m (strongest) to ${strong.at(-1)!.joint} ${strong.at(-1)!.maxStrength} N m`
        : 'none',
      because: `${reserve} times what the masses ask for at their lever arms, as the hips of ML-Agents' Walker have`,
    },
    {
      what: 'gravity',
      value: `${gravity} m/s2`,
      because: 'as your project should have it (Edit > Project Settings > Physics)',
    },
    {
      what: 'mirror',
      value: pairs.map(([left, right]) => `${left} / ${right}`).join(', ') || 'none',
      because: 'bodies that lie across from each other and weigh the same',
    },
    {
      what: 'looks where it goes',
      value: looking ?? 'nothing',
      because:
        looking === undefined
          ? 'no body in the middle has its forward (z) ahead in the start pose; reward_facing rewards it instead'
          : 'its forward (z) points ahead in the start pose',
    },
    ...free.map(({ name }) => ({
      what: `joint ${name}`,
      value: 'has a free axis, which no action turns',
      because: 'an action needs two ends to go between: limit it in Unity if it is to be moved',
    })),
  ];
}
