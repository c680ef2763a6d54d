/** The record and the result of episodes that are handed out: a share of what `evaluate` or `regress` plays. */
import { z } from 'zod';
import { GREATEST_SEED } from '../../base/random/stream.ts';
import { worldNames } from '../../envs/walker/dialects.ts';
import { footholds } from '../../evaluate/gait.ts';
import { characterRecord } from './character-record.ts';
import { sha256Text } from './sha256-text.ts';

/** A number, or how one is drawn for every episode: `ParameterValue` of envs/env.ts. */
const parameter = z.union([
  z.number(),
  z.strictObject({
    sampler_type: z.literal('uniform'),
    sampler_parameters: z.strictObject({ seed: z.int(), min_value: z.number(), max_value: z.number() }),
  }),
  z.strictObject({
    sampler_type: z.literal('gaussian'),
    sampler_parameters: z.strictObject({ seed: z.int(), mean: z.number(), st_dev: z.number() }),
  }),
  z.strictObject({
    sampler_type: z.literal('multirangeuniform'),
    sampler_parameters: z.strictObject({
      seed: z.int(),
      intervals: z.array(z.tuple([z.number(), z.number()])).max(64),
    }),
  }),
]);

/** A share has so many episodes at most: its result is some hundred bytes for each. */
export const MOST_EPISODES = 10_000;

export const playRecord = z
  .strictObject({
    policy: z.strictObject({ name: z.string().max(1024), sha256: sha256Text }),
    character: characterRecord,
    deterministic: z.boolean(),
    world: z.enum(worldNames),
    plan: z.strictObject({
      seed: z.int().min(0).max(GREATEST_SEED),
      speeds: z.union([z.enum(['grid', 'drawn']), z.array(z.number()).min(1).max(1000)]),
      parameters: z.record(z.string().max(64), parameter),
    }),
    /** Numbers of the episodes, from .. to, the last not among them. */
    from: z.int().min(0),
    to: z.int().min(1),
    /** Whether episodes tell how they were walked, and what was observed in them. */
    gait: z.boolean(),
    observed: z.boolean(),
  })
  .refine(({ from, to }) => to > from && to - from <= MOST_EPISODES, `from 1 to ${MOST_EPISODES} episodes`);

const episode = z.strictObject({
  episode: z.int(),
  targetSpeed: z.number(),
  reward: z.number(),
  steps: z.int(),
  outcome: z.enum(['fell', 'cut off', 'blew up']),
  fallenBody: z.string().nullable(),
  meanSpeed: z.number(),
  targetsTouched: z.int(),
  actionChange: z.number(),
  gait: z
    .strictObject({
      work: z.number(),
      contact: z.record(z.enum(footholds), z.number()),
      sideways: z.number(),
      speedError: z.number(),
      underWay: z.strictObject({ steps: z.int(), speed: z.number() }),
    })
    .exactOptional(),
});

/**
 * The episodes in their order. Where it was asked what they observed, the file `observed` has for each a row of Float64, little endian: the number of
 * observations, their means, and the sums of squares, [episodes, 1 + 2 * observationSize].
 */
export const playResult = z.array(episode).max(MOST_EPISODES);
