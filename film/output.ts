/** What `film --json` tells, for docs/json.md and the tests. */
import { z } from 'zod';
import type { KeysOf } from '../base/json.ts';
import type { Recording } from './record.ts';

const panel = {
  speed: z.number().describe('target speed, m/s'),
  fellAfter: z.number().nullable().describe('seconds of the film until the walker fell'),
  walked: z.number().describe('towards the target while it stood, m/s'),
  lasted: z.int().describe('episodes that lasted'),
  tries: z.int().describe('episodes that there were'),
} satisfies KeysOf<Omit<Recording, 'poses' | 'shown'>>;

export const filmOutput = z.strictObject({
  policy: z.string().describe('the file that was painted'),
  character: z.string().optional().describe('the character file of whom was painted; absent: the Walker'),
  out: z.string().describe('the film'),
  bytes: z.int().describe('of the film'),
  sheet: z.string().nullable().describe('the sheet of moments'),
  panels: z.array(z.strictObject(panel)).describe('one for each target speed'),
});
