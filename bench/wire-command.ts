/** `npm run bench -- wire`: what training over gRPC costs, and whether it holds. */

import { availableParallelism } from 'node:os';
import { commandText } from '../base/command-text.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { wholeNumber } from '../cli/options.ts';
import { type SoakReport, soak, type WireReport, wire } from './wire.ts';

const cores = availableParallelism();

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench wire',
      typed: commandText('bench', 'wire'),
      summary: 'collects from the same walkers embedded and over gRPC, in turn',
      options: {
        walkers: {
          argument: 'N',
          description: 'walkers of each kind (default: 32; with --soak 2, or their physics takes most of the time)',
          schema: wholeNumber(1).optional(),
        },
        rounds: {
          argument: 'N',
          description: 'rounds of each kind, after one to warm up',
          schema: wholeNumber(1).default(5),
        },
        decisions: {
          argument: 'N',
          description: 'decisions of a round',
          schema: wholeNumber(1).default(6400),
        },
        players: {
          argument: 'N',
          description: 'processes that the walkers over the wire are shared out to',
          schema: wholeNumber(1).default(1),
        },
        workers: {
          argument: 'N',
          description: 'threads of each player (default: all cores, shared out)',
          schema: wholeNumber(1).optional(),
        },
        turns: {
          argument: 'N',
          description: "turns that a player's walkers decide in",
          schema: wholeNumber(1).default(1),
        },
        soak: {
          argument: 'N',
          description: 'exchange so many messages instead, with the memory and every reward looked at',
          schema: wholeNumber(20).optional(),
        },
      },
      async run({ soak: exchanges, ...options }, { terminal, progress }) {
        if (exchanges !== undefined) {
          const report = await soak({ walkers: options.walkers ?? 2, exchanges }, (done) =>
            progress.update({ done, total: exchanges, unit: 'exchanges' }),
          );
          progress.end();
          for (const line of soakLines(report)) terminal.print(line);
          return { json: report };
        }
        const { rounds, players, walkers = 32 } = options;
        const workers = options.workers ?? Math.max(1, Math.floor(cores / players));
        const report = await wire({ ...options, walkers, workers, cores }, (done) =>
          progress.update({ done, total: rounds, unit: 'rounds' }),
        );
        progress.end();
        for (const line of wireLines(report)) terminal.print(line);
        return { json: report };
      },
    },
    argv,
  );

function wireLines(report: WireReport): string[] {
  const { walkers, players, workers, turns, embedded_per_second, wire_per_second } = report;
  const share = Math.round((100 * wire_per_second) / embedded_per_second);
  const us = (cpu: number | null) => (cpu === null ? '?' : Math.round(cpu));
  return [
    `${walkers} walkers, ${cores} cores; decisions a second while collecting, the middle one of ${report.wire_rounds.length} rounds:`,
    `  embedded  ${embedded_per_second}   (${report.embedded_rounds.join(' ')})`,
    `  wire      ${wire_per_second}   (${report.wire_rounds.join(' ')})   ${share} %`,
    `  over the wire: ${players} player(s), ${workers} thread(s) each, ${turns} turn(s)`,
    `  processor time of a decision: embedded ${us(report.embedded_cpu)} us; wire ${us(report.wire_trainer_cpu)} us in the trainer, ${us(report.wire_players_cpu)} us in players`,
  ];
}

function soakLines(report: SoakReport): string[] {
  const { walkers, exchanges, episodes, exchanges_per_second, memory } = report;
  return [
    `${exchanges} exchanges with ${walkers} walkers, ${Math.round(exchanges_per_second)} a second, ${episodes} episodes`,
    '  MB held, and kept after a collection of garbage:',
    '  exchanges  trainer     kept   player     kept',
    ...memory.map(({ exchanges: at, trainer_mb, trainer_kept_mb, player_mb, player_kept_mb }) =>
      [`${at}`.padStart(11), ...[trainer_mb, trainer_kept_mb, player_mb, player_kept_mb].map(column)].join(''),
    ),
    `  rewards sent ${report.reward_sent}, received ${report.reward_received}; they differ for ${report.walkers_that_differ} walkers`,
  ];
}

function column(megabytes: number): string {
  return megabytes.toFixed(1).padStart(9);
}
