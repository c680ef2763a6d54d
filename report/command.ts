/** `npm run report`: what came of a run as one page, and several runs side by side. */

import { join } from 'node:path';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { type CommandLine, defineCommand } from '../cli/command-line.ts';
import { flag, type OptionSpec, text, wholeNumber } from '../cli/options.ts';
import { reportOutput } from './output.ts';
import type { RunFiles } from './read-run.ts';

/** Runs, as whoever keeps them hands them in. */
export interface Runs {
  readonly runsDir: OptionSpec<string>;
  /**
   * Of a run by its id; of a name that `train --seeds` gave, those of all its seeds.
   *
   * @throws UserError where there is none.
   */
  filesOf(name: string, runsDir: string): readonly RunFiles[];
}

/** Enough for twelve in each of five bands of target speed; a verdict needs more. */
export const EPISODES = 60;

function optionsWith(runsDir: Runs['runsDir']) {
  return {
    runs: {
      argument: 'RUN',
      bare: true,
      repeats: 'commas' as const,
      description: 'a run, or the name of several with seeds; more than one may be named (default: walker)',
      schema: text()
        .default('walker')
        .transform((names) => names.split(',')),
    },
    runsDir,
    compare: { description: 'one page of all of them, their curves overlaid, with a band over seeds', schema: flag() },
    out: {
      argument: 'FILE',
      description: 'the page (default: report.html in the run; with --compare comparison.html beside the runs)',
      schema: text().optional(),
    },
    episodes: {
      argument: 'N',
      description: `episodes to play where there is no evaluation.json of the policy; 0 for none (default: ${EPISODES})`,
      schema: wholeNumber(0, 1_000_000).default(EPISODES),
    },
    quick: { description: 'play and paint nothing: only what is there', schema: flag() },
  };
}

type Options = ReturnType<typeof optionsWith>;

export function reportCommand(runs: Runs): CommandLine<Options> {
  return defineCommand({
    name: 'report',
    typed: commandText('report'),
    summary: 'tells what came of a run as one HTML page, or lays several runs over one another',
    options: optionsWith(runs.runsDir),
    output: reportOutput,
    epilogue: `Examples:\n  ${commandText('report', 'walker')}\n  ${commandText('report', 'try other --compare')}`,
    async run({ runs: names, runsDir, compare, out, episodes, quick }, { terminal, progress, interrupts: { signal } }) {
      const files = names.flatMap((name) => runs.filesOf(name, runsDir));
      const { writeComparison, writeReport } = await import('./write-report.ts');
      if (compare) {
        const { path, bytes } = await writeComparison(files, out ?? join(runsDir, 'comparison.html'));
        terminal.print(`${path}: ${files.length} runs, ${kibibytes(bytes)}`);
        return { json: { reports: [{ path, bytes }], runs: files.map(({ id }) => id) } };
      }
      if (out !== undefined && files.length > 1) {
        throw new UserError({
          what: `${files.length} reports can't go into one file`,
          where: '--out',
          value: out,
          mend: 'leave it out, or lay the runs over one another with --compare',
        });
      }
      const reports = [];
      for (const each of files) {
        const watch = {
          signal,
          progress: (done: number, total: number) => progress.update({ done, total, unit: 'episodes' }),
        };
        const report = out === undefined ? each.report : out;
        const { path, bytes, missing } = await writeReport({ ...each, report }, { episodes, quick, ...watch });
        progress.end();
        terminal.print(`${path}: ${kibibytes(bytes)}`);
        for (const sentence of missing) terminal.print(`  ${sentence}`);
        reports.push({ run: each.id, path, bytes, missing });
      }
      return { json: { reports } };
    },
  });
}

function kibibytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
