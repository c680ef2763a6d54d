/** The record and the result of a training that is handed out. */
import { z } from 'zod';
import { GREATEST_SEED } from '../../base/random/stream.ts';
import { characterRecord } from './character-record.ts';
import { sha256Text } from './sha256-text.ts';

/** ML-Agents' YAML with every default spelled out is some kilobytes. */
const MOST_TEXT = 64 * 1024;

export const trainRecord = z.strictObject({
  /** The run's config.yaml: all settings, as `configurationAsYaml` writes them. It says how often what it stands at is kept. */
  configuration: z.string().max(MOST_TEXT),
  /** What it is called in messages, and for the checkpoint's origin: "config/walker-quick.yaml". */
  file: z.string().max(1024),
  /** Whom the configuration names as `gaitsmith.character`: from these files, wherever that path leads. */
  character: characterRecord,
  /** Of Gaitsmith, for the checkpoint's origin; null where nobody knows. */
  commit: z.string().max(64).nullable(),
  seed: z.int().min(0).max(GREATEST_SEED),
  /**
   * A checkpoint to begin with, and how: `resume` goes on with the same run, to the byte; `branch` goes on as well, but with
   * this record's seed from here on, so that copies of a checkpoint part ways; `initialize` takes over its weights as `init_path`
   * does. The configuration's own init_path is not looked at.
   */
  start: z
    .strictObject({
      sha256: sha256Text,
      how: z.enum(['resume', 'branch', 'initialize']),
      /** What it is called: the path that a run which starts from it keeps. */
      name: z.string().max(1024),
      /** SHA-256 of the best checkpoint so far, for a run that goes on and is evaluated; else null. */
      best: sha256Text.nullable(),
    })
    .nullable(),
  /** Leaves off, with a checkpoint, after the iteration that has come to so many decisions; null: at max_steps. Schedules go by max_steps. */
  until: z.int().min(1).nullable(),
});

const score = z.strictObject({ step: z.number(), reward: z.number(), rewardInterval: z.number() });

/** `HeldOut` of train/judge. */
const heldOut = z.strictObject({
  ...score.shape,
  returns: z.array(z.number()).readonly().exactOptional(),
  fresh: z.strictObject({ reward: z.number(), rewardInterval: z.number(), episodes: z.int() }).exactOptional(),
});

/**
 * Its files are those of a run's folder: `checkpoints/step-....safetensors` (`latest` names the last), `checkpoints/best.safetensors` where it is
 * evaluated, `metrics.jsonl`, `events.out.tfevents....`.
 */
export const trainResult = z.strictObject({
  step: z.int(),
  episodes: z.int(),
  /** The name of the latest checkpoint among the files. */
  latest: z.string(),
  /** Whether decisions are left: it was to leave off before max_steps. */
  interrupted: z.boolean(),
  /** Mean of the latest episodes of all agents; null where not every one has ended one. */
  reward: z.number().nullable(),
  /** The first and the best held-out evaluation; null where it is not evaluated. */
  heldOut: z.strictObject({ first: heldOut, best: heldOut }).nullable(),
  /** The held-out evaluations since its start. */
  evaluations: z.array(z.strictObject({ ...score.shape, fallShare: z.number(), episodes: z.int() })),
  /** Why it has stopped before its time, where it has. */
  stopped: z.string().nullable(),
  /** What computed the update. */
  engine: z.strictObject({ backend: z.literal('onnx'), device: z.literal('cpu') }),
});
