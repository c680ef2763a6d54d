/** What the stages tell of their results: in run.json, and in the JSON of their commands. */
import { z } from 'zod';
import { deployResultOutput } from '../../deploy-unity/output.ts';
import { validationReport } from '../../validate/report.ts';

const score = { reward: z.number().describe('mean of an episode'), reward_ci95: z.number().nullable() };

/** Of one behaviour that was trained. */
const training = {
  steps: z.int().describe('decisions that it has learnt from'),
  episodes: z.int(),
  reward: z
    .strictObject({ ...score, episodes: z.int() })
    .nullable()
    .describe('of the latest episodes; null where too few have ended'),
  heldOut: z
    .strictObject({
      first: z.strictObject({ step: z.int(), ...score }).describe('the policy that it began with'),
      best: z.strictObject({ step: z.int(), ...score }).describe('the best policy'),
      difference: z.number(),
      difference_ci95: z.number().nullable(),
      fresh: z
        .strictObject({ ...score, episodes: z.int() })
        .nullable()
        .describe('the best policy on episodes that it was not chosen by'),
    })
    .nullable()
    .describe('by held-out episodes; null where it is not evaluated'),
  stopped: z.string().nullable().describe('why it ended before max_steps'),
  seed: z.int(),
  backend: z.string().describe('what computed the update'),
  device: z.string(),
  missing: z
    .strictObject({ device: z.string(), why: z.string() })
    .optional()
    .describe('the device that was asked for and could not be had'),
  operations: z
    .strictObject({ onDevice: z.int(), all: z.int() })
    .optional()
    .describe('how many of the operations the device took'),
};

const ofBehavior = z.strictObject({ behavior: z.string(), run: z.string().describe('its folder'), ...training });

export const trainDetails = z.strictObject({
  ...training,
  startedFrom: z
    .strictObject({ checkpoint: z.string(), sha256: z.string(), steps: z.int() })
    .nullable()
    .optional()
    .describe('what it began with; null: nothing learnt'),
  behavior: z.string().optional().describe('in Unity: the first behaviour, which all else here is of'),
  run: z.string().optional().describe('in Unity: its folder'),
  behaviors: z
    .array(ofBehavior.meta({ id: 'behaviour' }))
    .optional()
    .describe('in Unity: all of them'),
});

export const exportDetails = z.strictObject({
  bytes: z.int(),
  opset: z.int(),
  nodes: z.int().describe('operations of its graph'),
  steps: z.int().describe('decisions that the policy has learnt from'),
  metadata: z.record(z.string(), z.string()).describe('what the file tells of where it comes from'),
});

export const validateDetails = validationReport.extend({
  backend: z.string().describe('what TensorFlow.js judged on'),
});

export const deployDetails = deployResultOutput;
