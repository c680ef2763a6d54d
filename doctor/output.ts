/** What `doctor --json` tells, for docs/json.md and the tests. */
import { z } from 'zod';

export const doctorOutput = z.strictObject({
  checks: z.array(
    z.strictObject({
      name: z.string(),
      neededBy: z.string().describe('which commands need it'),
      level: z.enum(['ok', 'warn', 'fail']).describe('one that fails makes the exit code 1'),
      found: z.string(),
      mend: z.string().optional().describe('what mends it, where it is not ok'),
    }),
  ),
});
