/**
 * What a sweep file says: which settings are tried, with which values, by which kind of search, and how long.
 *
 *     config: config/walker-quick.yaml
 *     kind: random
 *     trials: 8
 *     decisions: 300000
 *     settings:
 *       hyperparameters.learning_rate: { log_uniform: [1e-4, 1e-3] }
 *       hyperparameters.num_epoch: [2, 4, 8]
 *
 * `sweep.schema.json`, which editors complete it by, is made from the schema here (`npm run docs`).
 */
import { z } from 'zod';
import { GREATEST_SEED } from '../base/random/stream.ts';

const count = () => z.int().positive();

const range = (name: string) =>
  z
    .tuple([z.number(), z.number()], `two numbers, the lower and the higher end: ${name}: [0.1, 0.5]`)
    .refine(([low, high]) => low < high, { error: 'the higher end comes second, and has to be higher' });

const EXPECTED =
  'a list of values, or { values: [...] }, { uniform: [low, high] }, { log_uniform: [low, high] } or { integer: [low, high] }';

const values = z.array(z.json(), 'a list of values').min(1, 'a value at least');

const domain = z
  .union(
    [
      values,
      z.strictObject({ values }),
      z.strictObject({ uniform: range('uniform') }),
      z.strictObject({
        log_uniform: range('log_uniform').refine(([low]) => low > 0, { error: 'a logarithm needs ends above 0' }),
      }),
      z.strictObject({
        integer: range('integer').refine((ends) => ends.every(Number.isInteger), { error: 'two whole numbers' }),
      }),
    ],
    { error: EXPECTED },
  )
  .describe(`What is tried of a setting: ${EXPECTED}.`);

const common = {
  config: z
    .string()
    .min(1)
    .default('config/walker-quick.yaml')
    .describe("The settings that trials begin from, in ML-Agents' YAML schema: a file of yours or one of ours."),
  set: z
    .array(z.string())
    .default([])
    .describe('Settings of all trials, over what that file says: path=value each, as --set of `train` has them.'),
  seed: z.int().min(0).max(GREATEST_SEED).default(1).describe('Of what the sweep itself draws.'),
  seeds: count()
    .max(100)
    .default(1)
    .describe('Trainings of each candidate, with the seeds 1, 2, ...; what counts is their mean.'),
  decisions: count().describe('That one training may have, at most: its max_steps.'),
  evaluation_episodes: count()
    .optional()
    .describe('Held-out episodes of one evaluation, over what the configuration says.'),
  settings: z
    .record(z.string().min(1), domain)
    .refine((all) => Object.keys(all).length > 0, { error: 'a setting at least, by its path as --set has it' })
    .describe('What is tried, by the path of each setting: hyperparameters.learning_rate, gaitsmith.agents.'),
};

const looking = {
  looks: count()
    .max(100)
    .default(4)
    .describe('Held-out evaluations of each training, evenly over its decisions; at each, hopeless candidates stop.'),
  stop_hopeless: z
    .boolean()
    .default(true)
    .describe(
      'Stop a candidate that is worse than the median one at a look, with the whole of the 95 % interval of their difference.',
    ),
};

/** By `kind`, what the file has to say. */
export const sweepSchemas = {
  grid: z.strictObject({
    kind: z.literal('grid').describe('Every combination of the values.'),
    ...common,
    ...looking,
  }),
  random: z.strictObject({
    kind: z.literal('random').describe('So many combinations, drawn.'),
    trials: count().max(10_000).describe('Candidates.'),
    ...common,
    ...looking,
  }),
  halving: z.strictObject({
    kind: z.literal('halving').describe('Successive halving: many for a short while, the best of them for longer.'),
    trials: count().max(10_000).describe('Candidates that begin.'),
    eta: z.int().min(2).max(16).default(3).describe('One of so many goes on at each rung, for so many times as long.'),
    rungs: z
      .int()
      .min(2)
      .max(8)
      .default(3)
      .describe('Held-out evaluations that decide who goes on; the last is the end.'),
    ...common,
  }),
  pbt: z.strictObject({
    kind: z
      .literal('pbt')
      .describe('Population-based training: the worst go on from checkpoints of the best, with other settings.'),
    members: z.int().min(2).max(1000).describe('Candidates that train side by side.'),
    generations: z.int().min(2).max(1000).describe('Stretches of a training, each ending with a held-out evaluation.'),
    exploit: z
      .number()
      .gt(0)
      .max(0.5)
      .default(0.25)
      .describe('Share of the members, the worst, that copy one of as many best after each generation.'),
    resample: z
      .number()
      .min(0)
      .max(1)
      .default(0.25)
      .describe('How likely it is that who has copied draws a setting anew instead of changing it.'),
    factors: z
      .array(z.number().positive())
      .min(1)
      .default([0.8, 1.25])
      .describe('By one of which it multiplies a number otherwise.'),
    ...common,
  }),
};

export type SweepKind = keyof typeof sweepSchemas;
export const sweepKinds = Object.keys(sweepSchemas) as readonly SweepKind[];

/** What has to be read first. */
export const kindSchema = z.looseObject({ kind: z.enum(['grid', 'random', 'halving', 'pbt']) });

export type GridSweep = z.infer<typeof sweepSchemas.grid>;
export type RandomSweep = z.infer<typeof sweepSchemas.random>;
export type HalvingSweep = z.infer<typeof sweepSchemas.halving>;
export type PopulationSweep = z.infer<typeof sweepSchemas.pbt>;
export type Sweep = GridSweep | RandomSweep | HalvingSweep | PopulationSweep;
/** What is tried of one setting. */
export type Domain = z.infer<typeof domain>;

/** sweep.schema.json, as text. */
export function sweepSchemaText(): string {
  const schema = z.toJSONSchema(z.union(Object.values(sweepSchemas)), { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ title: 'sweep.yaml', ...schema }, undefined, 2)}\n`;
}
