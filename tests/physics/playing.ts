/** Plays ragdolls in the simulator with seeded random targets and keeps the bytes of every lane. It runs in a browser too. */
import { gravity, RandomWalker } from '../../bench/random-ragdolls.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { walkerScene } from '../../envs/walker/rig-scene.ts';
import { dialects, type SolverSettings } from '../../physics/dialects.ts';
import { unturned } from '../../physics/rotation.ts';
import { type Joint, type Scene, theWorld } from '../../physics/scene.ts';
import { Simulator } from '../../physics/simulator.ts';
import { hashOf } from '../hash-of.ts';

/** What golden-trajectories.txt has the hashes of. */
export const goldenRagdolls = { seeds: [1, 2, 3, 4], decisions: 100 };

const uneven = walkerScene({ cubeAndWalls: true, doubleFlatFriction: true });

export const scenes = {
  walker: walkerScene({ cubeAndWalls: true }),
  /** Walkers whose every other drive is about twist and swings, and whose boxes have a friction of their own. */
  mixed: { ...uneven, joints: uneven.joints.map((joint, at) => (at % 2 ? twistSwing(joint) : joint)) },
  hanging: hanging(walkerScene({ cubeAndWalls: true })),
};

/** A walker whose hips hang on the world, whose limits are soft, and whose every third joint may come apart somewhat. */
function hanging(scene: Scene): Scene {
  const limitSprings = { twist: { stiffness: 300, damping: 5 }, swing: { stiffness: 200, damping: 0 } };
  const linear = ['limited', 'free', 'locked'] as const;
  const tether: Joint = {
    ...scene.joints[0]!,
    ...{ name: 'tether', body: 0, connectedTo: theWorld, drive: undefined },
    ...{ twist: 'free', swing1: 'free', swing2: 'free' },
    frame: { anchor: [0, 0, 0], rotation: unturned },
    connectedFrame: { anchor: walkerRig.bodies[0]!.start, rotation: unturned },
  };
  const loose = (at: number) => (at % 3 ? {} : { linear, linearLimit: 0.02 });
  const joints = [...scene.joints.map((joint, at) => ({ ...joint, limitSprings, ...loose(at) })), tether];
  return { ...scene, joints, jointOrder: [...scene.jointOrder, joints.length - 1] };
}

function twistSwing(joint: Joint): Joint {
  const spring = { stiffness: 2000, damping: 100 };
  return joint.drive ? { ...joint, drive: { kind: 'twist-swing', twist: spring, swing: spring } } : joint;
}

export interface Played {
  readonly scene?: Scene;
  readonly settings?: SolverSettings;
  readonly decisions?: number;
}

/** Plays walkers of these seeds, seed by lane (undefined: an empty lane); a hash of each lane's bytes after every decision. */
export function play(
  module: WebAssembly.Module,
  seeds: readonly (number | undefined)[],
  options: Played = {},
): Promise<string[]> {
  const { scene = scenes.walker, settings = dialects.unity, decisions = 60 } = options;
  const simulator = new Simulator(module, scene, { lanes: seeds.length, gravity, settings });
  const walkers = seeds.flatMap((seed, lane) => {
    return seed === undefined ? [] : [new RandomWalker(simulator, scene, lane, seed)];
  });
  const seen: Uint8Array[][] = seeds.map(() => []);
  for (let decision = 0; decision < decisions; decision++) {
    for (const agent of walkers) agent.act();
    for (let step = 0; step < 5; step++) simulator.step();
    for (const { lane } of walkers) seen[lane]!.push(simulator.snapshot(lane));
    for (const agent of walkers) agent.end();
  }
  return Promise.all(seen.map(hashOf));
}
