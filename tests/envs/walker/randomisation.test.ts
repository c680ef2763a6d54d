import { afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../base/files/hash.ts';
import { RandomStream } from '../../../base/random/stream.ts';
import type { Environment, ParameterValues, Sampler } from '../../../envs/env.ts';
import { behavior } from '../../../envs/walker/behavior.ts';
import { posesOf } from '../../../envs/walker/body-view.ts';
import { worldNames } from '../../../envs/walker/dialects.ts';
import { observationNames } from '../../../envs/walker/observation.ts';
import { noiseScales } from '../../../envs/walker/observation-noise.ts';
import { drawParameters, walkerParameters } from '../../../envs/walker/parameters.ts';
import { unityPhysics } from '../../../envs/walker/physics-settings.ts';
import { type Rig, walkerRig } from '../../../envs/walker/rig.ts';
import { stepsPerDecision, type Walker } from '../../../envs/walker/walker.ts';
import type { WalkerEnvironment } from '../../../envs/walker/walker-environment.ts';
import { closeAll, kick, massesOf, newEnvironment, newWalker, velocitiesOf } from './in-worlds.ts';
import { play } from './playing.ts';

const { observationSize, actionSize } = behavior;
afterEach(closeAll);

const between = (min_value: number, max_value: number): Sampler => ({
  sampler_type: 'uniform',
  sampler_parameters: { seed: -1, min_value, max_value },
});

/** All that may differ from episode to episode, at once. */
const everything: ParameterValues = {
  gravity: between(12, 17),
  friction: between(0.3, 1),
  mass_scale: between(0.7, 1.4),
  mass_jitter: between(0, 0.3),
  drive_strength_scale: between(0.6, 1.3),
  action_latency: between(0, 1),
  push_speed: between(0, 1),
  push_interval: between(0.2, 1),
  observation_noise: between(0, 0.1),
  target_speed_max: between(1, 10),
};

const limp = new Float32Array(actionSize).fill(-1);
const names = observationNames(walkerRig);
const totalMass = walkerRig.bodies.reduce((sum, { mass }) => sum + mass, 0);

/** All that a walker sees and earns in some decisions, as one hash. */
function played(walker: Walker, decisions = 12): string {
  const random = new RandomStream(5);
  const actions = new Float32Array(actionSize);
  const seen: Uint8Array[] = [];
  for (let decision = 0; decision < decisions; decision++) {
    for (let at = 0; at < actionSize; at++) actions[at] = random.uniform(-0.4, 0.4);
    const outcome = walker.decide(actions, 0);
    const observation = new Float32Array(observationSize + 1);
    walker.observe(observation, 0);
    observation[observationSize] = walker.reward;
    seen.push(new Uint8Array(observation.buffer));
    if (outcome !== 'goes on') break;
  }
  return sha256(Buffer.concat(seen));
}

describe.each(worldNames)('in the world %s', (world) => {
  function walkerOf(rig: Rig = walkerRig): Walker {
    return newWalker(world, {}, rig);
  }

  /** A walker at the start of an episode with these parameters; it has been through another one before. */
  function walkerWith(parameters: Record<string, number>, seed = 1): Walker {
    const walker = walkerOf();
    walker.start(new RandomStream(99));
    walker.decide(new Float32Array(actionSize), 0);
    walker.start(new RandomStream(seed), drawParameters(parameters, 0));
    return walker;
  }

  async function environmentWith(agents: number, parameters: ParameterValues): Promise<WalkerEnvironment> {
    const environment = newEnvironment(world, { seed: 1, firstAgent: 0, agents, parameters });
    await environment.reset();
    return environment;
  }

  describe('parameters drawn anew for every episode', () => {
    it('change no byte where they are drawn from nothing but their defaults', async () => {
      const atDefault = Object.fromEntries(
        Object.entries(walkerParameters)
          .filter(([name]) => name !== 'solver_stretch') // can't be drawn
          .map(([name, { default: value }]) => [name, between(value, value)]),
      );
      const options = { firstAgent: 0, agents: 2, decisions: 60, world };
      expect(await play({ ...options, parameters: atDefault })).toEqual(await play(options));
    });

    it('give the same bytes whatever the size of the group', async () => {
      const options = { decisions: 60, parameters: everything, world };
      const together = await play({ ...options, firstAgent: 0, agents: 3 });
      const alone = await play({ ...options, firstAgent: 0, agents: 1 });
      const others = await play({ ...options, firstAgent: 1, agents: 2 });
      expect([...alone, ...others]).toEqual(together);
    });

    it('give the same bytes whatever the scene has been through before', async () => {
      const used = await environmentWith(1, everything);
      for (let decision = 0; decision < 150; decision++) await used.step(limp);
      expect(used.snapshots()[0]!.episode).toBeGreaterThan(5);
      const [usedWalker] = used.walkers;
      const parameters = drawParameters(
        { friction: 0.4, mass_scale: 1.2, gravity: 13, push_speed: 1, push_interval: 1 },
        0,
      );
      const fresh = walkerOf();
      for (const walker of [usedWalker!, fresh]) walker.start(new RandomStream(3), parameters);
      expect(played(usedWalker!)).toBe(played(fresh));
      // And back to the defaults.
      for (const walker of [usedWalker!, fresh]) walker.start(new RandomStream(4), drawParameters({}, 0));
      const newest = walkerOf();
      newest.start(new RandomStream(4));
      expect(played(usedWalker!)).toBe(played(newest));
    });

    it('stand in the snapshot of an episode, from which a new world goes on exactly there', async () => {
      const options = { seed: 1, firstAgent: 0, agents: 3, parameters: everything };
      const old = await environmentWith(3, everything);
      let random = new RandomStream(9);
      const step = async (environment: Environment) => {
        const actions = Float32Array.from({ length: 3 * actionSize }, () => random.uniform(-0.4, 0.4));
        return structuredClone(await environment.step(actions));
      };
      let last = await step(old);
      for (let decision = 0; decision < 40; decision++) last = await step(old);
      const snapshots = old.snapshots();

      // The configuration has changed since; running episodes keep what they were started with.
      const renewed = newEnvironment(world, { ...options, parameters: { friction: 2 }, snapshots });
      expect(renewed.snapshots()).toEqual(snapshots);
      expect((await renewed.reset()).slice()).toEqual(last.observations);
      expect(renewed.snapshots()).toEqual(snapshots);
      renewed.setParameters(everything);
      const goingOn = [];
      random = new RandomStream(10);
      for (let decision = 0; decision < 25; decision++) goingOn.push(await step(old));
      random = new RandomStream(10);
      for (const there of goingOn) {
        const here = await step(renewed);
        expect([here.observations, here.rewards, here.episodes]).toEqual([
          there.observations,
          there.rewards,
          there.episodes,
        ]);
      }
    });

    it('are told with the episode, as are all that the configuration names', async () => {
      const environment = await environmentWith(2, { friction: between(0.3, 0.9), gravity: 12, max_steps: 5 });
      const { episodes } = await environment.step(new Float32Array(2 * actionSize));
      const [one, other] = episodes.map(({ details }) => details);
      expect(one).toMatchObject({ gravity: 12, max_steps: 5 });
      expect(one!['friction']).toBeGreaterThan(0.3);
      expect(one!['friction']).toBeLessThan(0.9);
      expect(other!['friction']).not.toBe(one!['friction']);
      expect(one).not.toHaveProperty('mass_scale');
    });

    it('that are changed later hold from the next episode on', async () => {
      const environment = await environmentWith(1, { max_steps: 10, gravity: 0 });
      environment.setParameters({ max_steps: 5, gravity: 0 });
      const ends: number[] = [];
      for (let decision = 0; decision < 4; decision++) {
        const { truncated } = await environment.step(limp);
        if (truncated[0]) ends.push(decision);
      }
      expect(ends).toEqual([1, 2, 3]);
      expect(() => environment.setParameters({ frictoin: 1 })).toThrow(/frictoin/);
    });
  });

  describe('an episode acts as one in a world that was made so:', () => {
    const worlds: [string, Record<string, number>, () => Walker][] = [
      ['gravity', { gravity: 9.81 }, () => newWalker(world, { gravity: 9.81 })],
      ['friction', { friction: 0.2 }, () => newWalker(world, { friction: 0.2 })],
      [
        'mass_scale',
        { mass_scale: 1.5 },
        () => {
          const bodies = walkerRig.bodies.map((body) => ({ ...body, mass: body.mass * 1.5 }));
          return newWalker(world, {}, { ...walkerRig, bodies });
        },
      ],
      [
        'drive_strength_scale',
        { drive_strength_scale: 0.5 },
        () => {
          const { stiffness, damping, maxStrength } = walkerRig.drive;
          const drive = { stiffness: stiffness / 2, damping: damping / 2, maxStrength: maxStrength / 2 };
          return newWalker(world, {}, { ...walkerRig, drive });
        },
      ],
    ];
    it.each(worlds)('%s', (_name, parameters, make) => {
      const made = make();
      made.start(new RandomStream(7));
      const here = played(walkerWith(parameters, 7));
      expect(here).toBe(played(made));
      expect(here).not.toBe(played(walkerWith({}, 7)));
    });
  });

  describe('masses', () => {
    it('twice as great take twice the push for the same velocity', () => {
      const speedAfterPush = (parameters: Record<string, number>) => {
        const { world } = walkerWith({ gravity: 0, ...parameters });
        kick(world, 0, [30 / massesOf(world)[0]!, 0, 0]);
        world.simulate();
        world.read();
        const velocities = velocitiesOf(world);
        // Of the centre of mass: joints hand the push on, and lose none of it.
        const momentum = walkerRig.bodies.reduce((sum, { mass }, body) => sum + mass * velocities[body * 3]!, 0);
        return momentum / totalMass;
      };
      const light = speedAfterPush({});
      expect(light).toBeCloseTo(30 / totalMass, 2);
      expect(speedAfterPush({ mass_scale: 2 })).toBeCloseTo(light / 2, 4);
    });

    it('jitter each body by itself, within the range, and otherwise in every episode', () => {
      const factors = (seed: number) =>
        massesOf(walkerWith({ mass_jitter: 0.3, mass_scale: 2 }, seed).world).map(
          (mass, body) => mass / walkerRig.bodies[body]!.mass / 2,
        );
      const [first, second] = [factors(1), factors(2)];
      for (const factor of [...first, ...second]) expect(Math.abs(factor - 1)).toBeLessThanOrEqual(0.3);
      expect(new Set([...first, ...second]).size).toBe(2 * walkerRig.bodies.length);
      expect(Math.max(...first) - Math.min(...first)).toBeGreaterThan(0.2);
    });
  });

  describe('latency', () => {
    const random = new RandomStream(8);
    const decided = Array.from({ length: 6 }, () =>
      Float32Array.from({ length: actionSize }, () => random.uniform(-0.4, 0.4)),
    );

    it('of one decision lets each decision act when the next is due; before the first, motors are loose', () => {
      const late = walkerWith({ action_latency: 1 });
      const prompt = walkerWith({});
      for (const [index, actions] of decided.entries()) {
        late.decide(actions, 0);
        prompt.decide(decided[index - 1] ?? limp, 0);
        expect(posesOf(late.world.bodies)).toEqual(posesOf(prompt.world.bodies));
        expect(late.reward).toBe(prompt.reward);
      }
    });

    it.each([
      [0, 0],
      [0.4, 2],
      [0.5, 3],
      [0.8, 4],
    ])('of %d decisions comes to %i physics steps', (action_latency, steps) => {
      const walker = walkerWith({ action_latency });
      const { world } = walker;
      const [simulate, setMotorStrength] = [world.simulate.bind(world), world.setMotorStrength.bind(world)];
      const events: string[] = [];
      world.simulate = () => {
        events.push('step');
        simulate();
      };
      world.setMotorStrength = (motor, strength) => {
        if (events.at(-1) !== 'act') events.push('act');
        setMotorStrength(motor, strength);
      };
      for (const actions of decided.slice(0, 2)) walker.decide(actions, 0);
      const decision = new Array<string>(stepsPerDecision).fill('step').toSpliced(steps, 0, 'act');
      expect(events).toEqual([...decision, ...decision]);
    });
  });

  describe('pushes', () => {
    /** Mean velocity after each physics step of a walker that floats with loose motors. */
    const floating = (parameters: Record<string, number>, decisions: number, seed = 1) => {
      const walker = walkerWith({ gravity: 0, ...parameters }, seed);
      const { world } = walker;
      const simulate = world.simulate.bind(world);
      const velocities: [number, number, number][] = [];
      world.simulate = () => {
        simulate();
        world.readForReward();
        const now = velocitiesOf(world);
        const along = (axis: number) =>
          walkerRig.bodies.reduce((sum, { mass }, body) => sum + (mass / totalMass) * now[body * 3 + axis]!, 0);
        velocities.push([along(0), along(1), along(2)]);
      };
      for (let decision = 0; decision < decisions; decision++) walker.decide(limp, 0);
      return velocities;
    };
    /** What came about in a step beyond the damping of what was there. */
    const changes = (velocities: [number, number, number][]) =>
      velocities.map(([x, y, z], step) => {
        const before = velocities[step - 1] ?? [0, 0, 0];
        const kept = 1 - 0.05 * unityPhysics.step;
        return [x - before[0] * kept, y - before[1] * kept, z - before[2] * kept] as const;
      });

    it('change the velocity of the whole walker by what was said, level, and in no direction of their own', () => {
      const directions = new Set<string>();
      for (const seed of [1, 2, 3]) {
        const all = changes(floating({ push_speed: 0.7, push_interval: 0.4 }, 20, seed));
        const pushes = all.filter((change) => Math.hypot(...change) > 0.01);
        expect(pushes.length).toBeGreaterThanOrEqual(3);
        for (const [x, y, z] of pushes) {
          expect(Math.hypot(x, z)).toBeCloseTo(0.7, 2);
          expect(y).toBeCloseTo(0, 5);
          directions.add(Math.atan2(x, z).toFixed(2));
        }
      }
      expect(directions.size).toBeGreaterThan(8);
    });

    it('come an interval apart, the first within one', () => {
      for (const seed of [1, 2, 3, 4]) {
        const all = changes(floating({ push_speed: 0.2, push_interval: 0.5 }, 32, seed));
        const steps = all.flatMap((change, step) => (Math.hypot(...change) > 0.01 ? [step] : []));
        const interval = 0.5 / unityPhysics.step;
        expect(steps[0]).toBeLessThanOrEqual(interval + 1);
        for (const [index, step] of steps.slice(1).entries()) {
          expect(Math.abs(step - steps[index]! - interval)).toBeLessThanOrEqual(1);
        }
        expect(steps.length).toBeGreaterThanOrEqual(4);
      }
    });

    it('do not come where they have no speed', () => {
      const velocities = floating({ push_interval: 0.1 }, 10);
      expect(Math.max(...velocities.flat().map(Math.abs))).toBeLessThan(1e-3);
    });
  });

  describe('noise', () => {
    const seen = (walker: Walker) => {
      const observation = new Float32Array(observationSize);
      walker.observe(observation, 0);
      return observation;
    };
    const scaleOf = (name: string) => {
      const field = name.replace(/ [xyzw]$/, '');
      return noiseScales[name] ?? noiseScales[field] ?? noiseScales[field.replace(/^\w+ /, '')]!;
    };

    it('has the deviation that was asked for, times the scale of what is observed, and the mean 0', () => {
      const level = 0.2;
      const [noisy, exact] = [walkerWith({ observation_noise: level }), walkerWith({})];
      const squares = new Map<number, number[]>();
      let sum = 0;
      const decisions = 14;
      for (let decision = 0; decision < decisions; decision++) {
        for (const walker of [noisy, exact]) walker.decide(new Float32Array(actionSize), 0);
        const [one, other] = [seen(noisy), seen(exact)];
        names.forEach((name, at) => {
          const scale = scaleOf(name);
          const noise = one[at]! - other[at]!;
          if (scale === 0) expect(noise).toBe(0);
          else squares.set(scale, [...(squares.get(scale) ?? []), (noise / scale) ** 2]);
          sum += scale === 0 ? 0 : noise / scale;
        });
      }
      expect([...squares.keys()].sort()).toEqual([0.1, 0.2, 1, 3]);
      const numbers = [...squares.values()].reduce((count, values) => count + values.length, 0);
      for (const values of squares.values()) {
        const deviation = Math.sqrt(values.reduce((all, value) => all + value, 0) / values.length);
        // The deviation of n normal numbers is known to 1/sqrt(2n) of itself; four times that.
        expect(Math.abs(deviation / level - 1)).toBeLessThan(4 / Math.sqrt(2 * values.length));
      }
      expect(Math.abs(sum / numbers)).toBeLessThan((4 * level) / Math.sqrt(numbers));
    });

    it('never reaches the world: reward, fall and motion are those of a walker without it', () => {
      const [noisy, exact] = [walkerWith({ observation_noise: 1 }), walkerWith({})];
      for (let decision = 0; ; decision++) {
        const actions = Float32Array.from({ length: actionSize }, (_, at) => Math.sin(decision + at));
        const outcomes = [noisy, exact].map((walker) => walker.decide(actions, 0));
        expect(outcomes[0]).toBe(outcomes[1]);
        expect(noisy.reward).toBe(exact.reward);
        expect(posesOf(noisy.world.bodies)).toEqual(posesOf(exact.world.bodies));
        expect(seen(noisy)).not.toEqual(seen(exact));
        if (outcomes[0] !== 'goes on') break;
      }
      expect(noisy.fallenBody).toBe(exact.fallenBody);
    });

    it('is the same where the same moment is looked at again, and another in the next', () => {
      const walker = walkerWith({ observation_noise: 0.5, gravity: 0 });
      const first = seen(walker);
      expect(seen(walker)).toEqual(first);
      const at = names.indexOf('target position y');
      walker.decide(limp, 0);
      expect(seen(walker)[at]).not.toBe(first[at]);
    });
  });
});
