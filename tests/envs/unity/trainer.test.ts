import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Environment, Episode, Sampler } from '../../../envs/env.ts';
import { COMMAND, STATUS } from '../../../envs/unity/protocol/messages.ts';
import { AGGREGATION, encodeSideChannels } from '../../../envs/unity/protocol/side-channels.ts';
import { aggregated } from '../../../train/collect/statistics.ts';
import { Echo } from './echoing.ts';
import { closeWorlds, openWorld, play } from './open-world.ts';
import { actionsIn, messagesIn, ScriptedUnity } from './scripted-unity.ts';

const A = { key: 'A?team=0' };
const B = { key: 'B?team=0', actionSize: 2 };

afterEach(closeWorlds);

describe('a session', () => {
  it('begins with the seed, the engine and the parameters, before any agent decides', async () => {
    const { port, said } = await openWorld({
      engine: {
        width: 84,
        height: 84,
        quality_level: 5,
        time_scale: 20,
        target_frame_rate: -1,
        capture_frame_rate: 60,
      },
      parameters: {
        gravity: -9.5,
        mass: { sampler_type: 'uniform', sampler_parameters: { seed: -1, min_value: 1, max_value: 2 } },
        size: { sampler_type: 'gaussian', sampler_parameters: { seed: 5, mean: 0.5, st_dev: 2 } },
        length: {
          sampler_type: 'multirangeuniform',
          sampler_parameters: {
            seed: -1,
            intervals: [
              [1, 2],
              [4, 6],
            ],
          },
        },
      },
    });
    const unity = ScriptedUnity.dial(port, A);
    const first = await unity.introduce();
    expect(first.header!.status).toBe(STATUS.ok);
    expect(first.unity_input!.rl_initialization_input).toMatchObject({
      seed: 7,
      communication_version: '1.5.0',
      num_areas: 1,
    });
    expect(Object.values({ ...first.unity_input!.rl_initialization_input!.capabilities })).toEqual(Array(7).fill(true));
    const second = await unity.getReady();
    expect(second.unity_input!.rl_input!.command).toBe(COMMAND.reset);
    expect(unity.instructions).toEqual([
      { kind: 'parameter', name: 'gravity', value: -9.5 },
      { kind: 'uniformParameter', name: 'mass', seed: 8, minimum: 1, maximum: 2 },
      { kind: 'gaussianParameter', name: 'size', seed: 5, mean: 0.5, deviation: 2 },
      { kind: 'multiRangeParameter', name: 'length', seed: 10, intervals: [1, 2, 4, 6] },
      { kind: 'screenResolution', width: 84, height: 84 },
      { kind: 'qualityLevel', level: 5 },
      { kind: 'timeScale', scale: 20 },
      { kind: 'targetFrameRate', rate: -1 },
      { kind: 'captureFrameRate', rate: 60 },
    ]);
    expect(said[0]).toBe('Connected to Unity environment with package version 3.0.0 and communication version 1.5.0');
    unity.connection.close();
  });

  it('answers one action for each agent that asks, in their order, in the old field and in the new one', async () => {
    const { port, met, said } = await openWorld();
    const unity = await play(port, B);
    const says = [3, 1, 2].map((id) => ({ id, sees: [10 * id, 0, 0] }));
    const reply = await unity.tell({ [B.key]: says });
    const [first] = reply.unity_input!.rl_input!.agent_actions[B.key]!.value;
    expect(Array.from(first!.vector_actions_deprecated)).toEqual(Array.from(first!.continuous_actions));
    expect(reply.unity_input!.rl_input!.command).toBe(COMMAND.step);
    const [three, one, two] = [0.3, 0.1, 0.2].map(Math.fround);
    expect(actionsIn(reply)).toEqual({
      [B.key]: [
        [three, three],
        [one, one],
        [two, two],
      ],
    });
    expect(met.get('B')!.behavior).toMatchObject({ name: 'B', observationSize: 3, actionSize: 2 });
    expect(said).toContain(`Connected new brain: ${B.key}`);
  });

  it('puts the sensors of an agent one after the other', async () => {
    const { port, met } = await openWorld();
    const unity = await play(port, A);
    await unity.tell({ [A.key]: [{ id: 0, sees: [[1, 2], [3], [4, 5, 6]] }] });
    const { behavior, environments } = met.get('A')!;
    expect(behavior.sensors).toEqual([
      { name: 'Sensor0', size: 2 },
      { name: 'Sensor1', size: 1 },
      { name: 'Sensor2', size: 3 },
    ]);
    expect(environments[0]!.behavior.observationSize).toBe(6);
  });

  it('hands on what Unity measured, brought to one number each', async () => {
    const { port, met } = await openWorld();
    const unity = await play(port, A);
    await unity.tell({ [A.key]: [{ id: 0, sees: [1] }] });
    const { average, sum, mostRecent, histogram } = AGGREGATION;
    const measured = [
      ['Height', 1, average],
      ['Height', 2, average],
      ['Jumps', 1, sum],
      ['Jumps', 3, sum],
      ['Level', 4, mostRecent],
      ['Level', 2, mostRecent],
      ['Spread', 5, histogram],
    ] as const;
    const messages = measured.map(
      ([name, value, aggregation]) => ({ kind: 'statistic', name, value, aggregation }) as const,
    );
    await unity.tell({ [A.key]: [{ id: 0, sees: [2] }] }, encodeSideChannels(messages));
    const [environment] = met.get('A')!.environments;
    expect(aggregated(environment!.statistics!())).toEqual({ Height: 1.5, Jumps: 4, Level: 2, Spread: 5 });
    expect(environment!.statistics!()).toEqual({});
  });

  it('leaves out what Unity measured as no number, and says so once', async () => {
    const { port, met, said } = await openWorld();
    const unity = await play(port, A);
    await unity.tell({ [A.key]: [{ id: 0, sees: [1] }] });
    const values = [Number.NaN, 1, Number.POSITIVE_INFINITY, 3];
    const { average } = AGGREGATION;
    const messages = values.map(
      (value) => ({ kind: 'statistic', name: 'Height', value, aggregation: average }) as const,
    );
    await unity.tell({ [A.key]: [{ id: 0, sees: [2] }] }, encodeSideChannels(messages));
    expect(aggregated(met.get('A')!.environments[0]!.statistics!())).toEqual({ Height: 2 });
    expect(said.filter((line) => /warning: the statistic "Height" is no number/.test(line))).toHaveLength(1);
  });

  it('sums up what several Unitys measured together, and takes the most recent of the first one alone', async () => {
    const { world, met } = await openWorld({ ports: [0, 0] });
    const { average, sum, mostRecent } = AGGREGATION;
    for (const [unity, port] of world.ports.entries()) {
      const messages = [
        { kind: 'statistic', name: 'Height', value: 1 + unity, aggregation: average },
        { kind: 'statistic', name: 'Jumps', value: 3, aggregation: sum },
        { kind: 'statistic', name: 'Level', value: 7 + unity, aggregation: mostRecent },
      ] as const;
      const player = await play(port, A);
      if (unity === 1) new Echo(met.get('A')!.environments[1]!).run();
      await player.tell({ [A.key]: [{ id: 0, sees: [1] }] });
      await player.tell({ [A.key]: [{ id: 0, sees: [2] }] }, encodeSideChannels(messages));
    }
    const taken = met.get('A')!.environments.map((environment) => environment.statistics!());
    expect(aggregated(Object.assign({}, ...taken))).toEqual({ Height: 1.5, Jumps: 6, Level: 7 });
  });

  it('answers messages without agents, with lists that are empty, and with agents that nobody told of', async () => {
    const { port, said } = await openWorld();
    const unity = await play(port, A);
    for (const says of [{}, { [A.key]: [] }, { 'C?team=0': [{ id: 9, sees: [1] }] }]) {
      const reply = await unity.tell(says);
      expect(reply.header!.status).toBe(STATUS.ok);
      expect(reply.unity_input!.rl_input).not.toBeNull();
      expect(actionsIn(reply)).toEqual({});
    }
    expect(said.filter((line) => line.includes('left alone'))).toHaveLength(1);
  });
});

