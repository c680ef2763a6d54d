import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import { driveAtRandom, gravity, RandomWalker, randomTarget, startRagdoll } from '../../bench/random-ragdolls.ts';
import { loadPhysX } from '../../envs/walker/physx/physx.ts';
import type { PhysX } from '../../envs/walker/physx/physx-types.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { physxEntered, physxOrder, type WalkerSceneOptions, walkerScene } from '../../envs/walker/rig-scene.ts';
import { dialects, type SolverSettings } from '../../physics/dialects.ts';
import { loadKernel } from '../../physics/kernel.ts';
import { conjugate, type Quaternion, turned, type Vector } from '../../physics/rotation.ts';
import type { Scene } from '../../physics/scene.ts';
import { Simulator } from '../../physics/simulator.ts';
import { Referee } from './referee.ts';

let physx: PhysX;
let module: WebAssembly.Module;
beforeAll(async () => {
  [physx, module] = await Promise.all([loadPhysX(), loadKernel()]);
});

const asInPhysX = { play: 2, order: physxOrder(), entered: physxEntered(), doubleFlatFriction: true } as const;

/**
 * Steps the ragdoll in both, its motors at targets that are drawn once; the largest difference of a position, m, and of a
 * velocity, m/s, after each step.
 *
 * @param strength of the motors, N m, 0 to this.
 * @param amplitude share of the joints' limits within which targets lie.
 */
function compare(options: WalkerSceneOptions, strength: number, amplitude: number, steps: number) {
  const scene = walkerScene({ ...asInPhysX, ...options });
  const settings = dialects.physx5;
  const simulator = new Simulator(module, scene, { lanes: 4, gravity, settings });
  const referee = new Referee(physx, scene, settings, gravity, scene.bodyOrder);
  startRagdoll(simulator, 1, 0);
  walkerRig.bodies.forEach(({ start }, body) => {
    referee.setPose(body, start, [0, 0, 0, 1]);
  });
  referee.start();
  const random = new RandomStream(7, 0);
  scene.joints.forEach(({ drive, body }, joint) => {
    if (!drive) return;
    const [x, y, z] = randomTarget(random, body).map((part) => part * amplitude) as [number, number, number, number];
    const target = [x, y, z, Math.sqrt(1 - x * x - y * y - z * z)].map(Math.fround) as [number, number, number, number];
    const limit = random.uniform(0, strength);
    referee.setDrive(joint, drive, target, limit);
    simulator.setDrive(1, joint, target, limit);
  });
  return Array.from({ length: steps }, () => {
    referee.step();
    simulator.step();
    let position = 0;
    let velocity = 0;
    walkerRig.bodies.forEach((_, body) => {
      const [ours, theirs] = [simulator.pose(1, body).position, referee.pose(body).position];
      position = Math.max(position, ...ours.map((at, part) => Math.abs(at - theirs[part]!)));
      const speed = referee.velocity(body);
      velocity = Math.max(velocity, ...simulator.velocity(1, body).map((at, part) => Math.abs(at - speed[part]!)));
    });
    return { position, velocity };
  });
}

describe('the whole ragdoll', () => {
  it('in the air, its motors pulling, moves as in PhysX 5.6: the order of joints is right to 1e-6 m/s', () => {
    const differences = compare({ ground: false, selfCollision: false }, 10_000, 0.3, 50);
    expect(differences[0]!.velocity).toBeLessThan(1e-6);
    expect(differences[49]!.position).toBeLessThan(1e-3);
  });

  it('in another order parts from PhysX by a hundred thousand times as much in the first step', () => {
    const differences = compare(
      { ground: false, selfCollision: false, order: [...physxOrder()].reverse() },
      10_000,
      0.3,
      1,
    );
    expect(differences[0]!.velocity).toBeGreaterThan(1e-2);
  });

  it('lands on its feet and stands as in PhysX 5.6, self-collision and all, to a millimetre after 50 steps', () => {
    const differences = compare({}, 10_000, 0, 50);
    expect(differences[14]!.position).toBeLessThan(5e-6);
    expect(differences[49]!.position).toBeLessThan(1e-3);
  });

  it('limp, collapses into a heap as in PhysX 5.6, to a centimetre after 50 steps', () => {
    const differences = compare({}, 0, 0, 50);
    expect(differences[30]!.position).toBeLessThan(2e-5);
    expect(differences[49]!.position).toBeLessThan(1e-2);
  });
});

/** What a body does, in the simulator or in PhysX. */
interface BodyState {
  readonly pose: { readonly position: Vector; readonly rotation: Quaternion };
  readonly velocity: Vector;
  readonly spin: Vector;
}

