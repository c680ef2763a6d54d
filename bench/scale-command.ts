/** `npm run bench -- scale`: what many cores would come to (docs/scale.md), and the points that the simulation is held to. */
import { commandText } from '../base/command-text.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { flag } from '../cli/options.ts';
import { plainTable } from '../cli/table.ts';
import { byProcessorTime, legOf, measured, network, shared, slower, training } from './scale/constants.ts';
import {
  type Fleet,
  type Job,
  type Server,
  simulated,
  withRemoteRollouts,
  withSharedGradients,
} from './scale/simulate.ts';

const CORES = [1, 10, 100, 1000];

/** Rounds of sweeps as large as the fleet: four legs for each core. */
const sweeps: readonly { readonly name: string; rounds(cores: number): Job[][] }[] = [
  { name: 'whole trainings of 1.8 million decisions', rounds: (cores) => [of(4 * cores, 1_800_000)] },
  {
    name: 'a population, 18 generations of 100,000 decisions',
    rounds: (cores) => Array.from({ length: 18 }, () => of(4 * cores, 100_000)),
  },
  {
    name: 'the same with as many members as cores',
    rounds: (cores) => Array.from({ length: 18 }, () => of(cores, 100_000)),
  },
];

/** So many legs, a tenth longer or shorter by turns: none ends when another does. */
function of(count: number, decisions: number): Job[] {
  return Array.from({ length: count }, (_, index) => {
    const leg = legOf(decisions);
    return { ...leg, seconds: leg.seconds * (0.9 + (0.2 * (index % 11)) / 10) };
  });
}

export function fleetOf(cores: number, link: Server): Fleet {
  const { redis, client } = byProcessorTime;
  return {
    cores,
    redis: slower(redis, link),
    link: slower(client, link),
    dispatcher: slower(client, link),
    startSeconds: training.startSeconds,
  };
}

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench scale',
      typed: commandText('bench', 'scale'),
      summary: 'tells what 10, 100 and 1,000 cores would come to, by a simulation of measured constants',
      options: {
        measure: {
          description: 'measure the points that the simulation is held to: a redis-server, and actors that pretend',
          schema: flag(),
        },
      },
      async run({ measure }, { terminal }) {
        if (measure) return { json: { measured: await measuredNow((line) => terminal.print(line)) } };
        const links = [1, 10];
        const rows = sweeps.flatMap(({ name, rounds }) =>
          links.flatMap((gigabits) =>
            CORES.map((cores) => {
              const all = rounds(cores);
              const { seconds, coresBusy, redisBusy } = simulated(all, fleetOf(cores, network(gigabits)));
              const jobs = all.flat();
              const perHour = jobs.reduce((sum, { seconds: each }) => sum + each, 0) / (900 * (seconds / 3600));
              return { name, gigabits, cores, trainingsPerHour: perHour, coresBusy, redisBusy };
            }),
          ),
        );
        const percent = (share: number) => `${Math.round(100 * share)} %`;
        terminal.print(
          plainTable(
            ['what', 'Gbit/s', 'cores', 'trainings an hour', 'cores busy', 'Redis busy'],
            rows.map((row) => [
              row.name,
              String(row.gigabits),
              String(row.cores),
              row.trainingsPerHour.toFixed(1),
              percent(row.coresBusy),
              percent(row.redisBusy),
            ]),
          ),
        );
        const one = CORES.map((cores) => ({
          cores,
          remoteRollouts: withRemoteRollouts(shared, cores, 2, network(10)),
          sharedGradients: withSharedGradients(shared, cores, network(10)),
        }));
        terminal.print(
          `\n${plainTable(
            ['one training, 10 Gbit/s: cores', 'remote roll-outs, decisions/s', 'shared gradients, decisions/s'],
            one.map((row) => [String(row.cores), row.remoteRollouts.toFixed(0), row.sharedGradients.toFixed(0)]),
          )}`,
        );
        return { json: { sweeps: rows, oneTraining: one } };
      },
    },
    argv,
  );

/** Measured by the clock, beside what the simulation says of it. */
async function measuredNow(print: (line: string) => void) {
  const { pretended, throughputOf, withRedis } = await import('./scale/pretend-actors.ts');
  return withRedis(async (port) => {
    const { redis, link } = await throughputOf(port, 4.7e6);
    print(
      `Redis: ${(redis.bytesPerSecond / 1e6).toFixed(1)} MB/s, ${(1000 * redis.secondsPerRequest).toFixed(2)} ms a request`,
    );
    const points = [];
    for (const { actors, jobs } of measured.points) {
      const point = await pretended(port, actors, jobs, measured.job);
      const all = Array.from({ length: jobs }, () => measured.job);
      const { seconds } = simulated([all], { cores: actors, redis, link, dispatcher: link, startSeconds: 0 });
      print(`${actors} actors, ${jobs} jobs: ${point.seconds.toFixed(2)} s; simulated ${seconds.toFixed(2)} s`);
      points.push({ ...point, simulated: seconds });
    }
    return { redis, link, points };
  });
}
