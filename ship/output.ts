/** What `ship --json` tells, for docs/json.md and the tests. */
import { z } from 'zod';
import { card } from './shipped-walker.ts';

export const shipOutput = z.strictObject({
  folder: z.string().describe('where the walker lies now'),
  card: card.describe('its card.json'),
});
