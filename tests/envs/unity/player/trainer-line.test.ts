import { createServer as createHttpServer } from 'node:http';
import { constants, createServer as createHttp2Server, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { STANDING, shareNumbers, viewNumbers } from '../../../../envs/unity/player/agent-numbers.ts';
import { largestGroup } from '../../../../envs/unity/player/message-size.ts';
import { NewsWriter } from '../../../../envs/unity/player/news-writer.ts';
import { ALL_CAPABILITIES } from '../../../../envs/unity/protocol/messages.ts';
import { encodeMessage } from '../../../../envs/unity/protocol/wire.ts';
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

/** A trainer on bare HTTP/2: it greets, and at the message after that it does what the test says. */
function bareTrainer(atMessage: (stream: ServerHttp2Stream, socket: Socket) => void): Http2Server {
  let messages = 0;
  const server = createHttp2Server();
  let socket: Socket;
  server.on('connection', (connected: Socket) => {
    socket = connected;
  });
  server.on('session', (session) => session.on('error', () => {}));
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.resume();
    stream.on('end', () => {
      messages += 1;
      if (messages > 2) return atMessage(stream, socket);
      const reply = encodeMessage(messages === 1 ? greeting : { header, unity_input: { rl_input: { command: 1 } } });
      const length = Buffer.alloc(5);
      length.writeUInt32BE(reply.length, 1);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.concat([length, reply]));
    });
  });
  return server;
}

const header = { status: 200 };
const greeting = {
  header,
  unity_input: {
    rl_initialization_input: {
      seed: 1,
      communication_version: '1.5.0',
      package_version: '1.1.0',
      capabilities: ALL_CAPABILITIES,
      num_areas: 1,
    },
  },
};

async function listening(server: Server | Http2Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return (server.address() as { port: number }).port;
}

describe('the end of a session', () => {
  it.each([
    [
      'closes its server before it has answered, as mlagents-learn does at the end of a training',
      (stream: ServerHttp2Stream, _socket: Socket) => {
        stream.session!.goaway(constants.NGHTTP2_NO_ERROR);
        stream.session!.goaway(constants.NGHTTP2_INTERNAL_ERROR);
      },
      'the trainer ended the session',
      'The session is over: the trainer ended the session: it closed the connection.',
    ],
    [
      'vanishes',
      (_stream: ServerHttp2Stream, socket: Socket) => socket.destroy(),
      'the trainer is gone',
      expect.stringMatching(/^The session is over: the trainer is gone: /),
    ],
  ])('is told as what it is where the trainer %s', async (_how, atMessage, ending, words) => {
    const trainer = bareTrainer(atMessage);
    const told: string[] = [];
    const report = await join(await listening(trainer), {}, told);
    trainer.close();
    expect(report.ending).toBe(ending);
    expect(told.at(-1)).toEqual(words);
  });
});

describe('a port where no trainer but somebody else listens', () => {
  it.each<[string, () => Server | Http2Server, RegExp]>([
    ['a web server', () => createHttpServer((_request, response) => response.end('hello')), /it does not speak gRPC/],
    ['one that hangs up', () => createServer((socket) => socket.end('who is there?\n')), /it does not speak gRPC/],
    [
      'a web server of HTTP/2',
      () => createHttp2Server((_request, response) => response.writeHead(404).end()),
      /HTTP status 404/,
    ],
  ])('is told as such: %s', async (_who, make, why) => {
    const server = make();
    const port = await listening(server);
    const error = await failureOf(join(port, {}));
    server.close();
    expect(error.message).toMatch(new RegExp(`something listens on port ${port}, and it is no trainer of ML-Agents`));
    expect(error.message).toMatch(why);
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