describe('the agents of a behaviour', () => {
  async function living() {
    const world = await openWorld();
    const unity = await play(world.port, A);
    const tell = async (...says: Parameters<ScriptedUnity['tell']>[0][string]) =>
      actionsIn(await unity.tell({ [A.key]: says }))[A.key]?.map(([action]) => Math.round(100 * action!));
    return { ...world, unity, tell, lived: () => world.met.get('A')!.echo.lived };
  }

  it('get back what came of their own decisions, whoever else is there', async () => {
    const { tell, lived } = await living();
    await tell({ id: 0, sees: [1] }, { id: 1, sees: [10] });
    await tell({ id: 1, sees: [20], earned: 5 }, { id: 7, sees: [70] }, { id: 0, sees: [2], earned: 0.5 });
    await tell({ id: 7, sees: [80], earned: -1 });
    await tell({ id: 0, sees: [3], earned: 0.25, groupEarned: 1 });
    expect(lived()).toEqual([
      { row: 0, saw: 1, earned: 0.5, ended: 'no', thenSaw: 2 },
      { row: 1, saw: 10, earned: 5, ended: 'no', thenSaw: 20 },
      { row: 2, saw: 70, earned: -1, ended: 'no', thenSaw: 80 },
      { row: 0, saw: 2, earned: 1.25, ended: 'no', thenSaw: 3 },
    ]);
  });

  it('may end an episode and begin the next one within a message', async () => {
    const { tell, lived } = await living();
    await tell({ id: 0, sees: [1] });
    const actions = await tell({ id: 0, sees: [9], earned: 2, ended: 'terminated' }, { id: 0, sees: [5], earned: 100 });
    expect(actions).toEqual([5]);
    await tell({ id: 0, sees: [6], earned: 3 });
    expect(lived()).toEqual([
      { row: 0, saw: 1, earned: 2, ended: 'terminated', thenSaw: 9 },
      // What was earned before the first decision of an episode belongs to none.
      { row: 0, saw: 5, earned: 3, ended: 'no', thenSaw: 6 },
    ]);
  });

  it('may end their episodes in messages in which nobody asks', async () => {
    const { tell, lived } = await living();
    await tell({ id: 0, sees: [1] }, { id: 1, sees: [10] });
    expect(await tell({ id: 1, sees: [11], earned: 7, ended: 'truncated' })).toBeUndefined();
    expect(await tell({ id: 0, sees: [2], earned: 1 }, { id: 1, sees: [20] })).toEqual([2, 20]);
    expect(lived()).toEqual([
      { row: 0, saw: 1, earned: 1, ended: 'no', thenSaw: 2 },
      { row: 1, saw: 10, earned: 7, ended: 'truncated', thenSaw: 11 },
    ]);
  });

  it('whose episode ends after they asked are answered, and nothing is made of that answer', async () => {
    const { tell, lived } = await living();
    await tell({ id: 0, sees: [1] }, { id: 1, sees: [10] });
    const actions = await tell(
      { id: 0, sees: [2], earned: 1 },
      { id: 1, sees: [20], earned: 5 },
      { id: 0, sees: [3], earned: 2, ended: 'terminated' },
    );
    expect(actions).toEqual([0, 20]);
    await tell({ id: 0, sees: [4] }, { id: 1, sees: [30], earned: 6 });
    await tell({ id: 0, sees: [5], earned: 8 });
    expect(lived()).toEqual([
      { row: 0, saw: 1, earned: 3, ended: 'terminated', thenSaw: 3 },
      { row: 1, saw: 10, earned: 5, ended: 'no', thenSaw: 20 },
      { row: 1, saw: 20, earned: 6, ended: 'no', thenSaw: 30 },
      { row: 0, saw: 4, earned: 8, ended: 'no', thenSaw: 5 },
    ]);
  });

  it('may ask and end before they ever decided', async () => {
    const { tell, lived } = await living();
    expect(await tell({ id: 4, sees: [9], earned: 1, ended: 'terminated' })).toBeUndefined();
    expect(await tell({ id: 5, sees: [1] }, { id: 5, sees: [2], ended: 'truncated' })).toEqual([0]);
    await tell({ id: 5, sees: [3] });
    await tell({ id: 5, sees: [4], earned: 1 });
    expect(lived()).toEqual([{ row: 0, saw: 3, earned: 1, ended: 'no', thenSaw: 4 }]);
  });

  it('that are replaced each episode take the rows of those that have gone', async () => {
    const { tell, met } = await living();
    for (let id = 0; id < 60; id++) {
      await tell({ id, sees: [1] });
      await tell({ id, sees: [2], earned: 1, ended: 'terminated' });
    }
    const { environments, echo } = met.get('A')!;
    expect(environments[0]!.agents).toBeLessThan(15);
    expect(echo.lived.every(({ earned, ended }) => earned === 1 && ended === 'terminated')).toBe(true);
  });

  it('tell of their episodes: how long they were, and what they earned', async () => {
    const episodes: Episode[] = [];
    const { port } = await openWorld({
      onBehavior(_behavior, [environment]) {
        const run = async () => {
          await environment!.reset();
          for (;;) episodes.push(...(await environment!.step(new Float32Array(environment!.agents))).episodes);
        };
        run();
      },
    });
    const unity = await play(port, A);
    const tell = (...says: Parameters<ScriptedUnity['tell']>[0][string]) => unity.tell({ [A.key]: says });
    await tell({ id: 0, sees: [1], earned: 50 }, { id: 1, sees: [1] });
    await tell({ id: 0, sees: [1], earned: 2 }, { id: 1, sees: [1], earned: 1, ended: 'terminated' });
    await tell({ id: 0, sees: [1], earned: 3, ended: 'truncated' }, { id: 1, sees: [1] });
    await tell({ id: 1, sees: [1], earned: 4, ended: 'terminated' }, { id: 0, sees: [1] });
    expect(episodes).toEqual([
      { agent: 1, episode: 0, reward: 1, decisions: 1, truncated: false, details: {} },
      { agent: 0, episode: 0, reward: 5, decisions: 2, truncated: true, details: {} },
      { agent: 1, episode: 1, reward: 4, decisions: 1, truncated: false, details: {} },
    ]);
  });
});

