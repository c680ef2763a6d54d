/** What is measured of a walk, against physics and against the simulator's own numbers. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { BatchedWorlds } from '../../envs/walker/batched-world.ts';
import { openWorlds } from '../../envs/walker/open-worlds.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';
import { motorBodies, walkerRig } from '../../envs/walker/rig.ts';
import { MeteredWorld, turningSeconds } from '../../evaluate/gait.ts';
import { conjugate, type Quaternion, turned } from '../../physics/rotation.ts';

const masses = walkerRig.bodies.map(({ mass }) => mass);
const motors = motorBodies(walkerRig).length;
const turning = Math.floor(turningSeconds / unityPhysics.step);

let worlds: BatchedWorlds;
let world: MeteredWorld;
beforeEach(async () => {
  worlds = (await openWorlds('unity', 1)) as BatchedWorlds;
  world = new MeteredWorld(worlds.each[0]!);
});

/** Starts far above the ground. */
function startInTheAir(gravity: number): void {
  world.start({ yaw: 0.3, target: [0, 1, 5], conditions: { gravity, friction: 0.6, masses, driveScale: 1 } });
  const { simulator } = worlds;
  walkerRig.bodies.forEach((_, body) => {
    simulator.floats[simulator.bodyIndex(0, body, 'POSITION') + 4]! += 100;
  });
}

function step(): void {
  world.simulate();
  world.readForReward();
}

/** Energy of motion and of turning, by the inverse masses and moments that the kernel itself solves with. */
function energyOfMotion(): number {
  const { simulator } = worlds;
  const part = (body: number, field: Parameters<typeof simulator.bodyIndex>[2], index: number) =>
    simulator.floats[simulator.bodyIndex(0, body, field) + 4 * index]!;
  return masses.reduce((sum, mass, body) => {
    const [x, y, z] = simulator.velocity(0, body);
    const axes = [0, 1, 2, 3].map((index) => part(body, 'ROTATION', index)) as unknown as Quaternion;
    const spin = turned(conjugate(axes), simulator.spin(0, body));
    const turning = spin.map((rate, axis) => (rate / part(body, 'ROOT_INVERSE_INERTIA', axis)) ** 2 / 2);
    return sum + (mass * (x * x + y * y + z * z)) / 2 + turning.reduce((a, b) => a + b);
  }, 0);
}

function pull(strength: number): void {
  for (let motor = 0; motor < motors; motor++) {
    const angle = 0.1 * ((motor % 3) - 1);
    world.setMotorTarget(motor, Float32Array.of(Math.sin(angle / 2), 0, 0, Math.cos(angle / 2)), 0);
    world.setMotorStrength(motor, strength);
  }
}

describe("the joints' work", () => {
  it.each([5, 20_000])('is the energy of motion that motors of %d N m give a walker that floats', (strength) => {
    startInTheAir(1e-9);
    pull(strength);
    for (let count = 0; count < 4; count++) {
      step();
      expect(world.gait.work).toBeGreaterThan(0.01);
      expect(world.gait.work).toBeCloseTo(energyOfMotion(), 4);
    }
  });

  it('is next to nothing in a limp walker that falls through the air: what it gains in speed it loses in height', () => {
    startInTheAir(9.81);
    step(); // which finds it lifted
    const lifted = world.gait.work;
    for (let count = 0; count < 30; count++) step();
    const fallen = energyOfMotion();
    expect(fallen).toBeGreaterThan(500);
    expect(world.gait.work - lifted).toBeLessThan(0.01 * fallen);
  });

  it('does not count what a push gives', () => {
    startInTheAir(1e-9);
    world.push(2, -1);
    const given = energyOfMotion();
    expect(given).toBeCloseTo((masses.reduce((a, b) => a + b) * 5) / 2, 2);
    step();
    expect(world.gait.work).toBeLessThan(0.01 * given);
  });
});

describe('feet and sway', () => {
  it('both feet are on the ground of a walker that was just set on it, none of one in the air', () => {
    world.start({ yaw: 0, target: [0, 1, 5] });
    for (let count = 0; count < 30; count++) step();
    const { left, right, both, none } = world.gait.contact;
    expect(left + right + both + none).toBe(30);
    expect(both).toBeGreaterThan(10);
    startInTheAir(1e-9);
    step();
    expect(world.gait.contact).toEqual({ left: 0, right: 0, both: 0, none: 1 });
  });

  it('a walker that drifts to the side of its target sways, and one that drifts towards it does not', () => {
    startInTheAir(1e-9);
    world.targetSpeed = 3;
    world.push(0, 3); // towards the target, as fast as it is to go
    step();
    expect(world.gait.sideways).toBeCloseTo(0, 3);
    expect(world.gait.speedError).toBeLessThan(0.05);
    startInTheAir(1e-9);
    world.push(3, 0);
    step();
    expect(Math.sqrt(world.gait.sideways)).toBeCloseTo(3, 1);
    expect(world.gait.speedError).toBeCloseTo(Math.hypot(3, 3), 1);
  });

  it('tells how fast a walker is once it has had three seconds to turn to its target, after each new one again', () => {
    startInTheAir(1e-9);
    world.targetSpeed = 3;
    world.push(0, 1);
    for (let count = 0; count < turning; count++) step();
    expect(world.gait.underWay).toEqual({ steps: 0, speed: 0 });
    for (let count = 0; count < 10; count++) step();
    expect(world.gait.underWay.steps).toBe(10);
    // 1 m/s, less what damping took in three seconds.
    expect(world.gait.underWay.speed / 10).toBeCloseTo(Math.exp(-0.05 * 3), 1);
    world.moveTarget([0, 101, 50]);
    for (let count = 0; count < turning; count++) step();
    expect(world.gait.underWay.steps).toBe(10);
    step();
    expect(world.gait.underWay.steps).toBe(11);
  });
});
