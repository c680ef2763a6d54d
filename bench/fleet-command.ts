/**
 * `npm run bench -- fleet`: the same trainings by processes of this machine, and by as many actors over a Redis. By turns, pair by pair, so that
 * both go through what the machine goes through; all processes have been started before.
 */
import { availableParallelism, cpus } from 'node:os';
import { commandText } from '../base/command-text.ts';
import { sha256 } from '../base/files/hash.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { text, wholeNumber } from '../cli/options.ts';
import { plainTable } from '../cli/table.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { startActor } from '../fleet/actor.ts';
import type { Dispatcher } from '../fleet/dispatcher.ts';
import type { RecordOf } from '../fleet/jobs.ts';
import { localDispatcher } from '../fleet/local.ts';
import { dispatcherOnQueue } from '../fleet/on-queue.ts';
import { queueStatus } from '../fleet/queue/status.ts';
import { fleetVersion } from '../fleet/version.ts';
import { readConfiguration } from '../train/configuration/read.ts';
import { configurationAsYaml } from '../train/configuration/write.ts';

/** Trainings for each process in a turn: the second begins where the first has just ended. */
const TRAININGS_EACH = 2;

/** A turn: so many trainings, until the last result is home. */
interface Turn {
  readonly seconds: number;
  /** Over the wire of the Redis, both ways. */
  readonly bytes: number;
  /** SHA-256 of all checkpoints that they ended with. */
  readonly sha256: string;
}

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench fleet',
      typed: commandText('bench', 'fleet'),
      summary:
        'the same trainings by processes of this machine and by actors over a Redis, by turns: time, bytes, what the queue costs',
      options: {
        queue: {
          argument: 'URL',
          description: 'the Redis, with no other work in it (default: a redis-server of its own)',
          schema: text().optional(),
        },
        config: {
          argument: 'FILE',
          description: 'settings to train by (default: config/walker-quick.yaml)',
          schema: text().default('config/walker-quick.yaml'),
        },
        maxSteps: { argument: 'N', description: 'decisions of each training', schema: wholeNumber(1).default(20_480) },
        pairs: { argument: 'N', description: 'turns of each (default: 3)', schema: wholeNumber(1).default(3) },
        counts: {
          argument: 'N,N',
          description: 'how many at once (default: 1,2,4)',
          schema: text()
            .default('1,2,4')
            .transform((words) => words.split(',').map(Number)),
        },
      },
      async run({ queue, config, maxSteps, pairs, counts }, { terminal, progress }) {
        const settings = readConfiguration(config, behavior.name);
        const recordOf = (seed: number, until: number): RecordOf<'train'> => {
          const configuration = { ...settings, behavior: { ...settings.behavior, init_path: null }, seed };
          const yaml = configurationAsYaml(configuration);
          return { configuration: yaml, file: config, character: null, commit: null, seed, start: null, until };
        };
        const measure = async (url: string) => {
          const status = await queueStatus(url);
          const turn = async (dispatcher: Dispatcher, seeds: readonly number[], until: number): Promise<Turn> => {
            const bytesBefore = await status.wire();
            const began = performance.now();
            const hashes = await Promise.all(
              seeds.map(async (seed) => {
                const { value, files } = await dispatcher.dispatch('train', recordOf(seed, until));
                return sha256(files[value.latest]!);
              }),
            );
            const seconds = (performance.now() - began) / 1000;
            return { seconds, bytes: (await status.wire()) - bytesBefore, sha256: sha256(hashes.join()) };
          };
          const version = await fleetVersion();
          const rows = [];
          for (const count of counts) {
            const here = localDispatcher(count);
            const actors = [];
            for (let each = 0; each < count; each++) {
              actors.push(await startActor({ url, version, processes: 1, say: () => {} }));
            }
            const there = await dispatcherOnQueue(url, 'bench-fleet', () => {});
            const first = Array.from({ length: count }, (_, index) => index + 1);
            for (const dispatcher of [here, there]) await turn(dispatcher, first, 1);
            const turns: { here: Turn; there: Turn }[] = [];
            for (let pair = 1; pair <= pairs; pair++) {
              // A job that was done before would be there already.
              const seeds = Array.from({ length: TRAININGS_EACH * count }, (_, index) => 100 * pair + index);
              const byActors = pair % 2 === 0 ? await turn(there, seeds, maxSteps) : undefined;
              const byThreads = await turn(here, seeds, maxSteps);
              turns.push({ here: byThreads, there: byActors ?? (await turn(there, seeds, maxSteps)) });
              progress.update({ done: pair, total: pairs, unit: 'pairs', fields: { at_once: String(count) } });
            }
            rows.push(rowOf(count, maxSteps, turns));
            await there.close();
            for (const actor of actors) await actor.stop();
            await here.close();
          }
          progress.end();
          status.close();
          return rows;
        };
        const { withRedis } = await import('./scale/pretend-actors.ts');
        const rows = await (queue === undefined
          ? withRedis((port) => measure(`redis://127.0.0.1:${port}`))
          : measure(queue));
        const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`;
        terminal.print(
          `${machine}; trainings of ${maxSteps} decisions by ${config}, each in one thread; medians of ${pairs} turns by processes here, and by actors`,
        );
        terminal.print(
          plainTable(
            [
              'at once',
              'here, s',
              'actors, s',
              'lost',
              'lost, s a training',
              'trainings/h',
              'decisions/s',
              'MB a training',
              'bytes a decision',
              'same bytes',
            ],
            rows.map((row) => [
              String(row.at_once),
              row.seconds_here.toFixed(1),
              row.seconds_actors.toFixed(1),
              `${(100 * row.lost).toFixed(1)} %`,
              row.lost_seconds_per_training.toFixed(2),
              `${row.trainings_per_hour_here.toFixed(0)} / ${row.trainings_per_hour_actors.toFixed(0)}`,
              `${row.decisions_per_second_here.toFixed(0)} / ${row.decisions_per_second_actors.toFixed(0)}`,
              (row.bytes_per_training / 1e6).toFixed(1),
              row.bytes_per_decision.toFixed(0),
              row.same_bytes ? 'yes' : 'NO',
            ]),
          ),
        );
        return { json: { machine, config, max_steps: maxSteps, pairs, rows } };
      },
    },
    argv,
  );

/** What the turns of so many at once come to. */
function rowOf(count: number, maxSteps: number, turns: readonly { here: Turn; there: Turn }[]) {
  const trainings = TRAININGS_EACH * count;
  const here = median(turns.map((pair) => pair.here.seconds));
  const actors = median(turns.map((pair) => pair.there.seconds));
  const bytes = median(turns.map((pair) => pair.there.bytes)) / trainings;
  return {
    at_once: count,
    trainings,
    seconds_here: here,
    seconds_actors: actors,
    trainings_per_hour_here: (3600 * trainings) / here,
    trainings_per_hour_actors: (3600 * trainings) / actors,
    decisions_per_second_here: (trainings * maxSteps) / here,
    decisions_per_second_actors: (trainings * maxSteps) / actors,
    /** Ratio of the medians, less one. */
    lost: actors / here - 1,
    /** Of one process's time: what longer trainings lose as well, but for what they keep on their way. */
    lost_seconds_per_training: (actors - here) / TRAININGS_EACH,
    bytes_per_training: bytes,
    bytes_per_decision: bytes / maxSteps,
    same_bytes: turns.every((pair) => pair.here.sha256 === pair.there.sha256),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
}
