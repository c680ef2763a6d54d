/** Whether a character can learn to walk at all: some checks before hours go into a body that can't, each told in a sentence. */
import { anatomyOf } from '../envs/ragdoll/anatomy/anatomy.ts';
import { soleLength } from '../envs/ragdoll/anatomy/geometry.ts';
import type { Character } from '../envs/ragdoll/character.ts';
import { mirrorImageOf } from '../envs/ragdoll/mirror.ts';
import { layoutOf } from '../envs/ragdoll/observation.ts';
import { openRagdollWorlds } from '../envs/ragdoll/open.ts';
import { jointsOf } from '../envs/ragdoll/rig-file.ts';
import { driveOf } from '../envs/ragdoll/scene.ts';
import { originOf } from '../envs/walker/body-view.ts';
import type { World } from '../envs/walker/world.ts';
import { torqueNeeded } from './drives.ts';

export interface Finding {
  readonly check: 'overlap' | 'feet' | 'torques' | 'stands' | 'mirror';
  /** `bad`: it will hardly learn so. `note`: good to know. */
  readonly state: 'good' | 'note' | 'bad';
  /** Ends with a full stop. */
  readonly sentence: string;
}

/** Seconds that the start pose is held for. */
const held = 3;
/** m/s over the root of leg times gravity: bodies that are let go of without gravity stay slower, unless they overlap. */
const quiet = 0.02;

export async function checkCharacter(character: Character): Promise<Finding[]> {
  const worlds = await openRagdollWorlds(character, undefined, 1);
  try {
    const world = worlds.each[0]!;
    return [
      overlap(character, world),
      feet(character),
      torques(character),
      stands(character, world),
      mirror(character),
    ];
  } finally {
    worlds.close();
  }
}

/** Lets go of all without gravity: what overlaps is pushed apart. */
function overlap(character: Character, world: World): Finding {
  start(character, world, 0);
  for (let step = 0; step < 20; step++) world.simulate();
  world.read();
  const { floats, part, velocity } = world.bodies;
  const speeds = character.rig.bodies.map(({ name }, body) => {
    const at = velocity.first + body * velocity.body;
    return { name, speed: Math.hypot(floats[at]!, floats[at + part]!, floats[at + 2 * part]!) };
  });
  const [first, second] = speeds.toSorted((a, b) => b.speed - a.speed);
  const { legLength } = anatomyOf(character.rig);
  const limit = quiet * Math.sqrt(legLength * Math.max(character.settings.gravity, 1));
  if (!first || first.speed <= limit) {
    return { check: 'overlap', state: 'good', sentence: 'Nothing overlaps in the start pose.' };
  }
  const both = second && second.speed > limit ? `${first.name} and ${second.name}` : first.name;
  return {
    check: 'overlap',
    state: 'bad',
    sentence: `${both} start inside something and are pushed away at ${first.speed.toFixed(2)} m/s: make their colliders smaller, or put them on layers that do not touch.`,
  };
}

function feet({ rig, task, file }: Character): Finding {
  const { bodies, height } = anatomyOf(rig);
  const standing = task.limbs.feet.map(({ body }) => bodies[body]!);
  if (standing.length === 0)
    return {
      check: 'feet',
      state: 'bad',
      sentence: 'No body may touch the ground without falling: there are no feet.',
    };
  const high = standing.find(({ low }) => low[1] - file.ground.height > 0.05 * height);
  if (high) {
    const gap = (high.low[1] - file.ground.height).toFixed(2);
    return {
      check: 'feet',
      state: 'note',
      sentence: `${high.name} starts ${gap} m above the ground: it begins with a fall on its feet.`,
    };
  }
  const names = standing.map(({ name }) => name).join(', ');
  const { legLength } = anatomyOf(rig);
  const soles = task.limbs.feet.map(({ body }) => soleLength(rig.bodies[body]!, give * legLength));
  if (soles.length <= 2 && Math.max(...soles) < shortestSole * legLength) {
    const sentence = `${names} end in points, and a body on two points stands only while it steps: ${addFeet}.`;
    return { check: 'feet', state: 'bad', sentence };
  }
  return { check: 'feet', state: 'good', sentence: `${names} start on the ground.` };
}

/** Of the length of a leg: how level a sole is, and how long one must be to balance on. */
const give = 0.02;
const shortestSole = 0.1;
const addFeet =
  'give each foot bone in Unity a Rigidbody, a Box Collider as long as the foot and a Character Joint to the shin';

