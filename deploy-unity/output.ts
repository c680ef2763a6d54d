/** What a deploy, its history and a rollback tell in JSON, for docs/json.md and the tests. */
import { z } from 'zod';
import type { KeysOf } from '../base/json.ts';
import type { PackageVersion } from './package-versions.ts';
import type { Drift } from './physics/drift.ts';
import type { DeployResult } from './plan-deploy.ts';
import type { DeployRecord } from './records.ts';
import type { Warning } from './warning.ts';

const hash = z.string().nullable();

const drift = {
  what: z.string().describe('such as "fixed timestep" or "mass of hips"'),
  where: z.string().describe('the file that says so'),
  current: z.string(),
  wanted: z.string(),
  unit: z.string(),
  whyNot: z.string().optional().describe('why --apply-physics does not write it'),
} satisfies KeysOf<Omit<Drift, 'write'>>;

const warning = {
  code: z.string(),
  message: z.string(),
  where: z.string().optional().describe('the file that it is about'),
} satisfies KeysOf<Warning>;

/** Paths are relative to the Unity project, but for its own. */
export const deployResultOutput = z
  .strictObject({
    project: z.string().describe('the Unity project'),
    asset: z.string().describe('the model in it'),
    dryRun: z.boolean(),
    unchanged: z.boolean().describe('the project held this very model before'),
    written: z.array(z.string()).describe('files written, in that order; in a dry run those that would be'),
    diff: z.string().describe('what changes, as a unified diff'),
    bound: z
      .array(z.strictObject({ path: z.string(), agents: z.int() }))
      .describe('prefabs and scenes given the model'),
    attached: z
      .strictObject({
        path: z.string(),
        place: z.string().describe('of the object in that file: Platform/Hero'),
        switchedOff: z.array(z.string()).describe('agents and ground contacts of others'),
      })
      .optional()
      .describe('where the agent of a character was put'),
    parityTest: z.string().optional().describe('the folder with the parity test'),
    drift: z
      .array(z.strictObject(drift))
      .describe("numbers of the project's physics that are not those of the training"),
    recovered: z
      .enum(['finished', 'undone'])
      .optional()
      .describe('what was done first about a deploy that had been killed'),
    guid: z.string().describe('by which prefabs and scenes refer to the model'),
    meta: z.enum(['kept', 'written']),
    sha256Before: z.string().optional().describe('of the model that lay there before'),
    sha256: z.string().describe('of the model'),
    recognised: z.strictObject({
      editor: z.string(),
      mlAgents: z
        .strictObject({
          version: z.string().optional().describe("missing where it can't be told"),
          source: z.string().describe('the file that says so'),
          address: z.string().optional().describe('what led to no version'),
        } satisfies KeysOf<PackageVersion>)
        .optional(),
      inference: z.strictObject({
        id: z.string(),
        kind: z.enum(['barracuda', 'sentis', 'inference-engine']),
        version: z.string().optional(),
        source: z.string().describe('where that is known from'),
      }),
    }),
    references: z.array(z.string()).describe('assets that refer to the model'),
    warnings: z.array(z.strictObject(warning)),
  } satisfies KeysOf<DeployResult>)
  .meta({ id: 'deploy' });

export const deployRecordOutput = z
  .strictObject({
    format: z.literal(1),
    id: z.string(),
    phase: z.enum(['placing', 'undoing', 'done']).describe('not done: the next deploy sees to it'),
    when: z.string(),
    what: z.enum(['deploy', 'rollback']),
    of: z.string().optional().describe('the deploy that a rollback takes back'),
    asset: z.string(),
    from: z.string().describe('the run that the model comes from, or else the file'),
    sha256: hash.describe('of the model afterwards'),
    sha256Before: hash.describe('of the model before'),
    score: z.string().nullable().describe("of its held-out evaluation, as the file's metadata has it"),
    folders: z.array(z.string()).describe('that were made'),
    emptied: z.array(z.string()).describe('that were removed'),
    files: z.array(z.strictObject({ path: z.string(), before: hash, after: hash })),
  } satisfies KeysOf<DeployRecord>)
  .meta({ id: 'deploy record' });
