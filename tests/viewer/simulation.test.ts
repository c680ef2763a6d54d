/** Walkers as the page simulates them, beside the environment that training and evaluation use. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import { jsonOfCharacter, openCharacter, openRagdollWorlds } from '../../envs/ragdoll/open.ts';
import { AgentsEnvironment } from '../../envs/walker/agents-environment.ts';
import { poseSize } from '../../envs/walker/body-view.ts';
import { createEnvironment } from '../../envs/walker/environment.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { loadKernel } from '../../physics/kernel.ts';
import type { Input } from '../../viewer/simulation/inputs.ts';
import { type OpenedPolicy, openPolicy } from '../../viewer/simulation/policy.ts';
import { readReplay, type Setup, writeReplay } from '../../viewer/simulation/replay.ts';
import { parametersOf, usualSettings, usualSettingsOf } from '../../viewer/simulation/settings.ts';
import { type Actor, Simulation } from '../../viewer/simulation/simulation.ts';
import { rowsOf, walkerWho, whoOf } from '../../viewer/simulation/who.ts';

const settings = { ...usualSettings, lying: 0 };
const setupOf = (walkers: number, policies = 1): Setup => ({
  ...{ seed: 7, walkers, settings },
  policies: Array.from({ length: policies }, () => ({ name: 'a', hash: 'b' })),
});

let kernel: WebAssembly.Module;
beforeAll(async () => {
  kernel = await loadKernel();
});

/** Decides at random, the same for the same observations' place: walker i of each batch has a stream of its own. */
function tossing(): Actor {
  const streams = Array.from({ length: 8 }, (_, row) => new RandomStream(row, 99));
  return {
    act: async () => {
      const actions = new Float32Array(8 * 39);
      for (let at = 0; at < actions.length; at++) actions[at] = streams[Math.floor(at / 39)]!.uniform(-1, 1);
      return actions;
    },
  };
}

async function run(simulation: Simulation, steps: number, inputs: Readonly<Record<number, Input>> = {}): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const input = inputs[simulation.steps];
    if (input) simulation.apply(input);
    await simulation.step();
  }
}

const bodyOf = (simulation: Simulation, body: number, walker = 0): number[] => {
  const at = (walker * rowsOf(walkerWho) + body) * poseSize;
  return [...simulation.poses().slice(at + 4, at + 7)];
};

describe('a simulation that is left alone', () => {
  it('has the episodes of the environment that training uses, to the last bit, falls and new beginnings included', async () => {
    const walkers = 4;
    const simulation = new Simulation(kernel, [tossing()], setupOf(walkers));
    const environment = await createEnvironment({
      ...{ seed: 7, firstAgent: 0, agents: walkers },
      parameters: parametersOf(settings),
    });
    let seen = await environment.reset();
    const acting = tossing();
    let episodes = 0;
    for (let decision = 0; decision < 60; decision++) {
      const expected = Float32Array.from(seen);
      const actions = (await acting.act(seen, undefined)).slice(0, walkers * 39);
      await simulation.step();
      for (let walker = 0; walker < walkers; walker++)
        expect(simulation.decided(walker).observations).toEqual(expected.slice(walker * 243, (walker + 1) * 243));
      await run(simulation, 4);
      const step = await environment.step(actions);
      seen = step.observations;
      episodes += step.episodes.length;
      for (let walker = 0; walker < walkers; walker++)
        expect(Math.fround(simulation.decided(walker).reward)).toBe(step.rewards[walker]);
    }
    expect(episodes).toBeGreaterThan(walkers);
    const falls = Array.from({ length: walkers }, (_, walker) => simulation.standing(walker).falls);
    expect(falls.reduce((sum, each) => sum + each)).toBe(episodes);
  });

  it('plays a walker the same whoever else is there', async () => {
    const alone = new Simulation(kernel, [tossing()], setupOf(1));
    const amongOthers = new Simulation(kernel, [tossing()], setupOf(4));
    await run(alone, 100);
    await run(amongOthers, 100);
    for (let body = 0; body <= walkerRig.bodies.length; body++)
      expect(bodyOf(amongOthers, body)).toEqual(bodyOf(alone, body));
  });

  it('lets two policies that are the same never part, and tells when different ones do', async () => {
    const same = new Simulation(kernel, [tossing(), tossing()], setupOf(1, 2));
    await run(same, 60);
    expect(same.parting).toEqual({ first: null, seen: null, hips: 0 });
    const still: Actor = { act: async () => new Float32Array(8 * 39) };
    const different = new Simulation(kernel, [tossing(), still], setupOf(1, 2));
    await run(different, 60);
    const { first, seen } = different.parting!;
    expect(first).toBeGreaterThan(0);
    expect(seen!).toBeGreaterThan(first!);
  });
});

