/** `npm run bench -- fleet`: the same trainings by processes of this machine, and by actors over a Redis. */
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

interface Measured {
  readonly what: string;
  readonly seconds: number;
  readonly trainings_per_hour: number;
  readonly decisions_per_second: number;
  /** Over the wire of the Redis, both ways. */
  readonly bytes_per_training: number;
  readonly bytes_per_decision: number;
  /** More than processes of this machine take, as many at once; a share. */
  readonly lost: number | null;
  /** Of all checkpoints. */
  readonly sha256: string;
}

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench fleet',
      typed: commandText('bench', 'fleet'),
      summary:
        'the same trainings by processes of this machine and by actors over a Redis: time, bytes, what the queue costs',
      options: {
        queue: { argument: 'URL', description: 'the Redis, with no other work in it', schema: text() },
        config: {
          argument: 'FILE',
          description: 'settings to train by (default: config/walker-quick.yaml)',
          schema: text().default('config/walker-quick.yaml'),
        },
        maxSteps: { argument: 'N', description: 'decisions of each training', schema: wholeNumber(1).default(102_400) },
        seeds: { argument: 'N', description: 'trainings, of seeds 1 to N', schema: wholeNumber(1).default(4) },
        counts: {
          argument: 'N,N',
          description: 'how many at once (default: 1,2,4)',
          schema: text()
            .default('1,2,4')
            .transform((words) => words.split(',').map(Number)),
        },
      },
      async run({ queue, config, maxSteps, seeds, counts }, { terminal, progress }) {
        const settings = readConfiguration(config, behavior.name);
        const records = Array.from({ length: seeds }, (_, index): RecordOf<'train'> => {
          const seed = index + 1;
          const yaml = configurationAsYaml({ ...settings, behavior: { ...settings.behavior, init_path: null }, seed });
          return {
            configuration: yaml,
            file: config,
            character: null,
            commit: null,
            seed,
            start: null,
            until: maxSteps,
          };
        });
        const rows: Measured[] = [];
        const status = await queueStatus(queue);
        const measured = async (what: string, dispatcher: Dispatcher, here?: Measured) => {
          const bytesBefore = await status.wire();
          const began = performance.now();
          let done = 0;
          const work = records.map(async (record) => {
            const { value, files } = await dispatcher.dispatch('train', record);
            progress.update({ done: ++done, total: seeds, unit: 'trainings', fields: { by: what } });
            return sha256(files[value.latest]!);
          });
          const hashes = await Promise.all(work);
          const seconds = (performance.now() - began) / 1000;
          const bytes = (await status.wire()) - bytesBefore;
          const row = {
            what,
            seconds,
            trainings_per_hour: (3600 * seeds) / seconds,
            decisions_per_second: (seeds * maxSteps) / seconds,
            bytes_per_training: here ? bytes / seeds : 0,
            bytes_per_decision: here ? bytes / seeds / maxSteps : 0,
            lost: here ? seconds / here.seconds - 1 : null,
            sha256: sha256(hashes.join()),
          };
          rows.push(row);
          return row;
        };
        const version = await fleetVersion();
        for (const count of counts) {
          const local = localDispatcher(count);
          const here = await measured(`${count} processes here`, local);
          await local.close();
          const actors = [];
          for (let each = 0; each < count; each++) {
            actors.push(await startActor({ url: queue, version, processes: 1, say: () => {} }));
          }
          const dispatcher = await dispatcherOnQueue(queue, 'bench-fleet', () => {});
          await measured(`${count} actors`, dispatcher, here);
          await dispatcher.close();
          for (const actor of actors) await actor.stop();
        }
        progress.end();
        status.close();
        const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`;
        terminal.print(`${machine}; ${seeds} trainings of ${maxSteps} decisions by ${config}, each in one thread`);
        terminal.print(
          plainTable(
            ['by', 's', 'trainings/h', 'decisions/s', 'kB a training', 'bytes a decision', 'lost', 'checkpoints'],
            rows.map((row) => [
              row.what,
              row.seconds.toFixed(1),
              row.trainings_per_hour.toFixed(1),
              row.decisions_per_second.toFixed(0),
              (row.bytes_per_training / 1000).toFixed(0),
              row.bytes_per_decision.toFixed(0),
              row.lost === null ? '-' : `${(100 * row.lost).toFixed(1)} %`,
              row.sha256.slice(0, 12),
            ]),
          ),
        );
        return { json: { machine, config, max_steps: maxSteps, seeds, rows } };
      },
    },
    argv,
  );
