/** `npm run bench -- soak`: whether the simulator holds for millions of decisions. */
import { commandText } from '../base/command-text.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { oneOf, text, wholeNumber } from '../cli/options.ts';
import { defaultWorld, worldNames } from '../envs/walker/dialects.ts';
import { printSoak, soak } from './soak.ts';

/** Turns between two lines of what was counted so far. */
const turnsOfLine = 10;

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench soak',
      typed: commandText('bench', 'soak'),
      summary:
        'plays millions of decisions, random and trained, and counts what must not be; Ctrl-C ends it with its report',
      options: {
        decisions: {
          argument: 'N',
          description: 'decisions in all (default: 10,000,000)',
          schema: wholeNumber(1).default(10_000_000),
        },
        policy: {
          argument: 'FILE',
          description: 'an ONNX file that plays every other turn (default: models/walker/walker.onnx)',
          schema: text().default('models/walker/walker.onnx'),
        },
        seed: { argument: 'N', description: 'of episodes and actions', schema: wholeNumber(0).default(0) },
        world: {
          argument: 'NAME',
          description: `${worldNames.join(', ')} (default: ${defaultWorld})`,
          schema: oneOf(worldNames).default(defaultWorld),
        },
      },
      async run({ decisions, ...options }, { terminal, progress, interrupts }) {
        let turns = 0;
        const report = await soak({
          decisions,
          ...options,
          signal: interrupts.signal,
          onTurn(now) {
            const done = now.random.decisions + now.trained.decisions;
            progress.update({ done, total: decisions, unit: 'decisions' });
            if (++turns % turnsOfLine === 0) terminal.print(printSoak(now));
          },
        });
        progress.end();
        terminal.print(printSoak(report));
        return { json: report };
      },
    },
    argv,
  );
