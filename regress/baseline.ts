/**
 * A baseline: how a policy fared in which episodes, as a small JSON file beside the model. It holds the settings, too, so a
 * candidate can't be given easier ones, nor new seeds until it passes.
 */

import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { commandText, quoted } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import type { ParameterValues } from '../envs/env.ts';
import { worldNames } from '../envs/walker/dialects.ts';
import { checkParameters } from '../envs/walker/parameters.ts';
import { encodeGolden, goldenSchema } from './golden.ts';

/** Twelve for each look: `tQuantile` needs ten degrees of freedom. */
export const LEAST_EPISODES = 48;

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex');

const settingsSchema = z
  .strictObject({
    seed: z.int().min(0),
    speeds: z.union([z.enum(['grid', 'drawn']), z.array(z.number().positive()).min(1)]),
    deterministic: z.boolean(),
    world: z.enum(worldNames),
    /** Whose policy it is: path of a character's file, as it was told; absent: the Walker. */
    character: z.string().min(1).optional(),
    parameters: z.record(z.string(), z.unknown()).transform((value) => value as ParameterValues),
  })
  .superRefine(({ character, parameters }, context) => {
    if (character !== undefined) return; // regress() opens its file, and asks it
    try {
      checkParameters(parameters);
    } catch (error) {
      const message = error instanceof Error ? error.message : 'environment parameters';
      context.addIssue({ code: 'custom', path: ['parameters'], message });
    }
  });

const baselineSchema = z
  .strictObject({
    /** Of the form of this file. */
    gaitsmith_baseline: z.literal(1, '1, the only form that there is'),
    /** The policy that it was made of. */
    policy: z.string(),
    sha256: hash,
    /** Why it was made, in somebody's words, and what it took the place of: the last one first. */
    history: z.array(z.strictObject({ reason: z.string().min(1), sha256: hash, reward: z.number() })).min(1),
    /** What the world does in a fixed episode, as a hash: returns of another world say nothing. */
    world_sha256: hash,
    settings: settingsSchema,
    /** What the contract's check said of the file: what is said of a candidate besides is new. */
    findings: z.array(z.string()),
    bytes: z.int().positive(),
    /** By episode: target speed (m/s), return, and whether it ended before its time. */
    episodes: z.strictObject({
      speeds: z.array(z.number()),
      returns: z.array(z.number()),
      fell: z.array(z.union([z.literal(0), z.literal(1)])),
    }),
    golden: goldenSchema,
  })
  .refine(
    ({ episodes: { speeds, returns, fell } }) =>
      returns.length >= LEAST_EPISODES && speeds.length === returns.length && fell.length === returns.length,
    { path: ['episodes'], message: `speed, return and fall of each of ${LEAST_EPISODES} episodes at least` },
  )
  .refine(({ episodes: { returns } }) => returns.reduce((a, b) => a + b, 0) > 0, {
    path: ['episodes', 'returns'],
    message: 'above 0 in the mean: a share of less is no margin',
  });

export type Baseline = z.infer<typeof baselineSchema>;
export type BaselineSettings = Baseline['settings'];

/** A policy's baseline where nobody says otherwise: beside it. */
export function baselineBeside(policy: string): string {
  return `${policy.replace(/\.onnx$/i, '')}.baseline.json`;
}

/** @throws UserError where there is none, or it is damaged. */
export function readBaseline(path: string, policy: string): Baseline {
  if (!existsSync(path)) {
    throw new UserError({
      what: 'there is no baseline',
      where: path,
      mend: commandText(
        'regress',
        `${quoted(policy)} --baseline ${quoted(path)} --update-baseline --reason "the first one"`,
      ),
    });
  }
  const mend = 'put the committed file back, or make it anew with --update-baseline --reason "..."';
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError({ what: 'this file is no baseline, for it is no JSON', where: path, mend }, { cause: error });
  }
  const read = baselineSchema.safeParse(json);
  if (read.success) return read.data;
  const { path: inside, message } = read.error.issues[0]!;
  throw new UserError({
    what: 'this file is no baseline, or it is damaged',
    where: `${path}: ${inside.join('.') || 'the whole'}`,
    expected: message,
    mend,
  });
}

/** The file's text: a number of an episode a line would be long, so arrays stand on one. */
export function baselineText(baseline: Baseline): string {
  const { golden, episodes, ...rest } = baseline;
  const told = { ...rest, episodes: '@episodes', golden: '@golden' };
  const compact = (value: Record<string, unknown>) =>
    `{\n${Object.entries(value)
      .map(([name, each]) => `    ${JSON.stringify(name)}: ${JSON.stringify(each)}`)
      .join(',\n')}\n  }`;
  return `${JSON.stringify(told, null, 2)
    .replace('"@episodes"', () => compact(episodes))
    .replace('"@golden"', () => compact(encodeGolden(golden)))}\n`;
}
