import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { actionNames } from '../../../envs/walker/action.ts';
import { behavior } from '../../../envs/walker/behavior.ts';
import { posesOf } from '../../../envs/walker/body-view.ts';
import { worldNames } from '../../../envs/walker/dialects.ts';
import { createEnvironment } from '../../../envs/walker/environment.ts';
import { observationNames } from '../../../envs/walker/observation.ts';
import { unityPhysics } from '../../../envs/walker/physics-settings.ts';
import { walkerRig } from '../../../envs/walker/rig.ts';
import type { Walker } from '../../../envs/walker/walker.ts';
import { closeAll, kick, newEnvironment, newWalker, positionOf, targetOf, velocitiesOf } from './in-worlds.ts';

const names = observationNames(walkerRig);
afterEach(closeAll);

/** All actions 0 (the middle of every range) but those given by name. */
function actionsWith(given: Record<string, number> = {}): Float32Array {
  const actions = new Float32Array(behavior.actionSize);
  for (const [name, value] of Object.entries(given)) {
    expect(actionNames()).toContain(name);
    actions[actionNames().indexOf(name)] = value;
  }
  return actions;
}

function observe(walker: Walker): (name: string) => number {
  const observation = new Float32Array(behavior.observationSize);
  walker.observe(observation, 0);
  return (name) => {
    expect(names).toContain(name);
    return observation[names.indexOf(name)]!;
  };
}

