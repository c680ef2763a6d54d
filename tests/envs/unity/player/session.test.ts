import { describe, expect, it } from 'vitest';
import type { AgentInfoProto } from '../../../../envs/unity/protocol/messages.ts';
import { decodeMessage } from '../../../../envs/unity/protocol/wire.ts';
import { join, playAgainst, pointingWorld } from './playing.ts';
import { type ScriptedTrainer, scriptedTrainer } from './scripted-trainer.ts';

const { behavior } = pointingWorld;
const stop = { status: 400 };

describe('a session', () => {
  it('begins as Unity begins it, byte for byte', async () => {
    const { trainer, ending } = await playAgainst({ answer: () => stop });
    const [first, second, third] = trainer.requests;
    expect(first!.toString('hex')).toBe(
      '0a0308c801123212300a1041636164656d7953696e676c65746f6e1205312e352e303a05332e302e30420e0801100118012001280130013801',
    );
    expect(second!.toString('hex')).toBe('0a0308c801');
    const { unity_output } = decodeMessage(third!);
    expect(unity_output!.rl_initialization_output).toMatchObject({
      communication_version: '',
      brain_parameters: [
        {
          brain_name: 'Pointer?team=0',
          is_training: true,
          action_spec: { num_continuous_actions: behavior.actionSize },
        },
      ],
    });
    expect(unity_output!.rl_output!.agentInfos['Pointer?team=0']!.value).toHaveLength(3);
    // No goodbye to one that has ended the session itself.
    expect(trainer.requests).toHaveLength(3);
    expect(ending).toBe('the trainer ended the session');
  });

  it('tells of its behaviour once, and of every agent in every message, with one id for good', async () => {
    const announced: number[] = [];
    const ids: number[][] = [];
    await playAgainst({
      answer({ number, message, deciding }) {
        if (message.unity_output!.rl_initialization_output) announced.push(number);
        ids.push(deciding.map(({ id }) => id));
        return number === 30 ? stop : {};
      },
    });
    expect(announced).toEqual([0]);
    expect(ids).toEqual(Array.from({ length: 31 }, () => [0, 1, 2]));
  });

  it('tells of an end before the decision that follows, with the reward that was due, and starts the next at nothing', async () => {
    const ends: { end: AgentInfoProto; next: AgentInfoProto }[] = [];
    const order: boolean[][] = [];
    await playAgainst({
      answer({ number, infos, ended, deciding }) {
        order.push(infos.map(({ done }) => done));
        for (const end of ended) ends.push({ end, next: deciding.find(({ id }) => id === end.id)! });
        return number === 40 ? stop : {};
      },
    });
    expect(order.every((dones) => dones.join() === [...dones].sort().reverse().join())).toBe(true);
    expect(ends.length).toBeGreaterThan(5);
    expect(new Set(ends.map(({ end }) => end.max_step_reached))).toEqual(new Set([true, false]));
    for (const { end, next } of ends) {
      expect(end.reward).not.toBe(0);
      expect(next.reward).toBe(0);
      // The third number is the time since the episode began.
      expect(next.observations[0]!.float_data!.data[2]).toBe(0);
      expect(end.observations[0]!.float_data!.data[2]).toBeGreaterThan(0.1);
    }
  });

  it('loses no reward: what agents earned is what the trainer got', async () => {
    const got = [0, 0, 0];
    const { account } = await playAgainst({
      answer({ number, infos, deciding }) {
        for (const { id, reward } of infos) got[id]! += reward;
        return number === 200 ? stop : { actions: deciding.map(({ id }) => [id / 10, Math.sin(number)]) };
      },
    });
    expect([...account.rewards]).toEqual(got);
    expect(account).toMatchObject({ exchanges: 201, decisions: 603 });
    expect(account.episodes).toBeGreaterThan(60);
    expect(account.meanReward).not.toBeNull();
  });
});

describe('a reset', () => {
  it('begins every episode anew, with the same ids, no ends told and no action taken from its reply', async () => {
    const seen: { ids: number[]; dones: number; times: number[]; rewards: number[] }[] = [];
    const said = (number: number) => (number === 2 ? ({ command: 'reset' } as const) : number === 3 ? stop : {});
    await playAgainst({
      answer({ number, infos, ended }) {
        const data = infos.map(({ observations }) => observations[0]!.float_data!.data);
        seen.push({
          ids: infos.map(({ id }) => id),
          dones: ended.length,
          times: data.map((numbers) => numbers[2]!),
          rewards: infos.map(({ reward }) => reward),
        });
        return said(number);
      },
    });
    expect(seen[2]!.times.every((time) => time > 0)).toBe(true);
    expect(seen[3]).toEqual({ ids: [0, 1, 2], dones: 0, times: [0, 0, 0], rewards: [0, 0, 0] });
  });

  it('in the second reply has no effect: the first episodes are the same', async () => {
    const firsts: Float32Array[][] = [];
    for (const command of ['reset', 'quit', 'step'] as const) {
      await playAgainst({
        first: { command },
        answer({ infos }) {
          firsts.push(infos.map(({ observations }) => observations[0]!.float_data!.data));
          return stop;
        },
      });
    }
    expect(firsts).toEqual([firsts[0], firsts[0], firsts[0]]);
  });
});

describe('the end of a session', () => {
  it('comes with the command to quit, and the player says goodbye', async () => {
    const { ending, trainer } = await playAgainst({
      answer: ({ number }) => (number === 4 ? { command: 'quit' } : {}),
    });
    expect(ending).toBe('the trainer said quit');
    expect(trainer.requests).toHaveLength(2 + 5 + 1);
    expect(trainer.requests.at(-1)!.toString('hex')).toBe('0a03089003');
  });

  it.each([
    ['the trainer is interrupted', { code: 2, details: 'Exception calling application' }],
    ['the trainer is gone', { code: 14, details: 'Connection dropped' }],
  ])('comes without an error where %s', async (_name, error) => {
    const { ending, told } = await playAgainst({ answer: () => ({ error }) });
    expect(ending).toBe('the trainer is gone');
    expect(told.at(-1)).toContain(error.details);
  });

  it('comes where the connection breaks in the middle of a reply', async () => {
    const trainer: ScriptedTrainer = await scriptedTrainer({
      behavior,
      answer({ number }) {
        if (number < 3) return {};
        trainer.close();
        return undefined;
      },
    });
    expect((await join(trainer.port, {})).ending).toBe('the trainer ended the session');
  });

  it('when interrupted, tells the trainer, though it be silent', async () => {
    const interrupt = new AbortController();
    const session = playAgainst(
      {
        answer({ number }) {
          if (number < 3) return {};
          interrupt.abort();
          return undefined;
        },
      },
      { signal: interrupt.signal },
    );
    const { ending, trainer } = await session;
    expect(ending).toBe('interrupted');
    expect(trainer.requests.at(-1)!.toString('hex')).toBe('0a03089003');
  });
});
