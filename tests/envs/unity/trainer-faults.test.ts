/** Unities that say what they should not: each loses its session, and the next one finds everything in order. */
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { STATUS } from '../../../envs/unity/protocol/messages.ts';
import { decodeMessage, encodeMessage } from '../../../envs/unity/protocol/wire.ts';
import { dialTrainer } from './dial-trainer.ts';
import { closeWorlds, openWorld, play } from './open-world.ts';
import { actionsIn, type Says, ScriptedUnity } from './scripted-unity.ts';

const A = { key: 'A?team=0' };

afterEach(closeWorlds);

/** A Unity that plays, and has decided once. */
async function playing(changes: Parameters<typeof openWorld>[0] = {}, behavior = A) {
  const world = await openWorld(changes);
  const unity = await play(world.port, behavior);
  await unity.tell({ [behavior.key]: [{ id: 0, sees: [1, 2] }] });
  return { ...world, unity };
}

/** That another Unity can play, and that nothing of the one before is left but what came of its decisions. */
async function expectInOrder({ port, met }: Awaited<ReturnType<typeof openWorld>>) {
  const unity = await play(port, A);
  expect(actionsIn(await unity.tell({ [A.key]: [{ id: 0, sees: [50, 0] }] }))[A.key]).toHaveLength(1);
  await unity.tell({ [A.key]: [{ id: 0, sees: [60, 0], earned: 0.5 }] });
  expect(met.get('A')!.echo.lived.at(-1)).toEqual({ row: 0, saw: 50, earned: 0.5, ended: 'no', thenSaw: 60 });
}

describe('a message that is refused', () => {
  it.each<[string, readonly Says[], RegExp]>([
    ['a reward of NaN', [{ id: 3, sees: [1, 2], earned: Number.NaN }], /agent 3: a reward that is no number; got NaN/],
    [
      'an endless reward',
      [{ id: 3, sees: [1, 2], groupEarned: Number.POSITIVE_INFINITY }],
      /a reward that is no number/,
    ],
    [
      'an observation of NaN',
      [
        { id: 0, sees: [1, 2] },
        { id: 3, sees: [1, Number.NaN] },
      ],
      /behaviour A\?team=0, agent 3, sensor Sensor0, value 1: an observation that is no number/,
    ],
    [
      'an observation of another size',
      [{ id: 3, sees: [1, 2, 3] }],
      /agent 3: an observation has changed its size; got "3 values of Sensor0"; expected 2/,
    ],
    [
      'a sensor too many',
      [{ id: 3, sees: [[1, 2], [3]] }],
      /an observation has changed its size; got "2 sensors"; expected 1/,
    ],
  ])('for %s says who sent what', async (_what, says, message) => {
    const world = await playing();
    await expect(world.unity.tell({ [A.key]: says })).rejects.toThrow(message);
    expect(world.said.filter((line) => line.startsWith('refused'))).toEqual([expect.stringMatching(message)]);
    expect(world.said.at(-1)).toBe('ended 0: refused');
    // Its session is over, whatever it says.
    expect((await world.unity.tell({ [A.key]: [{ id: 0, sees: [1, 2] }] })).header!.status).toBe(STATUS.end);
    await expectInOrder(world);
    expect(world.met.get('A')!.echo.lost).toEqual([0]);
    expect(world.met.get('A')!.echo.lived).toHaveLength(1);
  });

  it('for bytes that are no protobuf says so', async () => {
    const world = await playing();
    const bytes = encodeMessage(world.unity.message({ [A.key]: [{ id: 0, sees: [1, 2] }] }));
    for (const broken of [bytes.subarray(0, bytes.length - 3), Uint8Array.of(0xff, 0xff, 0xff), new Uint8Array(0)]) {
      const connection = dialTrainer(`127.0.0.1:${world.port}`);
      await expect(connection.exchangeBytes(broken)).rejects.toThrow(
        /a message that is none of ML-Agents|without a header/,
      );
      connection.close();
    }
    // It was another connection's: the session goes on.
    await world.unity.tell({ [A.key]: [{ id: 0, sees: [3, 2], earned: 1 }] });
    await expect(world.unity.connection.exchangeBytes(bytes.subarray(0, 9))).rejects.toThrow(/none of ML-Agents/);
    expect(world.said.at(-1)).toBe('ended 0: refused');
    await expectInOrder(world);
  });

  it('for a side channel that is cut off says so', async () => {
    const world = await playing();
    const says = { [A.key]: [{ id: 0, sees: [1, 2] }] };
    await expect(world.unity.tell(says, Uint8Array.of(1, 2, 3))).rejects.toThrow(/a side channel that is none/);
    await expectInOrder(world);
  });

  it('for a second one before the first was answered says so', async () => {
    const world = await openWorld({ onBehavior() {} }); // nobody ever decides
    const unity = await play(world.port, A);
    const first = unity.tell({ [A.key]: [{ id: 0, sees: [1, 2] }] });
    await vi.waitUntil(() => world.said.some((line) => line.includes('Connected new brain')));
    await expect(unity.tell({})).rejects.toThrow(/before the last one was answered/);
    expect((await first).header!.status).toBe(STATUS.end);
  });
});