describe('hands', () => {
  const steps = 40;
  const head = walkerRig.bodies.findIndex(({ name }) => name === 'head');

  it('that hold the head by a spring pull it there', async () => {
    const [free, held] = [0, 1].map(
      () => new Simulation(kernel, [tossing()], { ...setupOf(1), settings: usualSettings }),
    );
    await run(free!, steps);
    const to = [0.5, 3, 0] as const;
    await run(held!, steps, {
      5: { kind: 'grab', walker: 0, body: head, at: [0, 0.1, 0], to: [0, 2, 0] },
      10: { kind: 'drag', to },
    });
    expect(bodyOf(held!, head)[1]).toBeGreaterThan(bodyOf(free!, head)[1]! + 0.3);
    await run(held!, 150, { [steps + 100]: { kind: 'release' } });
    expect(bodyOf(held!, head)[1]).toBeLessThan(2);
  });

  it('that throw a box at the chest move it, and a box on its shelf moves nothing', async () => {
    const chest = bodyOf(new Simulation(kernel, [tossing()], setupOf(1)), 1);
    const thrown = new Simulation(kernel, [tossing()], setupOf(1));
    const free = new Simulation(kernel, [tossing()], setupOf(1));
    await run(free, 20);
    const from = [chest[0]! - 1, chest[1]!, chest[2]!] as const;
    await run(thrown, 20, { 0: { kind: 'throw', walker: 0, from, velocity: [9, 0, 0] } });
    expect(bodyOf(thrown, 1)[0]).toBeGreaterThan(bodyOf(free, 1)[0]! + 0.02);
  });

  it('that turn gravity off let walkers rise, and that push all of them move all', async () => {
    const setup = { ...setupOf(4), settings: usualSettings };
    const pushed = new Simulation(kernel, [tossing()], setup);
    const free = new Simulation(kernel, [tossing()], setup);
    await run(free, 30);
    await run(pushed, 30, {
      3: { kind: 'push', walker: -1, x: 2, z: 0 },
      4: { kind: 'set', name: 'gravity', value: 0 },
    });
    for (let walker = 0; walker < 4; walker++) {
      expect(bodyOf(pushed, 0, walker)[0]).toBeGreaterThan(bodyOf(free, 0, walker)[0]! + 0.3);
      expect(bodyOf(pushed, 0, walker)[1]).toBeGreaterThan(bodyOf(free, 0, walker)[1]!);
    }
  });

  it('that place the target put it on the ground, within the walls', async () => {
    const simulation = new Simulation(kernel, [tossing()], setupOf(1));
    await run(simulation, 5, { 2: { kind: 'target', x: 3, z: 40 } });
    const [x, y, z] = bodyOf(simulation, walkerRig.bodies.length);
    expect(x).toBeCloseTo(3, 2);
    expect(z).toBeCloseTo(11.5, 2);
    expect(y).toBeCloseTo(0.25, 2);
  });
});

describe('the shipped walker', () => {
  let policy: OpenedPolicy;
  beforeAll(async () => {
    policy = await openPolicy(
      readFileSync(join(import.meta.dirname, '../../models/walker/walker.onnx')),
      'walker.onnx',
    );
  });

  it('walks, and a replay of it plays again byte for byte, sampled actions and inputs included', async () => {
    const setup: Setup = { ...setupOf(1), policies: [policy], settings: { ...usualSettings, sampled: 1 } };
    const first = new Simulation(kernel, [policy], setup);
    await run(first, 200, {
      20: { kind: 'push', walker: 0, x: 0.5, z: 0 },
      77: { kind: 'set', name: 'targetSpeed', value: 2 },
      133: { kind: 'grab', walker: 0, body: 3, at: [0, 0, 0], to: [0, 2, 1] },
      150: { kind: 'release' },
    });
    const { inputs, steps, hash } = first;
    const replay = readReplay(
      writeReplay({ ...setup, policies: [{ name: policy.name, hash: policy.hash }] }, { inputs, steps, hash }),
      'a.json',
    );
    const again = new Simulation(kernel, [policy], replay);
    await run(again, replay.steps, Object.fromEntries(replay.inputs));
    expect(again.hash).toBe(replay.hash);
    const other = new Simulation(kernel, [policy], replay);
    await run(other, replay.steps, Object.fromEntries(replay.inputs.slice(1)));
    expect(other.hash).not.toBe(replay.hash);
  });

  it('has a normaliser of 243 numbers', () => {
    expect(policy.normalizer?.mean.length).toBe(243);
  });

  it('is refused in one sentence where it is cut off, is no ONNX file, or is no Walker', async () => {
    await expect(openPolicy(new TextEncoder().encode('hello'), 'hello.onnx')).rejects.toThrow(/hello\.onnx: .*ONNX/);
  });
});

describe('another character', () => {
  const path = join(import.meta.dirname, '../../rigs/crawler');

  it('lives in the page as in the environment that training uses, to the last bit', async () => {
    const who = whoOf(jsonOfCharacter(path));
    const { task } = who;
    const { observationSize, actionSize } = task.behavior;
    const own = { ...usualSettingsOf(who.settingsTable), lying: 0 };
    const acting = (): Actor => {
      const stream = new RandomStream(3);
      return { act: async () => Float32Array.from({ length: 8 * actionSize }, () => stream.uniform(-1, 1)) };
    };
    const simulation = new Simulation(kernel, [acting()], { ...setupOf(1), settings: own }, who);
    const worlds = await openRagdollWorlds(openCharacter(path), 'unity', 1);
    const options = { seed: 7, firstAgent: 0, agents: 1, parameters: parametersOf(own) };
    const environment = new AgentsEnvironment(worlds, options, task, who.settings);
    const acts = acting();
    let seen = await environment.reset();
    let falls = 0;
    for (let decision = 0; decision < 40; decision++) {
      const expected = seen.slice();
      await run(simulation, task.stepsPerDecision);
      expect(simulation.decided(0).observations, `decision ${decision}`).toEqual(expected);
      const step = await environment.step((await acts.act(seen, undefined)).slice(0, actionSize));
      seen = step.observations;
      falls += step.episodes.length;
      expect(expected).toHaveLength(observationSize);
    }
    expect(falls).toBeGreaterThan(0);
    expect(simulation.standing(0).falls).toBe(falls);
    expect(Object.keys(simulation.decided(0).terms)).toEqual(['reward speed', 'reward look']);
    expect(simulation.poses()).toHaveLength(rowsOf(who) * poseSize);
  });
});