describe('two behaviours', () => {
  it('are answered in one reply, each by its own policy', async () => {
    const { port, met } = await openWorld();
    const unity = await play(port, A, B);
    await unity.tell({ [A.key]: [{ id: 0, sees: [10] }] });
    const both = await unity.tell({ [B.key]: [{ id: 1, sees: [30, 0] }], [A.key]: [{ id: 0, sees: [20], earned: 1 }] });
    const [two, three] = [0.2, 0.3].map(Math.fround);
    expect(actionsIn(both)).toEqual({ [A.key]: [[two]], [B.key]: [[three, three]] });
    await unity.tell({ [B.key]: [{ id: 1, sees: [40, 0], earned: 9 }] });
    expect(met.get('A')!.echo.lived).toHaveLength(1);
    expect(met.get('B')!.echo.lived).toEqual([{ row: 0, saw: 30, earned: 9, ended: 'no', thenSaw: 40 }]);
  });

  it('of one name and several teams learn as one', async () => {
    const { port, met, said } = await openWorld();
    const [home, guests] = [{ key: 'A?team=0' }, { key: 'A?team=1' }];
    const unity = await play(port, home, guests);
    const reply = await unity.tell({
      [home.key]: [{ id: 0, sees: [10] }],
      [guests.key]: [
        { id: 1, sees: [20] },
        { id: 2, sees: [30] },
      ],
    });
    const [one, two, three] = [0.1, 0.2, 0.3].map(Math.fround);
    expect(actionsIn(reply)).toEqual({ [home.key]: [[one]], [guests.key]: [[two], [three]] });
    expect([...met.keys()]).toEqual(['A']);
    expect(said).toContain('warning: behaviour A has several teams: they learn as one');
  });
});

