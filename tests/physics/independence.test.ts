import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { gravity, RandomWalker } from '../../bench/random-ragdolls.ts';
import { walkerScene } from '../../envs/walker/rig-scene.ts';
import { type DialectName, dialects, type SolverSettings } from '../../physics/dialects.ts';
import { loadKernel } from '../../physics/kernel.ts';
import type { Joint, Scene } from '../../physics/scene.ts';
import { Simulator } from '../../physics/simulator.ts';

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await loadKernel();
});

const walker = walkerScene({ cubeAndWalls: true });
/** Walkers whose every other drive is about twist and swings, and whose boxes have a friction of their own. */
const uneven = walkerScene({ cubeAndWalls: true, doubleFlatFriction: true });
const mixed: Scene = { ...uneven, joints: uneven.joints.map((joint, at) => (at % 2 ? twistSwing(joint) : joint)) };

function twistSwing(joint: Joint): Joint {
  const spring = { stiffness: 2000, damping: 100 };
  return joint.drive ? { ...joint, drive: { kind: 'twist-swing', twist: spring, swing: spring } } : joint;
}

interface Played {
  readonly scene?: Scene;
  readonly settings?: SolverSettings;
  readonly decisions?: number;
}

/** Plays walkers of these seeds, seed by lane (undefined: an empty lane); a hash of each lane's bytes after every decision. */
function play(seeds: readonly (number | undefined)[], options: Played = {}): string[] {
  const { scene = walker, settings = dialects.unity, decisions = 60 } = options;
  const simulator = new Simulator(module, scene, { lanes: seeds.length, gravity, settings });
  const walkers = seeds.flatMap((seed, lane) => {
    return seed === undefined ? [] : [new RandomWalker(simulator, scene, lane, seed)];
  });
  const hashes = seeds.map(() => createHash('sha256'));
  for (let decision = 0; decision < decisions; decision++) {
    for (const agent of walkers) agent.act();
    for (let step = 0; step < 5; step++) simulator.step();
    for (const { lane } of walkers) hashes[lane]!.update(simulator.snapshot(lane));
    for (const agent of walkers) agent.end();
  }
  return hashes.map((hash) => hash.digest('hex'));
}

describe('what a walker does', () => {
  it.each([
    ['slerp drives', { scene: walker }],
    ['twist and swing drives among them', { scene: mixed }],
  ])('depends on no bit of its lane, its neighbours, its group, or how many there are: %s', (_, options) => {
    const [alone] = play([5], options);
    expect(play([1, 2, 3, 5], options)[3]).toBe(alone);
    expect(play([5, 5, 5, 5], options)).toEqual([alone, alone, alone, alone]);
    expect(play([8, 9, undefined, 1, 7, 5, 2, undefined], options)[5]).toBe(alone);
    const lastOfMany = [...Array.from({ length: 9 }, () => undefined), 5];
    expect(play(lastOfMany, options)[9]).toBe(alone);
    expect(play([6], options)[0]).not.toBe(alone);
  });

  it('goes on from a snapshot with the same bits, in another lane of another simulator too', () => {
    const simulator = new Simulator(module, walker, { lanes: 4, gravity });
    const other = new Simulator(module, walker, { lanes: 8, gravity });
    const agent = new RandomWalker(simulator, walker, 1, 5);
    for (let decision = 0; decision < 9; decision++) {
      agent.act();
      for (let step = 0; step < 5; step++) simulator.step();
    }
    other.restore(6, simulator.snapshot(1));
    for (let step = 0; step < 100; step++) {
      simulator.step();
      other.step();
    }
    expect(other.snapshot(6)).toEqual(simulator.snapshot(1));
  });

  it('starts anew from the same state with the same bits, whatever the lane did before', () => {
    const simulator = new Simulator(module, walker, { lanes: 4, gravity });
    new RandomWalker(simulator, walker, 0, 1);
    for (let step = 0; step < 200; step++) simulator.step();
    simulator.clear(0);
    const fresh = new Simulator(module, walker, { lanes: 4, gravity });
    expect(simulator.snapshot(0)).toEqual(fresh.snapshot(0));
  });

  it('takes less than 10 kB', () => {
    expect(new Simulator(module, walker, { lanes: 4, gravity }).bytesPerLane).toBeLessThan(10_000);
  });

  it('is what was written down, on every machine', async () => {
    await expect(`${play([1, 2, 3, 4], { decisions: 100 }).join('\n')}\n`).toMatchFileSnapshot(
      'golden-trajectories.txt',
    );
  });
});

describe('a setting in which the dialects differ changes what walkers do by itself', () => {
  const differing = (Object.keys(dialects.unity) as (keyof SolverSettings)[]).filter((name) => {
    return dialects.unity[name] !== dialects.physx5[name];
  });
  it.each(differing.flatMap((name) => (['unity', 'physx5'] as const).map((dialect) => [name, dialect] as const)))(
    '%s, of all settings of %s',
    (name, dialect) => {
      const other: DialectName = dialect === 'unity' ? 'physx5' : 'unity';
      const settings = dialects[dialect];
      const changed = { ...settings, [name]: dialects[other][name] };
      const hashes = [settings, changed].map((each) => play([1, 2, 3, 4], { scene: mixed, settings: each }).join());
      expect(hashes[1]).not.toBe(hashes[0]);
    },
  );
});
