import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { STANDING, shareNumbers, viewNumbers } from '../../../../envs/unity/player/agent-numbers.ts';
import { largestGroup } from '../../../../envs/unity/player/message-size.ts';
import { NewsWriter } from '../../../../envs/unity/player/news-writer.ts';
import { behavior as walker } from '../../../../envs/walker/behavior.ts';
import { failureOf, join, playAgainst, pointingWorld } from './playing.ts';
import { scriptedTrainer } from './scripted-trainer.ts';

const { behavior } = pointingWorld;
const stop = { status: 400 };

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a player', () => {
  it('waits for a trainer that comes later, and says so once', async () => {
    const port = await freePort();
    const told: string[] = [];
    const session = join(port, {}, told);
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const trainer = await scriptedTrainer({ behavior, answer: () => stop }, port);
    expect((await session).ending).toBe('the trainer ended the session');
    expect(told).toEqual([
      `Waiting for a trainer on port ${port}.`,
      `Connected to a trainer of version 1.1.0 on port ${port}, seed 1.`,
      'The session is over: the trainer ended the session.',
    ]);
    trainer.close();
  });

  it('gives up a trainer that should have been there, and is interrupted while it waits', async () => {
    const port = await freePort();
    const error = await failureOf(join(port, { trainer: { port, patience: 0 } }));
    expect(error.message).toMatch(/no trainer answered within 0 s.*start the trainer first/);

    const interrupt = new AbortController();
    const waiting = join(port, { signal: interrupt.signal });
    interrupt.abort();
    expect((await waiting).ending).toBe('interrupted');
  });

  it('that connects again begins all over: greeting, behaviour, ids and episodes', async () => {
    const sessions: number[] = [];
    const trainer = await scriptedTrainer({ behavior, answer: ({ number }) => (number === 5 ? stop : {}) });
    for (let session = 0; session < 3; session++) {
      await join(trainer.port, {});
      sessions.push(trainer.requests.length);
    }
    trainer.close();
    expect(sessions).toEqual([8, 16, 24]);
    expect(trainer.requests.slice(8, 16)).toEqual(trainer.requests.slice(0, 8));
    expect(trainer.requests.slice(16)).toEqual(trainer.requests.slice(0, 8));
  });

  it('plays on while another one plays with another trainer', async () => {
    const answer = ({ number }: { number: number }) => (number === 20 ? stop : {});
    const [one, other] = await Promise.all([playAgainst({ answer }), playAgainst({ answer, seed: 2 })]);
    expect(one.account.exchanges).toBe(21);
    expect(other.account.exchanges).toBe(21);
    expect(other.account.rewards).not.toEqual(one.account.rewards);
  });
});

describe('the size of messages', () => {
  const limit = 4 * 1024 * 1024;
  const sizeOf = (agents: number) => {
    const numbers = viewNumbers(shareNumbers(agents, walker));
    numbers.rewards.fill(-1);
    numbers.standings.fill(STANDING.cutOff);
    const everybody = Array.from({ length: agents }, (_, agent) => agent);
    return new NewsWriter(walker, numbers).write({ ended: everybody, deciding: everybody, isFirst: true }).length;
  };

  it("stays below what ML-Agents' trainer takes for as many walkers as are said to fit, and for no more", () => {
    const most = largestGroup(walker);
    expect(most).toBeGreaterThan(2000);
    expect(sizeOf(most)).toBeLessThanOrEqual(limit);
    expect(sizeOf(most + 2)).toBeGreaterThan(limit);
  });
});