describe('Stop and Play', () => {
  it('twenty times over lose no more than the decisions under way', async () => {
    const { port, met, said } = await openWorld();
    for (let session = 0; session < 20; session++) {
      const unity = await play(port, A);
      await unity.tell({ [A.key]: [{ id: 0, sees: [session] }] });
      await unity.tell({ [A.key]: [{ id: 0, sees: [50], earned: session }] });
      expect((await unity.stop()).header!.status).toBe(STATUS.end);
    }
    const unity = await play(port, A);
    await unity.tell({ [A.key]: [{ id: 0, sees: [20] }] });
    const { environments, echo } = met.get('A')!;
    expect(environments[0]!.agents).toBe(1);
    expect(echo.lost).toHaveLength(20);
    expect(echo.lived.map(({ earned }) => earned)).toEqual(Array.from({ length: 20 }, (_, session) => session));
    expect(said.filter((line) => line === 'ended 0: stopped')).toHaveLength(20);
  });

  it('work on one connection as well', async () => {
    const { port, said } = await openWorld();
    const unity = await play(port, A);
    await unity.tell({ [A.key]: [{ id: 0, sees: [1] }] });
    await unity.introduce();
    await unity.getReady();
    expect(actionsIn(await unity.tell({ [A.key]: [{ id: 0, sees: [2] }] }))[A.key]).toHaveLength(1);
    expect(said.filter((line) => line.startsWith('Connected to Unity'))).toHaveLength(2);
  });

  it('is not told of by a Unity that crashes, and does no harm', async () => {
    const { port, met, said } = await openWorld();
    const unity = await play(port, A);
    await unity.tell({ [A.key]: [{ id: 0, sees: [1] }] });
    unity.connection.close();
    await vi.waitUntil(() => said.includes('ended 0: lost'));
    const again = await play(port, A);
    await again.tell({ [A.key]: [{ id: 0, sees: [5] }] });
    await again.tell({ [A.key]: [{ id: 0, sees: [6], earned: 1 }] });
    expect(met.get('A')!.echo.lost).toEqual([0]);
    expect(met.get('A')!.echo.lived).toEqual([{ row: 0, saw: 5, earned: 1, ended: 'no', thenSaw: 6 }]);
  });

  it('in the midst of an answer that takes long gets its own answer', async () => {
    const decide: (() => void)[] = [];
    const told: number[] = [];
    const { port } = await openWorld({
      onBehavior(_behavior, [environment]) {
        const run = async () => {
          let observations = await environment!.reset();
          for (;;) {
            told.push(observations[0]!);
            await new Promise<void>((resolve) => decide.push(resolve));
            ({ observations } = await environment!.step(Float32Array.of(observations[0]! / 100)));
          }
        };
        run();
      },
    });
    const first = await play(port, A);
    const unanswered = first.tell({ [A.key]: [{ id: 0, sees: [1] }] });
    await vi.waitUntil(() => told.length === 1);
    const second = await play(port, A);
    expect((await unanswered).header!.status).toBe(STATUS.end);
    const asked = second.tell({ [A.key]: [{ id: 0, sees: [2] }] });
    decide.shift()!();
    await vi.waitUntil(() => decide.length === 1);
    decide.shift()!();
    expect(actionsIn(await asked)[A.key]).toEqual([[Math.fround(0.02)]]);
  });
});