describe('a behaviour', () => {
  it('without settings ends the session with the name of it', async () => {
    const world = await openWorld({ refuses: 'B' });
    const unity = await play(world.port, A, { key: 'B?team=0' });
    await unity.tell({ [A.key]: [{ id: 0, sees: [1, 2] }] });
    await expect(unity.tell({ 'B?team=0': [{ id: 1, sees: [1] }] })).rejects.toThrow(/no settings; got "B"/);
    expect(world.said).toContain('unfit: behaviour B?team=0: the behaviour has no settings; got "B"');
    await expectInOrder(world);
  });

  it('that is no longer what it was ends the session with what changed', async () => {
    const world = await playing();
    await world.unity.stop();
    for (const [behavior, sees, message] of [
      [A, [1, 2, 3], /2 observations, now 3/],
      [{ ...A, actionSize: 4 }, [1, 2], /1 actions, now 4/],
      [A, [[1], [2]], /sensors of 2, now 1 \+ 1/],
    ] as const) {
      const unity = await play(world.port, behavior);
      await expect(unity.tell({ [A.key]: [{ id: 0, sees }] })).rejects.toThrow(message);
      expect(world.said.at(-2)).toMatch(/^unfit: /);
    }
    await expectInOrder(world);
  });

  it.each([
    [{ ...A, branches: [3, 2] }, /discrete actions are not supported yet; got "2 branches of 3, 2"/],
    [{ ...A, actionSize: 0 }, /it has no continuous actions/],
  ])('with actions that are not trained here is refused by name (%#)', async (behavior, message) => {
    const { port, said } = await openWorld();
    const unity = await play(port, behavior);
    await expect(unity.tell({ [A.key]: [{ id: 0, sees: [1] }] })).rejects.toThrow(message);
    expect(said.at(-2)).toMatch(/^unfit: /);
  });

  const floats = (count: number) => ({ float_data: { data: new Float32Array(count) } });
  it.each([
    [
      { shape: [3, 84, 84], compressed_data: Uint8Array.of(1) },
      /visual observations are not supported yet; got "Eye, shape 3 x 84 x 84"; expected a vector: a shape of one number/,
    ],
    [{ shape: [2, 4, 4], ...floats(32), dimension_properties: [1, 2, 2] }, /visual.*shape 2 x 4 x 4/],
    [{ shape: [4, 4, 2], ...floats(32) }, /visual.*shape 4 x 4 x 2/],
    [
      { shape: [20, 4], ...floats(80), dimension_properties: [4, 1] },
      /observations of variable length are not supported yet; got "Eye, shape 20 x 4"; expected a vector/,
    ],
    [{ shape: [5], ...floats(5), dimension_properties: [4] }, /variable length.*shape 5"/],
    [
      { shape: [20, 4], ...floats(80), dimension_properties: [1, 1] },
      /observations of 2 dimensions are not supported yet; got "Eye, shape 20 x 4"; expected a vector.*one after the other/,
    ],
    [{ shape: [2, 2, 2], ...floats(8), dimension_properties: [1, 1, 1] }, /of 3 dimensions.*shape 2 x 2 x 2/],
    [{ shape: [], ...floats(1) }, /of 0 dimensions.*shape none/],
    [
      { shape: [3], ...floats(2), dimension_properties: [1] },
      /not as long as its shape says; got "Eye, shape 3"; expected 2/,
    ],
    [{ shape: [3] }, /not as long as its shape says.*expected 0/],
  ])('with observations that are not trained here is refused by name (%#)', async (observation, message) => {
    const { port } = await openWorld();
    const unity = await play(port, A);
    const header = { status: STATUS.ok };
    const brain_parameters = [{ brain_name: A.key, action_spec: { num_continuous_actions: 1 } }];
    const agentInfos = { [A.key]: { value: [{ id: 0, observations: [{ name: 'Eye', ...observation }] }] } };
    const unity_output = { rl_output: { agentInfos }, rl_initialization_output: { brain_parameters } };
    await expect(unity.connection.exchange({ header, unity_output })).rejects.toThrow(message);
  });
});

describe('a Unity', () => {
  it.each(['0.9.0', '2.0.0', '', 'newest'])('of version %j is told to stop, and why', async (version) => {
    const world = await openWorld();
    const unity = ScriptedUnity.dial(world.port, A);
    const first = await unity.introduce(version);
    if (version === '') {
      // Without a version it is no introduction.
      expect(first.header!.status).toBe(STATUS.end);
    } else {
      expect(first.unity_input!.rl_initialization_input!.communication_version).toBe('1.5.0');
      expect((await unity.getReady()).header!.status).toBe(STATUS.end);
      expect(world.said).toContainEqual(
        expect.stringMatching(/^unfit: .*another version of the protocol.*update com.unity.ml-agents/),
      );
    }
    unity.connection.close();
    await expectInOrder(world);
  });

  it('of an older version that is understood is trained', async () => {
    const { port } = await openWorld();
    const unity = ScriptedUnity.dial(port, A);
    await unity.introduce('1.3.0');
    await unity.getReady();
    expect(actionsIn(await unity.tell({ [A.key]: [{ id: 0, sees: [1] }] }))[A.key]).toHaveLength(1);
    unity.connection.close();
  });

  it('may say goodbye at any point', async () => {
    const world = await openWorld();
    const goodbye = encodeMessage({ header: { status: STATUS.end } });
    const steps = [
      async () => {},
      (unity: ScriptedUnity) => unity.introduce(),
      (unity: ScriptedUnity) => unity.getReady(),
      (unity: ScriptedUnity) => unity.tell({ [A.key]: [{ id: 0, sees: [1, 2] }] }),
      (unity: ScriptedUnity) => unity.tell({ [A.key]: [{ id: 0, sees: [1, 2], earned: 1, ended: 'terminated' }] }),
    ];
    for (let last = 0; last < steps.length; last++) {
      const unity = ScriptedUnity.dial(world.port, A);
      for (const step of steps.slice(0, last + 1)) await step(unity);
      for (let times = 0; times < 2; times++) {
        expect(decodeMessage(await unity.connection.exchangeBytes(goodbye)).header!.status).toBe(STATUS.end);
      }
      unity.connection.close();
    }
    expect(world.said.filter((line) => line === 'ended 0: stopped')).toHaveLength(4);
    await expectInOrder(world);
  });

  it('that takes the place of another one is trained, and the other one told to stop', async () => {
    const world = await playing();
    const second = await play(world.port, A);
    expect(world.said).toContain('ended 0: replaced');
    expect((await world.unity.tell({ [A.key]: [{ id: 0, sees: [1, 2] }] })).header!.status).toBe(STATUS.end);
    await world.unity.stop();
    expect(actionsIn(await second.tell({ [A.key]: [{ id: 0, sees: [9, 2] }] }))[A.key]).toHaveLength(1);
    expect(world.said.filter((line) => line.startsWith('ended'))).toEqual(['ended 0: replaced']);
  });

  it('that disconnects in the middle of a message leaves nothing behind', async () => {
    const world = await openWorld();
    const unity = await play(world.port, A);
    await unity.tell({ [A.key]: [{ id: 0, sees: [1, 2] }] });
    const bytes = encodeMessage(unity.message({ [A.key]: [{ id: 0, sees: [1, 2] }] }));
    unity.connection.exchangeBytes(bytes).catch(() => {});
    unity.connection.close();
    await vi.waitUntil(() => world.said.includes('ended 0: lost'));
    await expectInOrder(world);
  });

  it('with a message of 9 MB is answered', async () => {
    const { port } = await openWorld();
    const unity = await play(port, A);
    const sees = Array.from({ length: 75_000 }, (_, index) => index);
    const says = Array.from({ length: 32 }, (_, id) => ({ id, sees }));
    expect(encodeMessage(unity.message({ [A.key]: says })).length).toBeGreaterThan(9e6);
    const fresh = await play(port, A);
    expect(actionsIn(await fresh.tell({ [A.key]: says }))[A.key]).toHaveLength(32);
  });
});

describe('something that is no Unity', () => {
  it('may knock at the port', async () => {
    const world = await playing();
    for (const words of [
      'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
      '\0\0\0\0',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense',
    ]) {
      const socket = connect(world.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(words);
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.destroy();
    }
    expect(actionsIn(await world.unity.tell({ [A.key]: [{ id: 0, sees: [3, 2], earned: 1 }] }))[A.key]).toHaveLength(1);
  });
});
