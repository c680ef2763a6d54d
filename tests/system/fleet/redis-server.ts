/** A real redis-server on a free port of this machine, for one test. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { temporaryFolder } from '../../temporary-folders.ts';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export class RedisServer {
  readonly url: string;
  readonly #words: readonly string[];
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(port: number, words: readonly string[], password: string) {
    this.#port = port;
    this.#words = words;
    this.url = `redis://${password === '' ? '' : `:${password}@`}127.0.0.1:${port}`;
  }

  /** @param words settings: '--maxmemory', '3mb'. */
  static async start(words: readonly string[] = [], password = ''): Promise<RedisServer> {
    const port = await freePort();
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', temporaryFolder('redis-'), '--save', ''];
    const secret = password === '' ? [] : ['--requirepass', password];
    const server = new RedisServer(port, [...own, ...secret, ...words], password);
    await server.begin();
    return server;
  }

  async begin(): Promise<void> {
    this.#process = spawn('redis-server', this.#words, { stdio: 'ignore' });
    while (!(await answers(this.#port))) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (!process || process.exitCode !== null) return;
    process.kill(signal);
    await once(process, 'exit');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    const settle = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('error', () => settle(false)).once('connect', () => socket.write('PING\r\n'));
    // "-LOADING" where it still reads its data; "-NOAUTH" is an answer, too.
    socket.once('data', (bytes) => settle(!bytes.toString().startsWith('-LOADING')));
  });
}
