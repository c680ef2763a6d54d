import { describe, expect, it } from 'vitest';
import type { SideChannelMessage } from '../../../../envs/unity/protocol/side-channels.ts';
import { observationNames } from '../../../../envs/walker/observation.ts';
import { walkerRig } from '../../../../envs/walker/rig.ts';
import { failureOf, join, playAgainst, pointingWorld, walkerWorld } from './playing.ts';
import { scriptedTrainer } from './scripted-trainer.ts';

const stop = { status: 400 };
/** Along the goal frame's z axis the goal's velocity is the target speed. */
const goalSpeed = observationNames(walkerRig).indexOf('goal velocity z');

/** Decisions until the first walker of some falls, doing nothing; at most so many. */
async function decisionsUntilFall(messages: readonly SideChannelMessage[], most = 40): Promise<number> {
  let fell = most;
  await playAgainst(
    {
      world: walkerWorld,
      first: { sideChannels: messages },
      answer({ number, ended }) {
        if (ended.length > 0) fell = Math.min(fell, number);
        return ended.length > 0 || number === most ? stop : {};
      },
    },
    { agents: 2 },
  );
  return fell;
}

const gravity = (value: number) => ({ kind: 'parameter', name: 'gravity', value }) as const;

describe("the trainer's wishes", () => {
  it('gravity: what weighs more falls sooner, and what weighs nothing does not fall', async () => {
    const [none, light, heavy] = [
      await decisionsUntilFall([gravity(0)]),
      await decisionsUntilFall([gravity(5)]),
      await decisionsUntilFall([gravity(40)]),
    ];
    expect(none).toBe(40);
    expect(light).toBeLessThan(none);
    expect(heavy).toBeLessThan(light);
  });

  it('count from the next episode of each agent, or for all at once with a reset', async () => {
    const speeds: number[][] = [];
    const both = (value: number): SideChannelMessage[] => [
      { kind: 'parameter', name: 'target_speed_min', value },
      { kind: 'parameter', name: 'target_speed_max', value },
    ];
    let firstEnd = -1;
    await playAgainst(
      {
        world: walkerWorld,
        first: { sideChannels: [...both(2), gravity(40)] },
        answer({ number, deciding, ended }) {
          speeds.push(deciding.map(({ observations }) => observations[0]!.float_data!.data[goalSpeed]!));
          if (number === 0) return { sideChannels: both(3) };
          if (ended.length > 0 && firstEnd < 0) {
            firstEnd = number;
            return { sideChannels: both(4), command: 'reset' };
          }
          return number === firstEnd + 1 ? stop : {};
        },
      },
      { agents: 2 },
    );
    for (const before of speeds.slice(0, firstEnd)) expect(before).toEqual([2, 2]);
    expect(speeds[firstEnd]).toContain(3);
    expect(speeds[firstEnd + 1]).toEqual([4, 4]);
  });

  it('samplers: every episode has a number of its own, drawn on this side, the same for the same seed', async () => {
    const sampler = { kind: 'uniformParameter', name: 'target_speed_max', seed: 4, minimum: 1, maximum: 9 } as const;
    const speedsOf = async () => {
      const speeds: number[] = [];
      await playAgainst(
        {
          world: walkerWorld,
          first: { sideChannels: [{ kind: 'parameter', name: 'target_speed_min', value: 1 }, sampler, gravity(60)] },
          answer({ number, deciding, ended }) {
            const begun = number === 0 ? deciding : deciding.filter(({ id }) => ended.some((end) => end.id === id));
            speeds.push(...begun.map(({ observations }) => observations[0]!.float_data!.data[goalSpeed]!));
            return speeds.length >= 8 ? stop : {};
          },
        },
        { agents: 2 },
      );
      return speeds;
    };
    const speeds = await speedsOf();
    expect(new Set(speeds).size).toBe(speeds.length);
    expect(await speedsOf()).toEqual(speeds);
  });

  it('that make no sense together end the session with their names, and a goodbye', async () => {
    const speed = { kind: 'parameter', name: 'target_speed_min', value: 50 } as const;
    const { behavior } = walkerWorld;
    const trainer = await scriptedTrainer({ behavior, first: { sideChannels: [speed] }, answer: () => ({}) });
    const error = await failureOf(join(trainer.port, { world: walkerWorld, agents: 2, workers: 2 }));
    trainer.close();
    expect(trainer.requests.map((request) => request.toString('hex')).slice(1)).toEqual(['0a0308c801', '0a03089003']);
    expect(error.message).toMatch(/smallest target speed is above the greatest.*50/);
  });

  it('about screens, and whatever is only to be known, are taken; an unknown channel is named once', async () => {
    const channel = '01234567-89ab-cdef-0123-456789abcdef';
    const raw = { kind: 'raw', channel, payload: new Uint8Array(3) } as const;
    const { told } = await playAgainst({
      first: {
        sideChannels: [
          { kind: 'screenResolution', width: 84, height: 84 },
          { kind: 'qualityLevel', level: 5 },
          { kind: 'timeScale', scale: 20 },
          { kind: 'targetFrameRate', rate: -1 },
          { kind: 'captureFrameRate', rate: 60 },
          { kind: 'analytics', name: 'TrainingEnvironmentInitialized', message: { num_envs: 1 } },
          raw,
        ],
      },
      answer: ({ number }) => (number === 3 ? stop : { sideChannels: [raw] }),
    });
    expect(told.filter((line) => line.includes(channel))).toHaveLength(1);
    expect(told).toHaveLength(3); // connected, the channel, over
  });

  it('real time: no faster than the time scale says', async () => {
    const slow = { ...pointingWorld, seconds: 0.02 }; // a decision lasts 0.1 s
    const secondsAt = async (scale: number, realTime: boolean) => {
      let began = 0;
      let seconds = 0;
      await playAgainst(
        {
          world: slow,
          first: { sideChannels: [{ kind: 'timeScale', scale }] },
          answer({ number }) {
            if (number === 0) began = performance.now();
            seconds = (performance.now() - began) / 1000;
            return number === 4 ? stop : {};
          },
        },
        { realTime },
      );
      return seconds;
    };
    // Four decisions, less what the first message took to come: on a busy machine half a decision is not much.
    expect(await secondsAt(1, true)).toBeGreaterThanOrEqual(0.35);
    expect(await secondsAt(2, true)).toBeGreaterThanOrEqual(0.175);
  });
});

