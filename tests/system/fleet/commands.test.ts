/** Commands with `--queue`, as they are typed, by actors that stand in an empty folder: the same as on one machine, and what Ctrl-C and lost actors do to them. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../../base/files/hash.ts';
import { packageRoot } from '../../../base/files/own-files.ts';
import { encodeModel } from '../../../onnx/encode.ts';
import { jsonOf } from '../../json-output.ts';
import { because } from '../../skipping.ts';
import { smallPolicy } from '../../small-policies.ts';
import { removeTemporaryFolders, temporaryFolder } from '../../temporary-folders.ts';
import { hasRedis, RedisServer } from './redis-server.ts';
import { ended, standsAt, startActorProcess, startCommand, type Telling, tsx, until } from './small-jobs.ts';

const MINUTES = 60_000;
const gaitsmith = 'pipeline/gaitsmith.ts';
const policy = join(packageRoot, 'models/walker/walker.onnx');

const settingsOf = (behavior: string, more = '') => `
behaviors:
  ${behavior}:
    hyperparameters: { batch_size: 32, buffer_size: 64, num_epoch: 1 }
    network_settings: { normalize: true, hidden_units: 8, num_layers: 1 }
    max_steps: 640
    checkpoint_interval: 64
    keep_checkpoints: 2
    gaitsmith: { agents: 8, evaluation_interval: 320, evaluation_episodes: 2${more} }
environment_parameters: { max_steps: 40 }
`;

describe.skipIf(because(!hasRedis, 'no redis-server on the PATH (apt-get install redis-server)'))(
  'with --queue',
  () => {
    let server: RedisServer;
    let client: Redis;
    let here: string;
    let there: string;
    const started: Telling[] = [];

    beforeAll(async () => {
      server = await RedisServer.start();
      client = new Redis(server.url);
      [here, there] = [temporaryFolder('here-'), temporaryFolder('there-')];
      for (const folder of [here, there]) {
        writeFileSync(join(folder, 'walker.yaml'), settingsOf('Walker'));
        writeFileSync(join(folder, 'hero.yaml'), settingsOf('Hero', ', character: mine/hero'));
        ownCharacter(folder);
      }
    });
    afterEach(async () => {
      await Promise.all(started.splice(0).map((each) => ended(each, 'SIGKILL')));
      await client.flushall();
    });
    afterAll(async () => {
      client.disconnect();
      await server.stop('SIGKILL');
      removeTemporaryFolders();
    });

    /** Crawler's files under names of one's own, the rig beside its character and elsewhere. */
    function ownCharacter(folder: string): void {
      mkdirSync(join(folder, 'mine/rigs'), { recursive: true });
      cpSync(join(packageRoot, 'rigs/crawler.json'), join(folder, 'mine/rigs/hero.json'));
      const character = JSON.parse(readFileSync(join(packageRoot, 'rigs/crawler.character.json'), 'utf8'));
      const own = { ...character, name: 'Hero', rig: 'rigs/hero.json' };
      writeFileSync(join(folder, 'mine/hero.character.json'), JSON.stringify(own));
    }

    /** Actors in a folder that has nothing. */
    async function actors(count: number, loader?: string): Promise<Telling[]> {
      const bare = () => startActorProcess(server.url, [], temporaryFolder('bare-'), loader);
      const all = Array.from({ length: count }, bare);
      started.push(...all);
      await until(() => all.every(({ told }) => told.includes('waits for jobs')));
      return all;
    }

    function start(folder: string, words: readonly string[], script = gaitsmith, loader?: string): Telling {
      const child = startCommand(script, words, folder, loader);
      started.push(child);
      return child;
    }

    /** The same command on this machine, and by two actors: what its JSON tells, without what is the clock's. */
    async function both(words: readonly string[], script = gaitsmith, loader?: string) {
      const local = start(here, [...words, '--json'], script, loader);
      const codes = [await ended(local)];
      await actors(2, loader);
      const remote = start(there, [...words, '--json', '--queue', server.url], script, loader);
      codes.push(await ended(remote));
      expect(remote.told).not.toContain('this machine does the jobs itself');
      const read = script === gaitsmith ? jsonOf : lastLine;
      const [one, other] = [await read(local.printed), await read(remote.printed)];
      return { codes, local: withoutClock(one), remote: withoutClock(other) };
    }

    const checkpoints = (folder: string, run: string) => {
      const path = join(folder, 'runs', run, 'checkpoints');
      return Object.fromEntries(readdirSync(path).map((name) => [name, sha256OfFile(join(path, name))]));
    };

    it(
      'train --seeds comes to the same table and checkpoints',
      async () => {
        const { codes, local, remote } = await both([
          'train',
          '--config',
          'walker.yaml',
          '--run-id',
          'w',
          '--seeds',
          '2',
        ]);
        expect({ codes, remote }).toEqual({ codes: [0, 0], remote: local });
        for (const run of ['w-seed1', 'w-seed2']) {
          expect(Object.keys(checkpoints(there, run))).toEqual(
            ['best', 'step-000000576', 'step-000000640'].map((name) => `${name}.safetensors`),
          );
          expect(checkpoints(there, run)).toEqual(checkpoints(here, run));
        }
        expect(await client.keys('gaitsmith:{*')).toEqual([]);
      },
      5 * MINUTES,
    );

    it(
      "train and evaluate take a character of one's own to actors that have none of its files",
      async () => {
        const trained = await both(
          ['train', '--config', 'hero.yaml', '--run-id', 'hero', '--seed', '4'],
          gaitsmith,
          tsx,
        );
        expect(trained.codes).toEqual([0, 0]);
        expect(checkpoints(there, 'hero')).toEqual(checkpoints(here, 'hero'));
        const latest = 'runs/hero/checkpoints/step-000000640.safetensors';
        const words = ['--character', 'mine/hero', '--episodes', '10', '--set', 'max_steps=50', '--statistics'];
        const evaluated = await both(['evaluate', '--checkpoint', latest, ...words], gaitsmith, tsx);
        expect(evaluated.codes).toEqual([0, 0]);
        expect(evaluated.local).toMatchObject({ character: 'mine/hero' });
        expect(evaluated.remote).toEqual(evaluated.local);
      },
      5 * MINUTES,
    );

    it(
      'evaluate and regress come to the same report, verdict and exit code',
      async () => {
        const short = ['--set', 'max_steps=40'];
        const evaluated = await both(['evaluate', policy, '--episodes', '20', '--statistics', ...short]);
        expect(evaluated.codes).toEqual([0, 0]);
        expect(evaluated.remote).toEqual(evaluated.local);

        for (const folder of [here, there]) cpSync(policy, join(folder, 'walker.onnx'));
        const update = ['regress', 'walker.onnx', '--update-baseline', '--reason', 'first', '--episodes', '48'];
        const updated = await both([...update, ...short]);
        expect(updated.codes).toEqual([0, 0]);
        expect(updated.remote).toEqual(updated.local);
        for (const folder of [here, there]) writeFileSync(join(folder, 'other.onnx'), encodeModel(smallPolicy()));
        for (const file of ['walker.onnx', 'other.onnx']) {
          const judged = await both(['regress', file, '--baseline', 'walker.baseline.json', '--same']);
          expect(judged.codes).toEqual(file === 'walker.onnx' ? [0, 0] : [1, 1]);
          expect(judged.remote).toEqual(judged.local);
        }
      },
      8 * MINUTES,
    );

    it(
      'bench -- learn comes to the same curves',
      async () => {
        const words = ['learn', '--config', 'walker.yaml', '--seeds', '2', '--max-steps', '384', '--points', '3'];
        const { codes, local, remote } = await both(words, 'bench/bench.ts', tsx);
        expect(codes).toEqual([0, 0]);
        expect(JSON.stringify(local)).toContain('"step":384');
        expect(remote).toEqual(local);
      },
      5 * MINUTES,
    );

    it(
      'train that is interrupted says what goes on where, leaves nothing half, and the same command goes on',
      async () => {
        await actors(1);
        const words = ['train', '--config', 'walker.yaml', '--run-id', 'cut', '--seed', '1', '--queue', server.url];
        const cut = start(there, words);
        await until(async () => (await standsAt(client)) >= 64);
        expect(await ended(cut, 'SIGINT')).toBe(130);
        expect(cut.told).toContain('What its actor has kept stays in the queue for a day');
        expect(cut.told).toContain(
          'to go on: npm run train -- --config walker.yaml --run-id cut --seed 1 --queue redis://',
        );
        expect(readdirSync(join(there, 'runs/cut')).sort()).toEqual(['config.yaml', 'logs', 'run.json']);
        const kept = await standsAt(client);
        expect(kept).toBeGreaterThanOrEqual(64);
        const again = start(there, words);
        expect(await ended(again)).toBe(0);
        // What a training of this machine came to in the first test.
        expect(checkpoints(there, 'cut')).toEqual(checkpoints(here, 'w-seed1'));
      },
      5 * MINUTES,
    );

    it(
      'evaluate that is interrupted ends with 130, says that nothing is kept, and keeps nothing',
      async () => {
        const [actor] = await actors(1);
        const cut = start(there, ['evaluate', policy, '--episodes', '400', '--queue', server.url]);
        await until(() => actor!.told.includes('play'));
        expect(await ended(cut, 'SIGINT')).toBe(130);
        expect(cut.told).toContain('interrupted: the actors leave off, and nothing of it stays in the queue');
        await until(async () => (await client.keys('gaitsmith:{*')).every((key) => key.endsWith(':given-up')));
      },
      5 * MINUTES,
    );

    it(
      'says so where its last actor is gone for good, and does the work itself',
      async () => {
        const [actor] = await actors(1);
        const words = ['train', '--config', 'walker.yaml', '--run-id', 'lost', '--seed', '2', '--queue', server.url];
        const left = start(there, words);
        await until(async () => (await standsAt(client)) >= 64);
        await ended(actor!, 'SIGKILL');
        expect(await ended(left)).toBe(0);
        expect(left.told).toContain('no actor is there: this machine does the jobs itself');
        expect(checkpoints(there, 'lost')).toEqual(checkpoints(here, 'w-seed2'));
      },
      5 * MINUTES,
    );
  },
);

function lastLine(printed: string): unknown {
  return JSON.parse(printed.trimEnd().split('\n').at(-1)!);
}

/** Without the seconds that something took, the moments that it happened at, and the machine. */
function withoutClock(told: unknown): unknown {
  // The check that is called so measures this machine.
  if (Array.isArray(told)) return told.filter((each) => each?.name !== 'latency').map(withoutClock);
  if (typeof told !== 'object' || told === null) return told;
  const ofClock = /seconds|started|ended|milliseconds|latency|^machine$|^workers$|^timing$|^versions?$/i;
  const kept = Object.entries(told).filter(([name]) => !ofClock.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutClock(value)]));
}
