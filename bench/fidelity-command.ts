/** `npm run bench -- fidelity`: a Unity policy in our world, as a table. */
import { runCommandLine } from '../pipeline/command-line.ts';
import { flag, text, wholeNumber } from '../pipeline/options.ts';
import type { Json } from '../pipeline/stage.ts';
import { fidelity, printFidelity } from './fidelity.ts';

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench fidelity',
      typed: 'npm run bench -- fidelity',
      summary: 'runs a Walker policy of ML-Agents in our world and tells how it fares, by target speed',
      options: {
        policy: { argument: 'FILE', description: 'an ONNX file that ML-Agents trained or runs', schema: text() },
        episodes: { argument: 'N', description: 'episodes (default: 100)', schema: wholeNumber(1).default(100) },
        seed: {
          argument: 'N',
          description: 'seed of episodes and sampled actions (default: 0)',
          schema: wholeNumber(0).default(0),
        },
        deterministic: {
          description: "the mean action instead of a sampled one, which Unity's scene uses",
          schema: flag(),
        },
      },
      async run(options, { terminal }) {
        const report = await fidelity(options);
        terminal.print(printFidelity(report));
        return { json: report as unknown as { [key: string]: Json } };
      },
    },
    argv,
  );