describe('a trainer that breaks the protocol gets a named end', () => {
  const header = { status: 200 };
  const zeros = new Float32Array(2);

  it.each([
    ['no rl_input', { message: { header, unity_input: {} } }, /no rl_input/],
    ['too few actions', { actions: [zeros] }, /fewer actions than agents asked; got 1; expected 3/],
    ['an action of another size', { actions: [zeros, zeros, new Float32Array(5)] }, /another size; got 5/],
    ['an action that is no number', { actions: [zeros, zeros, Float32Array.of(0, Number.NaN)] }, /no number; got NaN/],
    [
      'an unknown behaviour',
      { message: { header, unity_input: { rl_input: { agent_actions: { 'Other?team=0': { value: [] } } } } } },
      /not here; got "Other\?team=0"; expected Pointer\?team=0/,
    ],
    ['bytes that are no message', { bytes: Uint8Array.of(0x0a, 0xff) }, /no message of ML-Agents/],
    ['a refusal', { error: { code: 3, details: 'what is this?' } }, /refused a message; got "what is this\?"/],
    [
      'too small a limit',
      { error: { code: 8, details: 'larger than max' } },
      /no message as large.*fewer --num-agents/,
    ],
  ])('%s', async (_name, said, expected) => {
    const error = await failureOf(playAgainst({ answer: () => said }));
    expect(error.message).toMatch(expected);
  });

  it.each([
    [
      'without capabilities',
      { message: { header, unity_input: { rl_initialization_input: { seed: 1 } } } },
      /no capabilities/,
    ],
    ['without itself', { message: { header, unity_input: {} } }, /no rl_initialization_input/],
    ['that ends the session', { message: { header: { status: 400 } } }, /refused this session; got "status 400"/],
  ])('a greeting %s', async (_name, greeting, expected) => {
    const error = await failureOf(playAgainst({ greeting, answer: () => ({}) }));
    expect(error.message).toMatch(expected);
  });

  it('but no action, or more than were asked for, is none', async () => {
    let moved = 0;
    const { ending } = await playAgainst({
      answer({ number, deciding }) {
        moved += deciding.filter(({ reward }) => reward !== 0).length;
        if (number === 4) return stop;
        return { actions: number % 2 ? [] : [zeros, zeros, zeros, zeros, zeros] };
      },
    });
    expect(ending).toBe('the trainer ended the session');
    expect(moved).toBeGreaterThan(8);
  });
});
