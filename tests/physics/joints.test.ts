import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import { gravity } from '../../bench/random-ragdolls.ts';
import { loadPhysX } from '../../envs/walker/physx/physx.ts';
import type { PhysX } from '../../envs/walker/physx/physx-types.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { walkerScene } from '../../envs/walker/rig-scene.ts';
import { dialects } from '../../physics/dialects.ts';
import { loadKernel } from '../../physics/kernel.ts';
import type { Quaternion, Vector } from '../../physics/rotation.ts';
import type { Scene } from '../../physics/scene.ts';
import { Simulator } from '../../physics/simulator.ts';
import { Referee } from './referee.ts';

let physx: PhysX;
let module: WebAssembly.Module;
beforeAll(async () => {
  [physx, module] = await Promise.all([loadPhysX(), loadKernel()]);
});

const unturned: Quaternion = [0, 0, 0, 1];

/** The two bodies of a joint and nothing else; the drive where PhysX's own acts, which is where no axis is locked. */
function pairOf(whole: Scene, index: number): Scene {
  const joint = whole.joints[index]!;
  const locked = [joint.twist, joint.swing1, joint.swing2].includes('locked');
  return {
    bodies: [whole.bodies[joint.body]!, whole.bodies[joint.connectedTo]!],
    joints: [{ ...joint, body: 0, connectedTo: 1, drive: locked ? undefined : joint.drive }],
    fixtures: [],
    jointOrder: [0],
    bodyOrder: [0, 1],
  };
}

function randomVector(random: RandomStream, most: number): Vector {
  return [0, 1, 2].map(() => Math.fround(random.uniform(-most, most))) as unknown as Vector;
}

/** The largest difference of positions and rotations after 50 steps of a joint's two bodies, from random velocities. */
function differenceOfPair(whole: Scene, index: number, improvedSlerp: boolean): number {
  const random = new RandomStream(1, index);
  const settings = { ...dialects.physx5, improvedSlerp };
  const scene = pairOf(whole, index);
  const simulator = new Simulator(module, scene, { lanes: 4, gravity, settings });
  const referee = new Referee(physx, scene, settings, gravity);
  const { body, connectedTo } = whole.joints[index]!;
  const starts = [body, connectedTo].map((which) => walkerRig.bodies[which]!.start);
  starts.forEach((start, which) => {
    referee.setPose(which, start, unturned);
    simulator.setPose(3, which, start, unturned);
  });
  referee.start();
  for (const which of [0, 1]) {
    const [velocity, spin] = [randomVector(random, 1), randomVector(random, 3)];
    referee.setVelocity(which, velocity, spin);
    simulator.setVelocity(3, which, velocity, spin);
  }
  const [x, y, z] = randomVector(random, 0.2);
  const target: Quaternion = [x, y, z, Math.fround(Math.sqrt(1 - x * x - y * y - z * z))];
  const { drive } = scene.joints[0]!;
  if (drive) {
    referee.setDrive(0, drive, target, 800);
    simulator.setDrive(3, 0, target, 800);
  }
  for (let step = 0; step < 50; step++) {
    referee.step();
    simulator.step();
  }
  const differences = [0, 1].flatMap((which) => {
    const [ours, theirs] = [simulator.pose(3, which), referee.pose(which)];
    return [
      ...ours.position.map((at, part) => Math.abs(at - theirs.position[part]!)),
      ...ours.rotation.map((at, part) => Math.abs(at - theirs.rotation[part]!)),
    ];
  });
  referee.close();
  return Math.max(...differences);
}

describe.each([
  ['true locks: cones, single swings, locked axes', 0],
  ['2 degrees of play: pyramids and ranges', 2],
] as const)('two bodies and the joint between them, %s', (_, play) => {
  it.each([false, true])('move as in PhysX 5.6 for 50 steps (improved slerp: %s)', (improvedSlerp) => {
    const whole = walkerScene({ ground: false, play });
    const differences = whole.joints.map((__, index) => differenceOfPair(whole, index, improvedSlerp));
    // PhysX's twist angle comes from an arc cosine: near 0 it goes in steps of 7e-4 rad, and which step it is is a matter of
    // the last bit. Elbows and knees start at their limit of 0, and one of their pairs may fall on the other side of a step.
    const straight = (name: string) => /forearm|shin/.test(name) && play > 0;
    whole.joints.forEach(({ name }, index) => {
      expect(differences[index], name).toBeLessThan(straight(name) ? 4e-4 : 1e-5);
    });
    expect(differences.filter((difference) => difference < 1e-5).length).toBeGreaterThanOrEqual(13);
  });
});
