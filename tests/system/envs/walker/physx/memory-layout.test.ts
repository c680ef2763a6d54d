import { afterAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../../../base/random/stream.ts';
import { behavior } from '../../../../../envs/walker/behavior.ts';
import { drawParameters } from '../../../../../envs/walker/parameters.ts';
import { unityPhysics } from '../../../../../envs/walker/physics-settings.ts';
import { findMemoryLayout } from '../../../../../envs/walker/physx/memory-layout.ts';
import { loadPhysX } from '../../../../../envs/walker/physx/physx.ts';
import type { PhysX } from '../../../../../envs/walker/physx/physx-types.ts';
import { PhysXWorld } from '../../../../../envs/walker/physx/world.ts';
import { motorBodies, walkerRig } from '../../../../../envs/walker/rig.ts';
import { Walker } from '../../../../../envs/walker/walker.ts';

const physx = await loadPhysX();
/** The same PhysX for one who does not know how it keeps its things. */
const byCalls: PhysX = { ...physx, layout: undefined };
const open: { close(): void }[] = [];
afterAll(() => {
  for (const each of open) each.close();
});

function opened<Closable extends { close(): void }>(closable: Closable): Closable {
  open.push(closable);
  return closable;
}

function walkerIn(each: PhysX, parameters = drawParameters({}, 0)): Walker<PhysXWorld> {
  return new Walker(opened(new PhysXWorld(each, walkerRig, unityPhysics)), walkerRig, parameters);
}

describe("the layout of PhysX's memory", () => {
  it('is known for the package that is installed', () => {
    expect(physx.layout).toBeDefined();
  });

  it('is not believed where memory holds something else', () => {
    const { buffer } = physx.memory;
    const elsewhere = new WebAssembly.Memory({ initial: buffer.byteLength / 65536 });
    expect(findMemoryLayout({ ...physx, memory: elsewhere })).toBeUndefined();
  });

  it('is not believed where PhysX says one thing and keeps another', () => {
    // Its drives are called by other names, as if it kept them in another order.
    const { PxD6DriveEnum } = physx.px;
    const { eTWIST, eSLERP, eSWING } = PxD6DriveEnum;
    const swapped = Object.create(PxD6DriveEnum, {
      eTWIST: { value: eSLERP },
      eSLERP: { value: eTWIST },
      eSWING: { value: eSWING },
    });
    const px = Object.create(physx.px, { PxD6DriveEnum: { value: swapped } });
    expect(findMemoryLayout({ ...physx, px })).toBeUndefined();
  });
});

describe('going by memory', () => {
  it('gives the same bytes as going by calls, over many episodes', () => {
    const parameters = drawParameters({ target_radius: 0.3 }, 0);
    const walkers = [physx, byCalls].map((each) => walkerIn(each, parameters));
    const random = new RandomStream(8);
    const actions = new Float32Array(behavior.actionSize);
    let [episodes, touched] = [0, 0];
    for (let decision = 0; decision < 250; decision++) {
      if (decision % 25 === 0) for (const walker of walkers) walker.start(new RandomStream(decision));
      // Some actions stay as they were, and some are at or beyond the end of their range.
      for (let at = decision % 3; at < actions.length; at += 2) actions[at] = random.uniform(-0.5, 0.5);
      actions[26 + (decision % 13)] = decision % 2 === 0 ? -1 : 1.5;
      const [memory, calls] = walkers.map((walker) => {
        const outcome = walker.decide(actions, 0);
        const observation = new Float32Array(behavior.observationSize);
        walker.observe(observation, 0);
        return { outcome, observation: Buffer.from(observation.buffer).toString('hex'), reward: walker.reward };
      });
      expect(memory).toEqual(calls);
      if (memory!.outcome === 'goes on') continue;
      episodes += 1;
      touched += walkers[0]!.targetsTouched;
      for (const walker of walkers) walker.start(new RandomStream(1000 + decision));
    }
    expect(episodes).toBeGreaterThan(5);
    expect(touched).toBeGreaterThan(0);
  });

  it('lets bodies fall asleep and wakes them, as calls do', () => {
    const worlds = [physx, byCalls].map((each) =>
      opened(new PhysXWorld(each, walkerRig, { ...unityPhysics, gravity: 0 })),
    );
    const rotation = new Float32Array([0, 0, 0, 1]);
    const turnAll = (world: PhysXWorld) => {
      for (const motor of motorBodies(walkerRig).keys()) {
        world.setMotorTarget(motor, rotation, 0);
        world.setMotorStrength(motor, 5000);
      }
    };
    const asleep = (world: PhysXWorld) => walkerRig.bodies.map((_, body) => world.body(body).isSleeping());
    for (const world of worlds) {
      world.start({ yaw: 1, target: [3, 1, 3] });
      turnAll(world);
      for (let step = 0; step < 40; step++) world.simulate();
      expect(asleep(world).every(Boolean)).toBe(true);
    }
    rotation.set([0.6, 0, 0, 0.8]);
    for (let step = 0; step < 60; step++) {
      for (const world of worlds) {
        // One knee at first, which its neighbours hear of; what is awake is to stay so.
        if (step === 0) world.setMotorTarget(motorBodies(walkerRig).indexOf(5), rotation, 0);
        if (step === 20) turnAll(world);
        world.simulate();
        world.read();
      }
      const [memory, calls] = worlds.map((world) => ({ poses: [...world.poses], asleep: asleep(world) }));
      expect(memory).toEqual(calls);
    }
    expect(asleep(worlds[0]!).some(Boolean)).toBe(false);
    expect(Math.max(...worlds[0]!.velocities.map(Math.abs))).toBeGreaterThan(0.01);
  });

  it('goes on where PhysX has moved to a larger memory', () => {
    const walkers = [physx, byCalls].map((each) => walkerIn(each));
    const actions = new Float32Array(behavior.actionSize).fill(0.1);
    for (const walker of walkers) {
      walker.start(new RandomStream(3));
      walker.decide(actions, 0);
    }
    const before = physx.memory.buffer.byteLength;
    while (physx.memory.buffer.byteLength === before) walkerIn(physx);
    actions.fill(-0.1);
    const [memory, calls] = walkers.map((walker) => {
      const outcome = walker.decide(actions, 0);
      const observation = new Float32Array(behavior.observationSize);
      walker.observe(observation, 0);
      return { outcome, observation };
    });
    expect(memory).toEqual(calls);
  });
});
