/** What `report --json` tells, for docs/json.md and the tests. */
import { z } from 'zod';

const page = { path: z.string().describe('the page'), bytes: z.int() };

export const reportOutput = [
  z.strictObject({
    reports: z.array(
      z.strictObject({
        run: z.string(),
        ...page,
        missing: z.array(z.string()).describe('what it lacks, and how to have it, a sentence each'),
      }),
    ),
  }),
  z
    .strictObject({ reports: z.array(z.strictObject(page)), runs: z.array(z.string()).describe('that are on it') })
    .describe('With `--compare`.'),
];
