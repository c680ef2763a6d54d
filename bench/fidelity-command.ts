/** `npm run bench -- fidelity`: a Unity policy in our world, as a table. */
import { z } from 'zod';
import { checkWritable, writeAtomically } from '../base/files/write-atomically.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { flag, oneOf, text, wholeNumber } from '../cli/options.ts';
import type { ParameterValues } from '../envs/env.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { defaultWorld, worldNames } from '../envs/walker/dialects.ts';
import { checkParameter } from '../envs/walker/parameters.ts';
import { fidelity, printFidelity } from '../evaluate/fidelity.ts';
import { lessonsOf } from '../train/configuration/environment-parameters.ts';
import { readEnvironmentParameters } from '../train/configuration/read.ts';

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench fidelity',
      typed: 'npm run bench -- fidelity',
      summary: 'runs a Walker policy of ML-Agents in our world and tells how it fares, by target speed',
      options: {
        policy: { argument: 'FILE', description: 'an ONNX file that ML-Agents trained or runs', schema: text() },
        episodes: {
          argument: 'N',
          description: 'episodes (default: 300, which a verdict needs)',
          schema: wholeNumber(1).default(300),
        },
        seed: {
          argument: 'N',
          description: 'seed of episodes and sampled actions',
          schema: wholeNumber(0).default(0),
        },
        deterministic: {
          description: "the mean action instead of a sampled one, which Unity's scene uses",
          schema: flag(),
        },
        worst: {
          argument: 'N',
          description: 'how many observations to list, least like the file first (default: 12; --json has all)',
          schema: wholeNumber(0).default(12),
        },
        world: {
          argument: 'NAME',
          description: `the world to judge it in: ${worldNames.join(', ')} (default: ${defaultWorld})`,
          schema: oneOf(worldNames).optional(),
        },
        parameters: {
          argument: 'FILE',
          description: 'a configuration whose environment_parameters hold, of a curriculum the last lesson',
          schema: text().optional(),
        },
        report: {
          argument: 'FILE',
          description: 'write the whole report there as JSON; npm run ship takes it',
          schema: text().optional(),
        },
        set: {
          argument: 'NAME=NUMBER',
          repeats: 'commas',
          description: 'an environment parameter, such as friction=0.4; may be given more than once',
          schema: assignments().optional(),
        },
      },
      async run({ parameters: file, set, worst, report: reportPath, ...options }, { terminal }) {
        const parameters = { ...(file === undefined ? {} : lastLessons(file)), ...set };
        if (reportPath !== undefined) checkWritable(reportPath); // now, not after the episodes
        const report = await fidelity({ ...options, parameters });
        terminal.print(printFidelity(report, worst));
        if (reportPath !== undefined) writeAtomically(reportPath, `${JSON.stringify(report, null, 2)}\n`);
        return { json: report };
      },
    },
    argv,
  );

/** "friction=0.4,mass_scale=1.2" as numbers by name. */
function assignments() {
  const expected = 'NAME=NUMBER, such as friction=0.4';
  return z.string(expected).transform((text, context) => {
    const values = text.split(',').map((part) => /^(\w+)=([+-]?[\d.]+(?:e[+-]?\d+)?)$/i.exec(part));
    const read = values.map((found) => [found?.[1] ?? '', Number(found?.[2])] as const);
    if (read.every(([, value]) => Number.isFinite(value))) return Object.fromEntries(read);
    context.addIssue(expected);
    return z.NEVER;
  });
}

function lastLessons(file: string): ParameterValues {
  const settings = readEnvironmentParameters(file, behavior.name, checkParameter);
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [name, lessonsOf(name, setting).at(-1)!.value]),
  );
}
