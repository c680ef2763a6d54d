/** What `sweep --json` tells, for docs/json.md and the tests. */
import { z } from 'zod';

const score = {
  step: z.int(),
  reward: z.number(),
  rewardInterval: z.number().describe('half of the 95 % interval'),
};
const values = z.record(z.string(), z.json()).describe('of each setting, by its path');

export const sweepOutput = [
  z.strictObject({
    sweep: z.string().describe('the file'),
    folder: z.string(),
    kind: z.enum(['grid', 'random', 'halving', 'pbt']),
    decisions: z.int().describe('that all trainings had'),
    rounds: z.array(z.strictObject({ until: z.int().describe('decisions of a training'), candidates: z.int() })),
    candidates: z
      .array(
        z.strictObject({
          name: z.string(),
          verdict: z.enum(['best', 'done', 'stopped', 'failed']),
          why: z.string(),
          values: values.describe('that it ended with'),
          stages: z
            .array(z.strictObject({ from: z.int().describe('decisions'), values }))
            .describe('as they changed on the way; more than one in a population alone'),
          decisions: z.int(),
          score: z.number().nullable().describe('mean over seeds of the best held-out reward; null where one failed'),
          fresh: z
            .number()
            .nullable()
            .describe('the same on episodes that none was chosen by, at the end of a training'),
          seeds: z.array(
            z.union([
              z.strictObject({ failed: z.string() }),
              z.strictObject({
                heldOut: z.strictObject({ ...score }).describe('of the latest policy that was judged'),
                best: z.strictObject({
                  ...score,
                  fresh: z
                    .strictObject({ reward: z.number(), rewardInterval: z.number(), episodes: z.int() })
                    .optional(),
                }),
              }),
            ]),
          ),
        }),
      )
      .describe('the best first'),
    best: z
      .strictObject({
        candidate: z.string(),
        seed: z.int(),
        config: z.string().describe('its configuration, whole'),
        train: z.string().describe('the command that trains by it'),
        export: z.string().describe('the one that exports the policy that is there already'),
      })
      .nullable()
      .describe('null where all have failed'),
    lead: z
      .strictObject({
        over: z.string(),
        lead: z.strictObject({ mean: z.number(), plusMinus: z.number().nullable() }),
      })
      .nullable()
      .describe('of the best over the next one, on the same held-out episodes'),
    report: z.string().describe('the page'),
  }),
  z.strictObject({ interrupted: z.literal(true), folder: z.string() }).describe('Where it was interrupted.'),
];
