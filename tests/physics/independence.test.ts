import { beforeAll, describe, expect, it } from 'vitest';
import { gravity, RandomWalker } from '../../bench/random-ragdolls.ts';
import { type DialectName, dialects, type SolverSettings } from '../../physics/dialects.ts';
import { loadKernel } from '../../physics/kernel.ts';
import { Simulator } from '../../physics/simulator.ts';
import { goldenRagdolls, type Played, play as playRagdolls, scenes } from './playing.ts';

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await loadKernel();
});

const { walker, mixed } = scenes;

const play = (seeds: readonly (number | undefined)[], options: Played = {}) => playRagdolls(module, seeds, options);

describe('what a walker does', () => {
  it.each([
    ['slerp drives', { scene: walker }],
    ['twist and swing drives among them', { scene: mixed }],
    ['soft limits, loose joints, and hips that hang on the world', { scene: scenes.hanging, decisions: 12 }],
  ])('depends on no bit of its lane, its neighbours, its group, or how many there are: %s', async (_, options) => {
    const [alone] = await play([5], options);
    expect((await play([1, 2, 3, 5], options))[3]).toBe(alone);
    expect(await play([5, 5, 5, 5], options)).toEqual([alone, alone, alone, alone]);
    expect((await play([8, 9, undefined, 1, 7, 5, 2, undefined], options))[5]).toBe(alone);
    const lastOfMany = [...Array.from({ length: 9 }, () => undefined), 5];
    expect((await play(lastOfMany, options))[9]).toBe(alone);
    expect((await play([6], options))[0]).not.toBe(alone);
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
    const hashes = await play(goldenRagdolls.seeds, goldenRagdolls);
    await expect(`${hashes.join('\n')}\n`).toMatchFileSnapshot('golden-trajectories.txt');
  });
});

describe('a setting in which the dialects differ changes what walkers do by itself', () => {
  const differing = (Object.keys(dialects.unity) as (keyof SolverSettings)[]).filter((name) => {
    return dialects.unity[name] !== dialects.physx5[name];
  });
  it.each(differing.flatMap((name) => (['unity', 'physx5'] as const).map((dialect) => [name, dialect] as const)))(
    '%s, of all settings of %s',
    async (name, dialect) => {
      const other: DialectName = dialect === 'unity' ? 'physx5' : 'unity';
      const settings = dialects[dialect];
      const changed = { ...settings, [name]: dialects[other][name] };
      const played = (each: SolverSettings) => play([1, 2, 3, 4], { scene: mixed, settings: each });
      expect(await played(changed)).not.toEqual(await played(settings));
    },
  );
});