describe('parameters that change', () => {
  const sampler: Sampler = { sampler_type: 'uniform', sampler_parameters: { seed: -1, min_value: 1, max_value: 2 } };
  const sampled = (seed: number) => ({ kind: 'uniformParameter', name: 'mass', seed, minimum: 1, maximum: 2 });
  const gravity = (value: number) => ({ kind: 'parameter', name: 'gravity', value });

  it('are told with the next answer, once, and to a Unity that comes later with the first', async () => {
    const { port, met } = await openWorld({ parameters: { gravity: 9, mass: sampler } });
    const unity = await play(port, A);
    expect(messagesIn(await unity.tell({ [A.key]: [{ id: 0, sees: [1] }] }))).toEqual([]);
    const [environment] = met.get('A')!.environments;
    // A sampler that stays as it is goes on with its numbers.
    environment!.setParameters!({ gravity: 7, mass: sampler });
    expect(messagesIn(await unity.tell({}))).toEqual([gravity(7)]);
    expect(messagesIn(await unity.tell({}))).toEqual([]);
    environment!.setParameters!({ gravity: 5 });
    const later = await play(port, A);
    expect(later.instructions.slice(0, 2)).toEqual([gravity(5), sampled(8)]);
    expect(messagesIn(await later.tell({}))).toEqual([]);
    environment!.setParameters!({ mass: { ...sampler } });
    expect(messagesIn(await later.tell({}))).toEqual([sampled(8)]);
  });

  it('are told to each Unity', async () => {
    const { world, met } = await openWorld({ ports: [0, 0], parameters: { gravity: 9 } });
    const both = [await play(world.ports[0]!, A), await play(world.ports[1]!, A)];
    await both[0]!.tell({ [A.key]: [{ id: 0, sees: [1] }] });
    for (const environment of met.get('A')!.environments) environment.setParameters!({ gravity: 7 });
    for (const unity of both) expect(messagesIn(await unity.tell({}))).toEqual([gravity(7)]);
  });

  /** A behaviour that is answered by hand. */
  class ByHand {
    readonly seen: number[] = [];
    readonly lost: number[][] = [];
    #environment: Environment;
    #decide: (how: 'acts' | 'resets') => void = () => {};

    constructor(environment: Environment) {
      this.#environment = environment;
      this.#run();
    }

    /** It acts, or lets all begin anew. */
    decide(how: 'acts' | 'resets'): void {
      this.#decide(how);
    }

    async #run(): Promise<void> {
      let observations = await this.#environment.reset();
      for (;;) {
        this.seen.push(observations[0]!);
        const how = await new Promise((resolve) => {
          this.#decide = resolve;
        });
        if (how === 'resets') observations = await this.#environment.reset();
        else {
          const step = await this.#environment.step(new Float32Array(this.#environment.agents));
          this.lost.push(Array.from(step.present!.lost));
          ({ observations } = step);
        }
      }
    }
  }

  async function byHand() {
    const hands: Record<string, ByHand> = {};
    const environments: Record<string, Environment> = {};
    const world = await openWorld({
      parameters: { gravity: 9 },
      onBehavior({ name }, [environment]) {
        hands[name] = new ByHand(environment!);
        environments[name] = environment!;
      },
    });
    /** Once the behaviour has been asked so many times, it does that. */
    const once = async (name: string, asked: number, how: 'acts' | 'resets') => {
      await vi.waitUntil(() => hands[name]?.seen.length === asked);
      hands[name]!.decide(how);
    };
    return { ...world, hands, environments, once };
  }

  it('with a reset let all agents begin anew, of every behaviour: nothing comes of what they decided last', async () => {
    const other = { key: 'B?team=0' };
    const { port, hands, environments, once } = await byHand();
    const unity = await play(port, A, other);
    const says = (sight: number) => ({ [A.key]: [{ id: 0, sees: [sight] }], [other.key]: [{ id: 1, sees: [sight] }] });
    const first = unity.tell(says(1));
    await once('A', 1, 'acts');
    await once('B', 1, 'acts');
    expect((await first).unity_input!.rl_input!.command).toBe(COMMAND.step);

    const second = unity.tell(says(2));
    await once('B', 2, 'acts');
    environments['A']!.setParameters!({ gravity: 7 });
    await once('A', 2, 'resets');
    const reply = await second;
    expect(reply.unity_input!.rl_input!.command).toBe(COMMAND.reset);
    expect(messagesIn(reply)).toEqual([gravity(7)]);
    expect(actionsIn(reply)).toEqual({});

    const third = unity.tell(says(3));
    await once('B', 3, 'acts');
    await once('A', 3, 'acts');
    expect(actionsIn(await third)).toEqual({ [A.key]: [[0]], [other.key]: [[0]] });
    expect(hands['A']!.seen).toEqual([1, 2, 3]);
    // Of the decisions after which messages came: B's second was lost.
    expect(hands['B']!.lost).toEqual([[0], [1]]);
    expect(hands['A']!.lost).toEqual([[0]]);
  });

  it('with a reset let those begin anew too who came while it was thought about', async () => {
    const { port, hands, once } = await byHand();
    const first = await play(port, A);
    const unanswered = first.tell({ [A.key]: [{ id: 0, sees: [1] }] });
    await vi.waitUntil(() => hands['A']?.seen.length === 1);
    const second = await play(port, A);
    expect((await unanswered).header!.status).toBe(STATUS.end);
    const asked = second.tell({ [A.key]: [{ id: 0, sees: [2] }] });
    // That it has arrived is seen by nothing but its answer.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await once('A', 1, 'resets');
    expect((await asked).unity_input!.rl_input!.command).toBe(COMMAND.reset);
    const again = second.tell({ [A.key]: [{ id: 0, sees: [3] }] });
    await once('A', 2, 'acts');
    expect(actionsIn(await again)).toEqual({ [A.key]: [[0]] });
    expect(hands['A']!.seen).toEqual([1, 3]);
  });
});

describe('the end of training', () => {
  it('is told to a Unity that waits, and to one that comes later', async () => {
    const { world, port, met } = await openWorld({
      onBehavior: (behavior, environments) => {
        met.set(behavior.name, { behavior, environments, echo: new Echo(environments[0]!) });
      },
    });
    const unity = await play(port, A);
    const waiting = unity.tell({ [A.key]: [{ id: 0, sees: [1] }] });
    await vi.waitUntil(() => met.has('A'));
    world.dismiss();
    expect((await waiting).header!.status).toBe(STATUS.end);
    expect((await unity.tell({ [A.key]: [{ id: 0, sees: [2] }] })).header!.status).toBe(STATUS.end);
    expect((await ScriptedUnity.dial(port, A).introduce()).header!.status).toBe(STATUS.end);
  });
});
