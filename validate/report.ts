/** validation.json: what a validation found, for people and for the stages that rely on it. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';

const engineReport = z.object({
  engine: z.string(),
  /** Largest absolute difference from the reference, over all rows, by batch size. */
  batches: z.array(z.object({ size: z.int(), largestDifference: z.number() })),
  /** Largest absolute difference between the same row in different batches. */
  largestBetweenBatches: z.number(),
  /**
   * Shares of sampled actions above the deterministic one, and within the middle half of the distribution: both 0.5. Null where
   * all actions are clipped.
   */
  noise: z.object({ above: z.number().nullable(), middleHalf: z.number().nullable() }),
});

/** The same seeded episodes, played by the same engine here and in a browser. */
const webReport = z.object({
  /** "Chromium 150.0.7871.114". */
  browser: z.string(),
  /** Null for a policy that is none of the Walker, which can't be played here. */
  episodes: z
    .object({
      world: z.string(),
      seed: z.int(),
      agents: z.int(),
      decisions: z.int(),
      /** SHA-256 of the trajectory in Node, and in the browser. */
      node: z.string(),
      web: z.string(),
      /** The first decision, from 0, that is another one there; null where none is. */
      partsAt: z.int().nullable(),
      /** The same of onnxruntime-node, whose sums are rounded otherwise: told, and not judged. */
      nativePartsAt: z.int().nullable(),
    })
    .nullable(),
});
export type WebReport = z.infer<typeof webReport>;

export const validationReport = z.object({
  passed: z.boolean(),
  /** What is wrong, a sentence each. */
  problems: z.array(z.string()),
  /** Of the file that was judged. */
  sha256: z.string(),
  shape: z.object({
    observationSize: z.int(),
    actionSize: z.int(),
    sensors: z.array(z.object({ size: z.int() })).optional(),
  }),
  tolerance: z.number(),
  /** Observations compared: from episodes, and made up to be extreme. */
  rows: z.object({ episodes: z.int(), edge: z.int() }),
  engines: z.array(engineReport),
  /** With `--web`. */
  web: webReport.optional(),
});

export type EngineReport = z.infer<typeof engineReport>;
export type ValidationReport = z.infer<typeof validationReport>;

/**
 * @param flags that name the run, for the command that mends it: `--run-id walker`.
 * @throws UserError where the report is missing or no report.
 */
export function readReport(path: string, flags: string): ValidationReport {
  const mend = commandText('validate', flags);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError({ what: 'there is no readable validation report', where: path, mend }, { cause: error });
  }
  const result = validationReport.safeParse(json);
  if (!result.success) throw new UserError({ what: 'this is no validation report', where: path, mend });
  return result.data;
}
