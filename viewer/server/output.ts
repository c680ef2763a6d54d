/** What `view --json` and `build:viewer --json` tell, for docs/json.md and the tests. */
import { z } from 'zod';

export const viewOutput = z.strictObject({
  address: z
    .string()
    .nullable()
    .describe('of the page, while it was served; null: it was ended before the training began'),
});

export const buildViewerOutput = z.strictObject({
  folder: z.string(),
  files: z.int(),
  bytes: z.int(),
  gzipped: z.int().describe('bytes, as a host sends them'),
});
