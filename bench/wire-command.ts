/** `npm run bench -- wire`: what training over gRPC costs, and whether it holds. */
import { availableParallelism } from 'node:os';
import { runCommandLine } from '../pipeline/command-line.ts';
import { wholeNumber } from '../pipeline/options.ts';
import type { Json } from '../pipeline/stage.ts';
import { type SoakReport, soak, type WireReport, wire } from './wire.ts';

const cores = availableParallelism();

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench wire',
      typed: 'npm run bench -- wire',
      summary: 'collects from the same walkers embedded and over gRPC, in turn',
      options: {
        walkers: {
          argument: 'N',
          description: 'walkers of each kind (default: 32)',
          schema: wholeNumber(1).default(32),
        },
        rounds: {
          argument: 'N',
          description: 'rounds of each kind, after one to warm up (default: 5)',
          schema: wholeNumber(1).default(5),
        },
        decisions: {
          argument: 'N',
          description: 'decisions of a round (default: 6400)',
          schema: wholeNumber(1).default(6400),
        },
        players: {
          argument: 'N',
          description: 'processes that the walkers over the wire are shared out to (default: 1)',
          schema: wholeNumber(1).default(1),
        },
        workers: {
          argument: 'N',
          description: 'threads of each player (default: all cores, shared out)',
          schema: wholeNumber(1).optional(),
        },
        turns: {
          argument: 'N',
          description: "turns that a player's walkers decide in (default: 1)",
          schema: wholeNumber(1).default(1),
        },
        soak: {
          argument: 'N',
          description: 'exchange so many messages instead, with the memory and every reward looked at',
          schema: wholeNumber(20).optional(),
        },
      },
      async run({ soak: exchanges, walkers, ...options }, { terminal, progress }) {
        if (exchanges !== undefined) {
          const report = await soak({ walkers, exchanges }, (done) =>
            progress.update({ done, total: exchanges, unit: 'exchanges' }),
          );
          progress.end();
          for (const line of soakLines(report)) terminal.print(line);
          return { json: report as unknown as { [key: string]: Json } };
        }
        const { rounds, players } = options;
        const workers = options.workers ?? Math.max(1, Math.floor(cores / players));
        const report = await wire({ ...options, walkers, workers, cores }, (done) =>
          progress.update({ done, total: rounds, unit: 'rounds' }),
        );
        progress.end();
        for (const line of wireLines(report)) terminal.print(line);
        return { json: report as unknown as { [key: string]: Json } };
      },
    },
    argv,
  );

function wireLines(report: WireReport): string[] {
  const { walkers, players, workers, turns, embedded_per_second, wire_per_second } = report;
  const share = Math.round((100 * wire_per_second) / embedded_per_second);
  return [
    `${walkers} walkers, ${cores} cores; decisions a second while collecting, the middle one of ${report.wire_rounds.length} rounds:`,
    `  embedded  ${embedded_per_second}   (${report.embedded_rounds.join(' ')})`,
    `  wire      ${wire_per_second}   (${report.wire_rounds.join(' ')})   ${share} %`,
    `  over the wire: ${players} player(s), ${workers} thread(s) each, ${turns} turn(s)`,
  ];
}

function soakLines(report: SoakReport): string[] {
  const { walkers, exchanges, episodes, exchanges_per_second, memory } = report;
  return [
    `${exchanges} exchanges with ${walkers} walkers, ${Math.round(exchanges_per_second)} a second, ${episodes} episodes`,
    '  exchanges   trainer MB   player MB',
    ...memory.map(
      ({ exchanges: at, trainer_mb, player_mb }) =>
        `  ${String(at).padStart(9)}   ${String(trainer_mb).padStart(10)}   ${String(player_mb ?? '?').padStart(9)}`,
    ),
    `  rewards sent ${report.reward_sent}, received ${report.reward_received}; they differ for ${report.walkers_that_differ} walkers`,
  ];
}