/** Kinetic and potential energy of a limp walker after each step, J, from random velocities; in PhysX as well if asked. */
function energies(scene: Scene, settings: SolverSettings, start: number, steps: number, inPhysX: boolean) {
  const simulator = new Simulator(module, scene, { lanes: 4, gravity, settings });
  const referee = inPhysX ? new Referee(physx, scene, settings, gravity, scene.bodyOrder) : undefined;
  const random = new RandomStream(3, start);
  startRagdoll(simulator, 0, random.uniform(-3, 3));
  const draw = (most: number) => [0, 1, 2].map(() => Math.fround(random.uniform(-most, most))) as unknown as Vector;
  scene.bodies.forEach((_, body) => {
    const { position, rotation } = simulator.pose(0, body);
    referee?.setPose(body, position, rotation);
  });
  referee?.start();
  scene.bodies.forEach((_, body) => {
    const [velocity, spin] = [draw(1), draw(2)];
    simulator.setVelocity(0, body, velocity, spin);
    referee?.setVelocity(body, velocity, spin);
  });
  const energyOf = (stateOf: (body: number) => BodyState) => {
    let energy = 0;
    scene.bodies.forEach(({ mass }, body) => {
      const { pose, velocity, spin } = stateOf(body);
      energy += 0.5 * mass * velocity.reduce((sum, part) => sum + part * part, 0);
      energy += mass * 14.715 * (pose.position[1] - 0.125);
      const at = simulator.bodyIndex(0, body, 'ROOT_INVERSE_INERTIA');
      turned(conjugate(pose.rotation), spin).forEach((about, axis) => {
        energy += (0.5 * about * about) / simulator.floats[at + 4 * axis]! ** 2;
      });
    });
    return energy;
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let step = 0; step < steps; step++) {
    simulator.step();
    referee?.step();
    ours.push(
      energyOf((body) => ({
        pose: simulator.pose(0, body),
        velocity: simulator.velocity(0, body),
        spin: simulator.spin(0, body),
      })),
    );
    if (referee) {
      theirs.push(
        energyOf((body) => ({ pose: referee.pose(body), velocity: referee.velocity(body), spin: referee.spin(body) })),
      );
    }
  }
  referee?.close();
  return { ours, theirs };
}

/** The most that energy grows within so many steps, as a share of what there was at first. */
function growth(energies: readonly number[], steps: number): number {
  return Math.max(...energies.slice(steps).map((energy, at) => (energy - energies[at]!) / energies[0]!));
}

describe('energy of a limp ragdoll', () => {
  it('never grows in the air, by any step', () => {
    const scene = walkerScene({ ground: false });
    for (let start = 0; start < 8; start++) {
      expect(growth(energies(scene, dialects.unity, start, 150, false).ours, 1)).toBeLessThanOrEqual(0);
    }
  });

  it('grows on the ground for a few steps where bodies hit, exactly as in PhysX, and not for longer', () => {
    const scene = walkerScene(asInPhysX);
    const worst = { step: [0, 0], second: [0, 0] };
    for (let start = 0; start < 8; start++) {
      const { ours, theirs } = energies(scene, dialects.physx5, start, 150, true);
      [ours, theirs].forEach((run, which) => {
        worst.step[which] = Math.max(worst.step[which]!, growth(run, 5));
        worst.second[which] = Math.max(worst.second[which]!, growth(run, 75));
      });
    }
    // Bodies that are pushed out of one another are lifted: 4.6 % within five steps, in both.
    expect(worst.step[0]).toBeLessThan(1.1 * worst.step[1]! + 1e-3);
    expect(worst.second[0]).toBeLessThan(2e-3);
  });
});

describe('random actions', () => {
  it('for thousands of decisions leave no number that is not finite and let episodes end', () => {
    const scene = walkerScene({ cubeAndWalls: true });
    const simulator = new Simulator(module, scene, { lanes: 16, gravity });
    const walkers = Array.from({ length: 16 }, (_, lane) => new RandomWalker(simulator, scene, lane, lane));
    for (let decision = 0; decision < 250; decision++) {
      for (const walker of walkers) walker.act();
      for (let step = 0; step < 5; step++) simulator.step();
      for (const walker of walkers) walker.end();
    }
    const { firstGroup, groupBytes } = simulator.plan;
    const state = simulator.floats.subarray(firstGroup / 4, (firstGroup + 4 * groupBytes) / 4);
    expect(state.every(Number.isFinite)).toBe(true);
    const episodes = walkers.reduce((sum, walker) => sum + walker.episodes, 0);
    // PhysX: 61.9 steps an episode.
    expect((250 * 5 * 16) / episodes).toBeGreaterThan(50);
    expect((250 * 5 * 16) / episodes).toBeLessThan(75);
  });

  it('drive what they should: a motor without strength changes nothing, one with strength does', () => {
    const scene = walkerScene({ ground: false });
    const play = (strength: number) => {
      const simulator = new Simulator(module, scene, { lanes: 4, gravity });
      startRagdoll(simulator, 0, 0);
      driveAtRandom(simulator, scene, 0, new RandomStream(1, 0));
      for (let joint = 0; joint < simulator.jointCount; joint++) {
        simulator.floats[simulator.jointIndex(0, joint, 'STRENGTH')] = strength;
      }
      for (let step = 0; step < 10; step++) simulator.step();
      return simulator.spin(0, 4);
    };
    expect(Math.hypot(...play(0))).toBeLessThan(1e-4);
    expect(Math.hypot(...play(20_000))).toBeGreaterThan(1);
  });
});
