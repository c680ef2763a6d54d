/** `npm run bench -- regress`: damages planted into a sound policy, and which check catches them. */

import { commandText } from '../base/command-text.ts';
import { fromHere } from '../base/files/from-here.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { flag, lines, positiveNumber, text, wholeNumber } from '../cli/options.ts';
import { SHIPPED_WALKER, shippedFiles } from '../models/shipped.ts';
import { regressPower } from './regress.ts';
import { powerText } from './regress-table.ts';

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench regress',
      typed: commandText('bench', 'regress'),
      summary:
        'plants damages into a sound policy and tells which check of regress catches them, and how often it is wrong',
      options: {
        policy: {
          argument: 'FILE',
          description: 'the sound policy (default: models/walker/walker.onnx)',
          schema: text().default(fromHere(shippedFiles(SHIPPED_WALKER).policy)),
        },
        others: {
          argument: 'FILE',
          repeats: 'lines',
          description: 'another policy, such as an older one, in place of it; may be given more than once',
          schema: lines(),
        },
        episodes: { argument: 'N', description: 'episodes of the baseline', schema: wholeNumber(8).default(400) },
        margin: { argument: 'SHARE', description: 'as regress has it', schema: positiveNumber().default(0.1) },
        seeds: { argument: 'N', description: 'files of each damage', schema: wholeNumber(1).default(20) },
        reExports: { argument: 'N', description: 'sound files, exported again', schema: wholeNumber(0).default(100) },
        maxSteps: {
          argument: 'N',
          description: "cap of an episode in physics steps (default: the scene's 5000)",
          schema: wholeNumber(5).optional(),
        },
        only: {
          argument: 'TEXT',
          description: 'only kinds of files with this in their name',
          schema: text().optional(),
        },
        folder: {
          argument: 'DIR',
          description:
            'what each file came to is kept there, and a bench that was stopped goes on (default: runs/bench-regress)',
          schema: text().default('runs/bench-regress'),
        },
        told: { description: 'play nothing: only tell what the folder holds', schema: flag() },
        workers: {
          argument: 'N',
          description: 'threads that play (default: one a core)',
          schema: wholeNumber(1).optional(),
        },
      },
      async run(options, { terminal, progress, interrupts: { signal } }) {
        const table = await regressPower(options, {
          signal,
          progress: (done, total) => progress.update({ done, total, unit: 'files' }),
        });
        progress.end();
        terminal.print(powerText(table));
        return { json: table };
      },
    },
    argv,
  );
