/** `npm run bench -- sim`: how fast the world is by itself. */
import { runCommandLine } from '../pipeline/command-line.ts';
import { wholeNumber } from '../pipeline/options.ts';
import type { Json } from '../pipeline/stage.ts';
import { printSim, sim } from './sim.ts';

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench sim',
      typed: 'npm run bench -- sim',
      summary: 'measures the PhysX world on one thread, with random actions',
      options: {
        decisions: {
          argument: 'N',
          description: 'decisions to measure (default: 5000)',
          schema: wholeNumber(1).default(5000),
        },
        agents: { argument: 'N', description: 'walkers (default: 16)', schema: wholeNumber(1).default(16) },
      },
      async run(options, { terminal }) {
        const report = await sim(options);
        terminal.print(printSim(report));
        return { json: report as unknown as { [key: string]: Json } };
      },
    },
    argv,
  );
