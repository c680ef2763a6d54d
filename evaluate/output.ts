/** What `evaluate --json` tells, and its `--report`, for docs/json.md and the tests; `report.ts` says what the numbers are. */
import { z } from 'zod';
import type { KeysOf } from '../base/json.ts';
import { worldNames } from '../envs/walker/dialects.ts';
import type { Estimate } from './estimate.ts';
import type { EvaluationReport, WebEpisodes } from './evaluate.ts';
import { footholds } from './gait.ts';
import type { ObservationDifference } from './observation-statistics.ts';
import type { Fared } from './report.ts';

/** Numbers that are infinite are null in JSON. */
const interval = z.number().nullable();

export const seedOutput = z.int().describe('seed of the episodes and of sampled actions');
export const speedsOutput = z
  .union([z.enum(['grid', 'drawn']), z.array(z.number())])
  .describe('target speeds: evenly over their range, drawn as in Unity, or these in turn, m/s');
export const worldOutput = z.enum(worldNames).describe('the world that was walked in');
export const characterOutput = z
  .string()
  .optional()
  .describe('the character file of whom was judged; absent: the Walker');
export const deterministicOutput = z.boolean().describe('the mean action instead of a sampled one');
export const parametersOutput = z
  .record(z.string(), z.unknown())
  .describe("environment parameters other than those of Unity's scene");
export const sha256Output = z.string().describe('SHA-256 of the file');

const fared = {
  episodes: z.int().describe('that were played'),
  falls: z.int(),
  falls_share: z.number().describe('share of the episodes that ended in a fall, 0 to 1'),
  steps_per_fall: z.number().nullable().describe('physics steps in all over falls; null where nobody fell'),
  reward: z.number().describe('mean of an episode'),
  reward_ci95: interval.describe('half-width of its 95 % confidence interval; null for a single episode'),
  reward_per_step: z.number().describe('mean of a physics step'),
  steps: z
    .strictObject({ mean: z.number(), plusMinus: interval } satisfies KeysOf<Estimate>)
    .describe('mean length of an episode in physics steps, and how sure that is'),
  capped_share: z.number().describe('share of the episodes that lasted to the cap'),
  blow_ups: z.int().describe('episodes whose physics broke down'),
  targets_touched: z.int(),
  mean_speed: z.number().describe('speed held towards the target, m/s'),
  speed_under_way: z
    .number()
    .nullable()
    .describe(
      'the same more than three seconds after the start and after each new target, m/s; null where it never was',
    ),
  speed_error: z.number().describe('mean distance of the velocity from what is wanted, m/s'),
  energy_per_metre: z.number().nullable().describe('work of all joints for each metre towards the target, J/m'),
  cost_of_transport: z.number().nullable().describe("the same over the walker's weight, no unit"),
  action_change: z.number().describe('mean change of an action, -1 to 1, from one decision to the next'),
  foot_contact: z
    .strictObject(Object.fromEntries(footholds.map((foothold) => [foothold, z.number()])))
    .describe('shares of physics steps with that on the ground'),
  sway: z.number().describe("the hips' speed across the way, root of the mean square, m/s"),
  fallen: z.record(z.string(), z.int()).describe('episodes that ended by the touch of this body'),
} satisfies KeysOf<Fared>;

const observation = {
  name: z.string(),
  mean: z.number(),
  unity_mean: z.number().describe("as the file's normaliser has it"),
  deviation: z.number(),
  unity_deviation: z.number(),
  shift: z.number().nullable().describe("difference of the means in the normaliser's deviations"),
} satisfies KeysOf<ObservationDifference>;

export const evaluationOutput = z.strictObject({
  policy: z.string().describe('the file, or what else it is called'),
  sha256: sha256Output,
  world: worldOutput,
  character: characterOutput,
  dialect: z.string().nullable().describe("whose solver that world's simulator is set like; null: it is PhysX itself"),
  deterministic: deterministicOutput,
  seed: seedOutput,
  speeds: speedsOutput,
  parameters: parametersOutput,
  ...fared,
  bands: z
    .array(
      z
        .strictObject({ speed: z.tuple([z.number(), z.number()]).describe('m/s, above .. to'), ...fared })
        .meta({ id: 'band' }),
    )
    .describe('the same by target speed'),
  observations: z
    .array(z.strictObject(observation))
    .optional()
    .describe("with --statistics: observations beside the file's normaliser, least like it first"),
  web: z
    .strictObject({
      browser: z.string(),
      world: z.string(),
      seed: seedOutput,
      agents: z.int(),
      decisions: z.int(),
      node: z.string().describe('SHA-256 of the trajectory in Node'),
      web: z.string().describe('SHA-256 of the trajectory in the browser'),
      partsAt: z
        .int()
        .nullable()
        .describe('first decision, from 0, that is another one there; null: none; else the exit code is 1'),
      nativePartsAt: z.int().nullable().describe('the same of onnxruntime-node, which rounds otherwise'),
    } satisfies KeysOf<WebEpisodes>)
    .optional()
    .describe('with --web: walkers played by onnxruntime-web in Node and in a browser'),
  compared_with: z
    .strictObject({ policy: z.string(), sha256: sha256Output, ...fared })
    .meta({ id: 'other policy' })
    .optional()
    .describe('with --compare: the other one, on the same episodes'),
  difference: z.number().optional().describe('with --compare: mean reward less that of the other one'),
  difference_ci95: interval.optional().describe('half-width of its 95 % confidence interval, by pairs'),
  detectable: interval.optional().describe('the smallest difference that would be seen 80 times in 100'),
  correlation: z.number().nullable().optional().describe('of the two rewards of a pair'),
  paired_falls: z
    .strictObject({
      onlyFirst: z.int().describe('episodes that only the other one fell in'),
      onlySecond: z.int().describe('episodes that only this one fell in'),
      p: z.number().describe("McNemar's exact p, one-sided"),
    })
    .optional(),
} satisfies KeysOf<EvaluationReport>);
