/** `npm run ship`: a run's policy becomes the walker that is shipped, with its card. */

import { existsSync } from 'node:fs';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { lockFolder } from '../base/files/lock-folder.ts';
import { type CommandLine, defineCommand } from '../cli/command-line.ts';
import { lines, type OptionSpec, type OptionSpecs, text } from '../cli/options.ts';
import { SHIPPED_WALKER } from '../models/shipped.ts';
import { shipOutput } from './output.ts';
import type { ShippableRun } from './ship.ts';

/** The runs that can be shipped, as whoever keeps them hands them in. */
export interface Runs {
  readonly options: { readonly runId: OptionSpec<string>; readonly runsDir: OptionSpec<string> };
  /** @throws UserError where the id can't name a run. */
  open(where: { readonly runId: string; readonly runsDir: string }): ShippableRun;
}

export function shipCommand(runs: Runs): CommandLine {
  return defineCommand({
    name: 'ship',
    typed: commandText('ship'),
    summary: 'puts the exported and validated policy of a run, with what it can be trained on from, into models/walker',
    options: {
      report: {
        argument: 'FILE',
        description: 'the evaluation of the policy, as models/README.md tells',
        schema: text(),
      },
      elsewhere: {
        argument: 'FILE',
        repeats: 'lines' as const,
        description: 'its evaluation in another world, for the card; may be given more than once',
        schema: lines(),
      },
      to: {
        argument: 'FOLDER',
        description: 'where the shipped walker lies (default: models/walker)',
        schema: text().default(SHIPPED_WALKER),
      },
      runId: runs.options.runId,
      runsDir: runs.options.runsDir,
    } satisfies OptionSpecs,
    output: [shipOutput],
    epilogue: `Example:\n  ${commandText('ship', '--run-id fast --report evaluation.json')}`,
    async run({ report, elsewhere, to, ...where }, { terminal }) {
      const { ship } = await import('./ship.ts');
      const run = runs.open(where);
      if (!existsSync(run.path)) {
        throw new UserError({
          what: 'there is no such run to ship',
          where: run.path,
          mend: 'name another with --run-id',
        });
      }
      const lock = lockFolder(run.lock, { purpose: commandText('ship'), elsewhere: 'name another run with --run-id' });
      try {
        const card = ship(run, report, to, elsewhere);
        const { steps, reward, reward_ci95, falls_share } = card;
        const scores = `reward ${reward} +- ${reward_ci95}, falls in ${Math.round(100 * falls_share)} % of episodes`;
        terminal.print(`shipped the policy of ${run.path} to ${to}: ${steps} steps, ${scores}`);
        return { json: { folder: to, card } };
      } finally {
        lock.release();
      }
    },
  });
}
