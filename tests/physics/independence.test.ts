import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { gravity, RandomWalker } from '../../bench/random-ragdolls.ts';
import { walkerScene } from '../../envs/walker/rig-scene.ts';
import { loadKernel } from '../../physics/kernel.ts';
import { Simulator } from '../../physics/simulator.ts';

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await loadKernel();
});

const scene = walkerScene({ cubeAndWalls: true });

/** Plays walkers of these seeds, seed by lane (undefined: an empty lane); a hash of each lane's bytes after every decision. */
function play(seeds: readonly (number | undefined)[], decisions = 60): string[] {
  const simulator = new Simulator(module, scene, { lanes: seeds.length, gravity });
  const walkers = seeds.flatMap((seed, lane) => {
    return seed === undefined ? [] : [new RandomWalker(simulator, scene, lane, seed)];
  });
  const hashes = seeds.map(() => createHash('sha256'));
  for (let decision = 0; decision < decisions; decision++) {
    for (const walker of walkers) walker.act();
    for (let step = 0; step < 5; step++) simulator.step();
    for (const { lane } of walkers) hashes[lane]!.update(simulator.snapshot(lane));
    for (const walker of walkers) walker.end();
  }
  return hashes.map((hash) => hash.digest('hex'));
}

describe('what a walker does', () => {
  it('depends on no bit of its lane, its neighbours, its group, or how many there are', () => {
    const [alone] = play([5]);
    expect(play([1, 2, 3, 5])[3]).toBe(alone);
    expect(play([5, 5, 5, 5])).toEqual([alone, alone, alone, alone]);
    expect(play([8, 9, undefined, 1, 7, 5, 2, undefined])[5]).toBe(alone);
    expect(
      play([undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, 5])[9],
    ).toBe(alone);
    expect(play([6])[0]).not.toBe(alone);
  });

  it('goes on from a snapshot with the same bits, in another lane of another simulator too', () => {
    const simulator = new Simulator(module, scene, { lanes: 4, gravity });
    const other = new Simulator(module, scene, { lanes: 8, gravity });
    const walker = new RandomWalker(simulator, scene, 1, 5);
    for (let decision = 0; decision < 9; decision++) {
      walker.act();
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
    const simulator = new Simulator(module, scene, { lanes: 4, gravity });
    new RandomWalker(simulator, scene, 0, 1);
    for (let step = 0; step < 200; step++) simulator.step();
    simulator.clear(0);
    const fresh = new Simulator(module, scene, { lanes: 4, gravity });
    expect(simulator.snapshot(0)).toEqual(fresh.snapshot(0));
  });

  it('takes less than 10 kB', () => {
    expect(new Simulator(module, scene, { lanes: 4, gravity }).bytesPerLane).toBeLessThan(10_000);
  });

  it('is what was written down, on every machine', async () => {
    await expect(`${play([1, 2, 3, 4], 100).join('\n')}\n`).toMatchFileSnapshot('golden-trajectories.txt');
  });
});
