/** `npm run bench -- regress`: damages planted into a sound policy, and which check catches them. */

import { commandText } from '../base/command-text.ts';
import { fromHere } from '../base/files/from-here.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { positiveNumber, text, wholeNumber } from '../cli/options.ts';
import { SHIPPED_WALKER, shippedFiles } from '../models/shipped.ts';
import { powerLine, regressPower } from './regress.ts';

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
        older: { argument: 'FILE', description: 'also an older policy, in place of it', schema: text().optional() },
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
        workers: {
          argument: 'N',
          description: 'threads that play (default: one a core)',
          schema: wholeNumber(1).optional(),
        },
      },
      async run(options, { terminal, interrupts: { signal } }) {
        const told = (row: Parameters<typeof powerLine>[0]) => terminal.print(powerLine(row));
        return { json: await regressPower(options, { signal, told }) };
      },
    },
    argv,
  );
