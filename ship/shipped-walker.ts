/**
 * A walker that comes with Gaitsmith, in a folder below `models/`: the policy, its card, and the checkpoint with the settings
 * from which training goes on. `npm run ship` writes it; a new run starts from it where it fits.
 */

import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { fromHere } from '../base/files/from-here.ts';
import { sha256OfFile } from '../base/files/hash.ts';
import type { BehaviorSpec } from '../envs/env.ts';
import { behavior as walker } from '../envs/walker/behavior.ts';
import { defaultWorld } from '../envs/walker/dialects.ts';
import { shippedFiles } from '../models/shipped.ts';
import type { Configuration } from '../train/configuration/read.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex');
const share = z.number().min(0).max(1);

/** Fewer tell nothing of how good a policy is. */
const LEAST_EPISODES = 100;

/** How the policy fared at some target speeds. More may be told of a band; it goes into the card as it is. */
const band = z.looseObject({
  /** m/s, from .. to. */
  speed: z.tuple([z.number(), z.number()]),
  episodes: z.int().positive(),
  /** Mean of an episode. */
  reward: z.number(),
  falls_share: share,
});

const scores = {
  /** Mean reward of an episode, with target speeds drawn as Unity's scene draws them, */
  reward: z.number(),
  /** and the half-width of its 95 % confidence interval. */
  reward_ci95: z.number().nonnegative(),
  /** Share of the episodes that ended in a fall. */
  falls_share: share,
  bands: z.array(band).min(1),
};

/** What `npm run ship` is told of a policy: its scores, and which file they are of. */
const evaluationReport = z.looseObject({
  sha256: hash,
  ...scores,
  // As Unity's scene has it: anything easier would flatter, and no two cards could be compared.
  world: z.literal(defaultWorld, `${defaultWorld}: no --world`),
  deterministic: z.literal(false, 'false: actions are to be sampled'),
  parameters: z.strictObject({}, "none: the world is to be Unity's (no --set, no --config)"),
  /** Absent in reports from before there was a choice: drawn. */
  speeds: z.enum(['grid', 'drawn'], "grid or drawn: all of Unity's target speeds").optional(),
  seed: z.int(),
  episodes: z.int().min(LEAST_EPISODES),
  /** Path of the character's file; absent: the Walker. */
  character: z.string().optional(),
});

/** What `npm run ship` may be told besides: how the same file fares in another world, or in Unity's with other parameters. */
const reportElsewhere = z.object({
  sha256: hash,
  world: z.string(),
  deterministic: z.boolean(),
  parameters: z.record(z.string(), z.unknown()),
  seed: z.int(),
  episodes: z.int().min(LEAST_EPISODES),
  reward: z.number(),
  reward_ci95: z.number().nonnegative(),
  falls_share: share,
});

export const card = z.strictObject({
  /** Of walker.onnx. */
  sha256: hash,
  /** Of checkpoint.safetensors. */
  checkpoint_sha256: hash,
  run: z.string(),
  /** Name of the character whose policy it is; absent: the Walker. */
  character: z.string().optional(),
  /** Of Gaitsmith, when it was trained; "-dirty" where files had been changed since. Null where nobody knows. */
  commit: z.string().nullable(),
  /** The file with its settings, beside the card, */
  config: z.string(),
  /** and its hash. */
  config_sha256: hash,
  seed: z.int(),
  /** Decisions it has learnt from in all, those before it was shipped the last time included. */
  steps: z.int().nonnegative(),
  /** Which episodes the scores are of: those of a seed are the same for every policy. Absent in older cards. */
  evaluation: z.strictObject({ seed: z.int(), episodes: z.int() }).optional(),
  /** The world that it was judged in; absent in cards from before there were several: then it was PhysX 5. */
  world: z.string().optional(),
  ...scores,
  /** The same policy's scores in other worlds; absent where none was told. */
  elsewhere: z.array(reportElsewhere.omit({ sha256: true })).optional(),
});

export type EvaluationReport = z.infer<typeof evaluationReport>;
export type ElsewhereReport = z.infer<typeof reportElsewhere>;
export type Card = z.infer<typeof card>;

/** @throws UserError where there is no such file or it tells something else. */
export function readEvaluationReport(path: string): EvaluationReport {
  return readJson(path, evaluationReport, 'an evaluation report (models/README.md)');
}

/** @throws UserError where there is no such file or it tells something else. */
export function readElsewhereReport(path: string): ElsewhereReport {
  return readJson(path, reportElsewhere, 'an evaluation report (models/README.md)');
}

/** @throws UserError where there is no such file or it tells something else. */
export function readCard(path: string): Card {
  return readJson(path, card, 'the card of a shipped walker');
}

/**
 * The checkpoint of a shipped walker, for a run with these settings to start from: both networks have to be the same.
 *
 * @param spec who is to start from it.
 * @throws UserError where the folder has none, or none that fits; where its checkpoint is damaged, or another one than its
 *   card says.
 */
export async function shippedStart(
  folder: string,
  { behavior }: Configuration,
  spec: BehaviorSpec = walker,
): Promise<string> {
  const { checkpoint: path } = shippedFiles(folder);
  if (!existsSync(path)) {
    throw new UserError({ what: 'there is no shipped walker to start from', where: '--shipped', value: path });
  }
  refuseHalfShipped(folder);
  const { readCheckpoint } = await import('../train/keep/checkpoint.ts');
  const { networkOf } = await import('../train/learn/learner-options.ts');
  const { network: had } = readCheckpoint(path);
  const wanted = networkOf(spec, behavior);
  if (isDeepStrictEqual(had, wanted)) return fromHere(path);
  const different = Object.keys({ ...had, ...wanted }).find(
    (key) => !isDeepStrictEqual(had[key as keyof typeof had], wanted[key as keyof typeof had]),
  ) as keyof typeof had;
  const told = ({ [different]: value }: typeof had) =>
    typeof value === 'object' ? 'that of a mirror' : (value ?? 'unset');
  throw new UserError({
    what: `the shipped walker has another network than these settings want: ${different} ${told(had)} and not ${told(wanted)}`,
    where: path,
    mend: `train by its own settings (--config ${fromHere(shippedFiles(folder).config)}), or start from nothing learnt`,
  });
}

/** The card is written last: where `npm run ship` was killed, it is still that of the walker before. */
function refuseHalfShipped(folder: string): void {
  const { card, checkpoint } = shippedFiles(folder);
  // A checkpoint by itself, put there by hand, belongs to nothing else.
  if (!existsSync(card) || readCard(card).checkpoint_sha256 === sha256OfFile(checkpoint)) return;
  const where = fromHere(folder);
  throw new UserError({
    what: 'the card is of another checkpoint than the one beside it',
    where,
    mend: `put both back (git checkout -- ${where}), or ship the walker again (${commandText('ship')})`,
  });
}

function readJson<Schema extends z.ZodType>(path: string, schema: Schema, what: string): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError({ what: `${what} was expected here`, where: path }, { cause: error });
  }
  const checked = schema.safeParse(json);
  if (checked.success) return checked.data;
  const { path: inside, message } = checked.error.issues[0]!;
  throw new UserError({ what: `this is not ${what}: ${inside.join('.') || 'the whole'}: ${message}`, where: path });
}
