/** `npm run bench -- ops`: what can be traced. */
import { commandText } from '../base/command-text.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { ops, printOps } from './ops.ts';

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench ops',
      typed: commandText('bench', 'ops'),
      summary: "lists the tracer's operator table: kernels, gradients, and what they become in ONNX",
      options: {},
      async run(_, { terminal }) {
        const report = await ops();
        terminal.print(printOps(report));
        return { json: report };
      },
    },
    argv,
  );