/** Against what gravity asks for, of the joints that it is lifted by. */
function torques({ rig, file, task, settings }: Character): Finding {
  const anatomy = anatomyOf(rig);
  const feet = task.limbs.feet.map(({ body }) => rig.bodies[body]!.name);
  const legs = anatomy.tree.links.filter(
    ({ far, joint }) =>
      file.actions.strengths.includes(joint.name) && anatomy.tree.below(far).some((name) => feet.includes(name)),
  );
  const reserves = legs.map((link) => {
    const needed = torqueNeeded(rig, anatomy, settings.gravity, link);
    const { maxStrength } = driveOf(file, link.joint.name);
    return { name: link.joint.name, needed, maxStrength, times: maxStrength / needed };
  });
  const weakest = reserves.toSorted((a, b) => a.times - b.times)[0];
  if (!weakest) return { check: 'torques', state: 'bad', sentence: 'No joint of a leg has a motor.' };
  const { name, needed, maxStrength, times } = weakest;
  const told = `${name} has ${maxStrength} N m, and carrying the body asks for ${needed.toFixed(0)} N m`;
  if (times < 2) {
    return {
      check: 'torques',
      state: 'bad',
      sentence: `The legs are too weak: ${told}; give it 10 times as much in drive.joints.`,
    };
  }
  return { check: 'torques', state: 'good', sentence: `The legs can lift the body: ${told}.` };
}

/** Holds the start pose at full strength. */
function stands(character: Character, world: World): Finding {
  const { rig, task, settings } = character;
  start(character, world, settings.gravity);
  const anatomy = anatomyOf(rig);
  const head = rig.bodies.findIndex(({ name }) => name === anatomy.head);
  const before = placeOf(world, head);
  const steps = Math.round(held / settings.step);
  for (let step = 1; step <= steps; step++) {
    world.simulate();
    world.read();
    const { words, touching, groundBit } = world.bodies;
    const fallen = [...task.fall.bodies].find((body) => words[touching.first + body * touching.body]! & groundBit);
    if (fallen === undefined) continue;
    const now = placeOf(world, head);
    const [x, z] = [now.x - before.x, now.z - before.z];
    const forward = Math.abs(z) >= Math.abs(x);
    const way = forward ? (z > 0 ? 'forward' : 'backward') : x > 0 ? 'to the right' : 'to the left';
    const seconds = (step * settings.step).toFixed(1);
    return {
      check: 'stands',
      state: step * settings.step < 0.3 ? 'bad' : 'note',
      sentence: `Held stiff, it falls ${way}: ${rig.bodies[fallen]!.name} touches the ground after ${seconds} s. A policy has to balance from the start.`,
    };
  }
  return { check: 'stands', state: 'good', sentence: `Held stiff, it stands in its start pose for ${held} s.` };
}

function mirror({ rig, file }: Character): Finding {
  const { mirror, asymmetries } = mirrorImageOf(rig, file, layoutOf(rig, file));
  if (mirror && asymmetries.length === 0) {
    const sentence = 'Left and right are mirror images: it learns both sides at once.';
    return { check: 'mirror', state: 'good', sentence };
  }
  const told = asymmetries.map(({ where, what }) => `${where}: ${what}`);
  if (mirror) {
    const some = [...told.slice(0, SOME), ...(told.length > SOME ? [`and ${told.length - SOME} more`] : [])].join('; ');
    const sentence = `Left and right are nearly mirror images, so it learns both sides at once. What differs: ${some}.`;
    return { check: 'mirror', state: 'note', sentence };
  }
  const sentence = `Left and right are no mirror images, so each side learns for itself: it takes about twice as long. ${told.at(-1)}.`;
  return { check: 'mirror', state: 'note', sentence };
}

/** As many differences as a sentence holds. */
const SOME = 4;

/** In the start pose, every motor at full strength towards it; without gravity, loose. */
function start({ rig, file, settings }: Character, world: World, gravity: number): void {
  const masses = rig.bodies.map(({ mass }) => mass);
  const { friction, groundEdge } = settings;
  const target = [0, file.target.center[1], groundEdge / 3] as const;
  world.start({ yaw: 0, target, conditions: { gravity, friction, masses, driveScale: gravity > 0 ? 1 : 0 } });
  const { rotations, strengths } = file.actions;
  const moved = jointsOf(rig).filter(
    ({ name }) => strengths.includes(name) || rotations.some(({ joint }) => joint === name),
  );
  moved.forEach(({ name }, motor) => {
    world.setMotorTarget(motor, Float32Array.of(0, 0, 0, 1), 0);
    world.setMotorStrength(motor, driveOf(file, name).maxStrength);
  });
}

function placeOf(world: World, body: number) {
  const place = { x: 0, y: 0, z: 0 };
  originOf(world.bodies, body, place);
  return place;
}
