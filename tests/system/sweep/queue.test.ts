/** A sweep whose trainings actors do: the same legs, to the byte, though one of the actors is killed in the middle of its leg. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { because } from '../../skipping.ts';
import { removeTemporaryFolders, temporaryFolder } from '../../temporary-folders.ts';
import { hasRedis, RedisServer } from '../fleet/redis-server.ts';
import { ended, standsAt, startActorProcess, startCommand, type Telling, tsx, until } from '../fleet/small-jobs.ts';

const settings = `
behaviors:
  Crawler:
    hyperparameters: { batch_size: 32, buffer_size: 64, num_epoch: 1 }
    network_settings: { hidden_units: 8, num_layers: 1 }
    checkpoint_interval: 64
    gaitsmith: { agents: 8, character: rigs/crawler }
environment_parameters: { max_steps: 40 }
`;

const sweep = `
config: crawler.yaml
kind: grid
looks: 2
stop_hopeless: false
decisions: 512
evaluation_episodes: 2
settings:
  hyperparameters.learning_rate: [0.001, 0.003]
`;

const started: Telling[] = [];
const closing: (() => unknown)[] = [];

describe.skipIf(because(!hasRedis, 'no redis-server on the PATH (apt-get install redis-server)'))(
  'a sweep over a queue',
  () => {
    afterAll(async () => {
      await Promise.all(started.map((each) => ended(each, 'SIGKILL')));
      for (const close of closing) await close();
      removeTemporaryFolders();
    });

    it('comes to the legs of one on this machine, though an actor is killed under one, keeps what is needed, and leaves the Redis empty', async () => {
      const server = await RedisServer.start();
      const client = new Redis(server.url);
      closing.push(
        () => client.disconnect(),
        () => server.stop('SIGKILL'),
      );
      const start = (folder: string, more: readonly string[]) => {
        writeFileSync(join(folder, 'crawler.yaml'), settings);
        writeFileSync(join(folder, 'sweep.yaml'), sweep);
        const child = startCommand('pipeline/gaitsmith.ts', ['sweep', 'sweep.yaml', ...more], folder, tsx);
        started.push(child);
        return child;
      };
      const [here, there] = [temporaryFolder('here-'), temporaryFolder('there-')];
      const local = start(here, ['--processes', '1']);
      expect(await ended(local), local.told).toBe(0);

      const actor = startActorProcess(server.url, [], temporaryFolder('bare-'), tsx);
      started.push(actor);
      await until(() => actor.told.includes('waits for jobs'));
      const remote = start(there, ['--queue', server.url]);
      await until(async () => (await standsAt(client)) >= 64);
      await ended(actor, 'SIGKILL');
      started.push(startActorProcess(server.url, [], temporaryFolder('bare-'), tsx));
      expect(await ended(remote), remote.told).toBe(0);

      expect(legs(there)).toEqual(legs(here));
      for (const files of Object.values(legs(here))) {
        expect(files.checkpoints).toEqual(['best.safetensors', expect.stringMatching(/^step-\d+\.safetensors$/)]);
      }
      const [one, other] = [here, there].map((folder) => readFileSync(join(folder, 'runs/sweep/results.json'), 'utf8'));
      expect(other).toBe(one);
      await expect.poll(() => client.keys('gaitsmith:{*'), { timeout: 30_000 }).toEqual([]);
      expect(await client.zrange('gaitsmith:runs', 0, -1)).toEqual([]);
    }, 300_000);
  },
);

/** What each leg came to, with the hashes of its checkpoints, and which it keeps. */
function legs(folder: string): Record<string, { result: unknown; checkpoints: string[] }> {
  const path = join(folder, 'runs/sweep/legs');
  return Object.fromEntries(
    readdirSync(path)
      .sort()
      .map((name) => [
        name,
        {
          result: JSON.parse(readFileSync(join(path, name, 'result.json'), 'utf8')),
          checkpoints: readdirSync(join(path, name, 'checkpoints')).sort(),
        },
      ]),
  );
}