// Every world keeps to the same rules.
describe.each(worldNames)('in the world %s', (world) => {
  /** A walker at the start of an episode. */
  function walkerWith(parameters: Record<string, number> = {}, seed = 1): Walker {
    const walker = newWalker(world, parameters);
    walker.start(new RandomStream(seed));
    return walker;
  }

  async function environmentWith(agents: number, parameters: Record<string, number> = {}) {
    const environment = newEnvironment(world, { seed: 1, firstAgent: 0, agents, parameters });
    await environment.reset();
    return environment;
  }

  describe('the start pose', () => {
    it('has the hips at (0, 0.953, 0) and the soles 0.014 m above the ground', () => {
      const walker = walkerWith();
      const [x, y, z] = positionOf(walker, 'hips');
      expect([x, z]).toEqual([0, 0]);
      expect(y).toBeCloseTo(0.953, 5);
      const soleBelowFoot = 0.043051 / 2 + 0.000218;
      expect(positionOf(walker, 'footL')[1] - soleBelowFoot - unityPhysics.groundHeight).toBeCloseTo(0.014, 3);
    });

    it('is turned by another angle in every episode, as a whole', () => {
      const first = walkerWith({}, 1);
      const second = walkerWith({}, 2);
      const across = (walker: Walker) => {
        const [left, right] = [positionOf(walker, 'footL'), positionOf(walker, 'footR')];
        return Math.hypot(left[0] - right[0], left[2] - right[2]);
      };
      expect(positionOf(first, 'footL')).not.toEqual(positionOf(second, 'footL'));
      expect(across(first)).toBeCloseTo(2 * 0.131998, 5);
      expect(across(second)).toBeCloseTo(2 * 0.131998, 5);
    });

    it('is at rest where nothing pulls: bodies that are joined do not push each other apart', () => {
      const walker = walkerWith({ gravity: 0 });
      for (let step = 0; step < 20; step++) walker.world.simulate();
      walker.world.read();
      expect(Math.max(...velocitiesOf(walker.world).map(Math.abs))).toBeLessThan(1e-4);
    });

    it('drops onto its feet under gravity, and the feet report it', () => {
      const walker = walkerWith();
      expect(walker.decide(actionsWith(), 0)).toBe('goes on');
      const of = observe(walker);
      expect([of('footL ground contact'), of('footR ground contact'), of('hips ground contact')]).toEqual([1, 1, 0]);
    });
  });

  describe('motors', () => {
    /** Where a walker that floats gets to with these actions. */
    const floatedWith = (given: Record<string, number>, decisions = 15) => {
      const walker = walkerWith({ gravity: 0 });
      const actions = actionsWith(given);
      for (let decision = 0; decision < decisions; decision++) walker.decide(actions, 0);
      return { walker, of: observe(walker) };
    };

    it('bend knees backwards', () => {
      const { of } = floatedWith({
        'shinL rotation x': 1,
        'shinR rotation x': 1,
        'shinL strength': 1,
        'shinR strength': 1,
      });
      // 120 degrees is the limit; halfway there the quaternion's x is 0.5.
      expect(of('shinL rotation x')).toBeGreaterThan(0.5);
      expect(of('shinR rotation x')).toBeGreaterThan(0.5);
    });

    it('bend elbows forwards', () => {
      const elbows = { 'forearmL rotation x': 1, 'forearmR rotation x': 1 };
      const { walker } = floatedWith({ ...elbows, 'forearmL strength': 1, 'forearmR strength': 1 });
      const rotation = (body: string) => observe(walker)(`${body} rotation y`);
      // Left and right as in the statistics of a policy that was trained in Unity: +0.61 and -0.62.
      expect(rotation('forearmL')).toBeGreaterThan(0.5);
      expect(rotation('forearmR')).toBeLessThan(-0.5);
    });

    it('bend the head no further than its limits', () => {
      const { of } = floatedWith({ 'head rotation x': -1, 'head strength': 1 });
      const angle = (2 * Math.asin(of('head rotation x')) * 180) / Math.PI;
      expect(Math.abs(angle)).toBeGreaterThan(20);
      expect(Math.abs(angle)).toBeLessThan(32);
    });

    it('have the strength that was asked for, and nothing before the first action', () => {
      const walker = walkerWith();
      expect(observe(walker)('chest strength')).toBe(0);
      walker.decide(actionsWith({ 'chest strength': 0.5, 'head strength': -1 }), 0);
      expect(observe(walker)('chest strength')).toBe(0.75);
      expect(observe(walker)('head strength')).toBe(0);
    });

    it('can not push one leg through the other', () => {
      // Both joints turn about the same axis, so what spreads the left leg draws in the right one.
      const legs = (left: number) =>
        floatedWith({
          'thighL rotation y': left,
          'thighR rotation y': -left,
          'thighL strength': 1,
          'thighR strength': 1,
        });
      const [oneWay, theOther] = [legs(1), legs(-1)];
      const apart = ({ walker }: { walker: Walker }) => {
        const [left, right] = [positionOf(walker, 'shinL'), positionOf(walker, 'shinR')];
        return Math.hypot(left[0] - right[0], left[1] - right[1], left[2] - right[2]);
      };
      const [nearer, farther] = [apart(oneWay), apart(theOther)].sort((a, b) => a - b) as [number, number];
      expect(farther).toBeGreaterThan(0.4);
      // Two shins of 0.06 m radius; the solver lets them sink in a little under 20,000 N m.
      expect(nearer).toBeGreaterThan(0.1);
      expect(nearer).toBeLessThan(0.2);
    });
  });

  describe('an episode', () => {
    it('ends with a fall: the reward since the last decision is exactly -1', async () => {
      const environment = await environmentWith(1);
      const limp = new Float32Array(behavior.actionSize).fill(-1);
      for (let decision = 0; ; decision++) {
        expect(decision).toBeLessThan(100);
        const { terminated, truncated, rewards, episodes, finalObservations } = await environment.step(limp);
        if (terminated[0] === 0) continue;
        expect(truncated[0]).toBe(0);
        expect(rewards[0]).toBe(-1);
        const { fallenBody, physicsSteps, blowUps } = episodes[0]!.details;
        const fallen = walkerRig.bodies[fallenBody!]!;
        expect(fallen.mayTouchGround).toBe(false);
        expect(finalObservations[names.indexOf(`${fallen.name} ground contact`)]).toBe(1);
        expect(physicsSteps).toBeGreaterThan(10);
        expect(blowUps).toBe(0);
        expect(episodes[0]).toMatchObject({ agent: 0, episode: 0, truncated: false, decisions: decision + 1 });
        break;
      }
    });

    it('is cut off at the cap, and the next one starts at once', async () => {
      const environment = await environmentWith(1, { gravity: 0, max_steps: 23 });
      const actions = actionsWith();
      for (let decision = 0; decision < 4; decision++) {
        expect((await environment.step(actions)).truncated[0]).toBe(0);
      }
      const { terminated, truncated, episodes, observations } = await environment.step(actions);
      expect([terminated[0], truncated[0]]).toEqual([0, 1]);
      expect(episodes[0]).toMatchObject({
        truncated: true,
        decisions: 5,
        details: { physicsSteps: 23, fallenBody: -1 },
      });
      expect(observations[names.indexOf('chest strength')]).toBe(0);
      expect((await environment.step(actions)).episodes).toHaveLength(0);
    });

    it('goes on after a touch of the target: one more reward, and the target lies elsewhere', () => {
      const walker = walkerWith({}, 4);
      const headTop = positionOf(walker, 'head');
      walker.world.moveTarget([headTop[0], headTop[1] + 0.22 + 0.125 + 0.005, headTop[2]]);
      expect(walker.decide(actionsWith(), 0)).toBe('goes on');
      expect(walker.targetsTouched).toBe(1);
      expect(walker.reward).toBeGreaterThan(0.9);
      expect(targetOf(walker)[1]).toBeLessThan(1.01);
      // Seen from where the frame was a physics step before.
      expect(observe(walker)('target position x')).toBeCloseTo(0, 1);
    });

    it('draws target and speed within the ranges that are set', () => {
      for (let seed = 0; seed < 50; seed++) {
        const walker = walkerWith({ target_speed_min: 2, target_speed_max: 3, target_radius: 4 }, seed);
        expect(walker.targetSpeed).toBeGreaterThanOrEqual(2);
        expect(walker.targetSpeed).toBeLessThan(3);
        const [x, y, z] = targetOf(walker);
        expect(Math.hypot(x, z - 1)).toBeLessThanOrEqual(4);
        expect(y).toBe(1);
      }
    });

    it('looks towards its target and is under way at the start, where that is set', () => {
      const turns: number[] = [];
      for (let seed = 0; seed < 30; seed++) {
        const walker = walkerWith(
          { target_turn: 30, start_speed: 0.5, target_speed_min: 4, target_speed_max: 4 },
          seed,
        );
        const [hips, target] = [positionOf(walker, 'hips'), targetOf(walker)];
        const [x, z] = [target[0] - hips[0], target[2] - hips[2]];
        const distance = Math.hypot(x, z);
        const velocities = velocitiesOf(walker.world);
        for (let body = 0; body < walkerRig.bodies.length; body++) {
          expect(velocities[3 * body]).toBeCloseTo((2 * x) / distance, 5);
          expect(velocities[3 * body + 1]).toBe(0);
          expect(velocities[3 * body + 2]).toBeCloseTo((2 * z) / distance, 5);
        }
        const [, qy, , qw] = posesOf(walker.world.bodies);
        const turn = Math.atan2(x, z) - 2 * Math.atan2(qy!, qw!);
        turns.push(Math.abs(Math.atan2(Math.sin(turn), Math.cos(turn))));
        expect(observe(walker)('mean velocity z')).toBeCloseTo(2, 5);
      }
      expect(Math.max(...turns)).toBeLessThanOrEqual((30.01 * Math.PI) / 180);
      expect(Math.max(...turns)).toBeGreaterThan((20 * Math.PI) / 180);
    });

    it('has the next target ahead of it as well, where that is set', () => {
      for (let seed = 0; seed < 10; seed++) {
        const walker = walkerWith({ target_turn: 20 }, seed);
        const from = positionOf(walker, 'hips');
        const before = targetOf(walker);
        walker.world.moveTarget(positionOf(walker, 'head'));
        walker.decide(actionsWith(), 0);
        expect(walker.targetsTouched).toBe(1);
        const after = targetOf(walker);
        expect(after).not.toEqual(before);
        const angle = ([x, , z]: readonly number[]) => Math.atan2(x! - from[0], z! - from[2]);
        const turn = angle(after) - angle(before);
        expect(Math.abs(Math.atan2(Math.sin(turn), Math.cos(turn)))).toBeLessThan((21 * Math.PI) / 180);
      }
    });

    it('that blows up is cut off, counted, and never seen', async () => {
      const environment = await environmentWith(2);
      kick(environment.walkers[1]!.world, 3, [Number.NaN, 0, 0]);
      const step = await environment.step(new Float32Array(2 * behavior.actionSize));
      expect([...step.truncated]).toEqual([0, 1]);
      expect([...step.terminated]).toEqual([0, 0]);
      expect(step.episodes[0]).toMatchObject({ agent: 1, truncated: true, details: { blowUps: 1 } });
      for (const numbers of [step.observations, step.finalObservations, step.rewards]) {
        expect(numbers.every(Number.isFinite)).toBe(true);
      }
      const next = await environment.step(new Float32Array(2 * behavior.actionSize));
      expect([...next.truncated]).toEqual([0, 0]);
      expect(next.observations.every(Number.isFinite)).toBe(true);
    });

    it('that is decided on with NaN is cut off as well', async () => {
      const environment = await environmentWith(1);
      const { truncated, episodes, observations, finalObservations, rewards } = await environment.step(
        new Float32Array(behavior.actionSize).fill(Number.NaN),
      );
      expect(truncated[0]).toBe(1);
      expect(episodes[0]).toMatchObject({ decisions: 1, details: { blowUps: 1 } });
      for (const numbers of [observations, finalObservations, rewards])
        expect(numbers.every(Number.isFinite)).toBe(true);
    });

    it('that blew up leaves no trace in the next one', () => {
      const used = walkerWith();
      kick(used.world, 3, [Number.NaN, Number.NaN, Number.NaN]);
      expect(used.decide(actionsWith(), 0)).toBe('blew up');
      used.start(new RandomStream(2));
      const fresh = walkerWith({}, 2);
      for (let decision = 0; decision < 5; decision++) {
        expect(used.decide(actionsWith(), 0)).toBe(fresh.decide(actionsWith(), 0));
        const seen = [used, fresh].map((walker) => {
          const observation = new Float32Array(behavior.observationSize);
          walker.observe(observation, 0);
          return observation;
        });
        expect(seen[0]).toEqual(seen[1]);
      }
    });

    it('stays within reason under random actions for a long time', async () => {
      const environment = await environmentWith(2);
      const random = new RandomStream(3);
      const actions = new Float32Array(2 * behavior.actionSize);
      let ended = 0;
      for (let decision = 0; decision < 700; decision++) {
        for (let at = 0; at < actions.length; at++) actions[at] = random.uniform(-1, 1);
        const { observations, finalObservations, episodes } = await environment.step(actions);
        let greatest = 0;
        for (const value of observations) greatest = Math.max(greatest, Number.isFinite(value) ? Math.abs(value) : 1e9);
        for (const value of finalObservations) if (!Number.isFinite(value)) greatest = 1e9;
        expect(greatest).toBeLessThan(100);
        for (const { details } of episodes) expect(details['blowUps']).toBe(0);
        ended += episodes.length;
      }
      expect(ended).toBeGreaterThan(60);
    });
  });
});

it('is made by createEnvironment, which refuses unknown parameters', async () => {
  const options = { seed: 1, firstAgent: 0, agents: 1 };
  await expect(createEnvironment({ ...options, parameters: { target_sped: 1 } })).rejects.toThrow(/target_sped/);
  const environment = await createEnvironment({ ...options, parameters: {} });
  expect(await environment.reset()).toHaveLength(243);
  await environment.close();
});
