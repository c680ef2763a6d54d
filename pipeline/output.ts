/** What the pipeline and the commands of its stages tell in JSON, for docs/json.md and the tests. */
import { z } from 'zod';
import type { OutputForm } from '../cli/json-output.ts';
import { stageRecord } from './manifest.ts';
import type { Stage } from './stage.ts';

const run = z.strictObject({ id: z.string(), path: z.string().describe('its folder') });

const result = z.enum(['done', 'up to date', 'failed', 'interrupted', 'not run', 'left out']);

const record = stageRecord.omit({ details: true });

export const pipelineOutput: readonly OutputForm[] = [
  z.strictObject({
    run,
    stages: z
      .array(
        z.strictObject({
          stage: z.string(),
          result,
          ...record.partial().shape,
          details: z.unknown().optional().describe("what that stage's own command tells"),
        }),
      )
      .describe('in their order; with what run.json records of each that has ever run'),
    report: z.string().optional().describe('the page that was written at the end'),
  }),
];

/** Of the command of a stage: its record, the table of its seeds, or what it does in no run's name. */
export function stageOutput({ name, details, seeded, besides }: Stage): readonly OutputForm[] {
  const whole = z.strictObject({
    run,
    stage: z.strictObject({
      name: z.literal(name),
      ...record.shape,
      details: (details ?? z.unknown()).optional(),
    }),
  });
  const seeds = seeded && [
    z
      .strictObject({
        seeds: z.array(z.strictObject({ seed: z.int(), run, result, [seeded.scoreName]: z.number().nullable() })),
        mean: z.number().nullable().describe(`mean ${seeded.scoreName}; null where fewer than two have one`),
        mean_ci95: z.number().nullable().describe('half-width of its 95 % confidence interval over the seeds'),
      })
      .describe('With `--seeds`.'),
  ];
  return [whole, ...(seeds ?? []), ...(besides?.output ?? [])];
}

/** Of `gaitsmith --version`. */
export const versionOutput: readonly OutputForm[] = [z.strictObject({ version: z.string() })];
