/** What `import-rig --json` tells, for docs/json.md and the tests. */
import { z } from 'zod';
import type { KeysOf } from '../base/json.ts';
import type { AgentFacts } from './agent.ts';
import type { RigChange } from './changes.ts';
import { findingKinds, type TogetherTold } from './findings.ts';
import type { ImportedRig } from './read-project.ts';

const finding = {
  kind: z
    .enum(findingKinds)
    .describe(
      'lost: the rig can not carry it; force: moves it in Unity and is not simulated; assumed; note: good to know',
    ),
  on: z.array(z.string()).describe('bodies, objects or files'),
  feature: z.string(),
  told: z.string().describe('what there is and what became of it'),
  isRefused: z.boolean().optional().describe('no world takes the rig until it is mended'),
  advice: z.string().optional().describe('what mends it'),
} satisfies KeysOf<TogetherTold>;

const drive = z.strictObject({
  stiffness: z.number().describe('N m/rad'),
  damping: z.number().describe('N m s/rad'),
  maxStrength: z.number().describe('N m'),
});

const agent = {
  place: z.string().describe('its object, from the root of the file'),
  behavior: z.string().nullable().describe('its name'),
  observations: z.number().nullable(),
  actions: z.number().nullable().describe('continuous ones'),
  decisionPeriod: z.number().nullable().describe('physics steps'),
  maxSteps: z.number().nullable(),
  drive: drive.nullable().describe('of a JointDriveController'),
  bodies: z.array(z.string()).describe('those that its script names'),
  groundTouchEnds: z.array(z.string()).describe('bodies whose touch of the ground ends the episode'),
  groundTouchAllowed: z.array(z.string()),
  touchesTarget: z.array(z.string()).describe('bodies with the tag agent'),
} satisfies KeysOf<AgentFacts>;

const other = {
  root: z.string().describe('its object, from the root of the file'),
  bodies: z.int(),
  isCopy: z.boolean().describe('of the one that was imported'),
} satisfies KeysOf<ImportedRig['others'][number]>;

const change = {
  what: z.string().describe('the body, and what of it'),
  before: z.string(),
  now: z.string(),
} satisfies KeysOf<RigChange>;

export const importRigOutput = z.strictObject({
  out: z.string().describe("the rig's file"),
  name: z.string(),
  source: z.string().describe('where it was read, as the command takes it'),
  bodies: z.int().describe('how many'),
  joints: z.int().describe('how many'),
  mass: z.number().describe('kg, of all bodies'),
  findings: z.array(z.strictObject(finding)),
  agent: z.strictObject(agent).nullable(),
  others: z.array(z.strictObject(other)).describe('other ragdolls of the file'),
  changes: z.array(z.strictObject(change)).nullable().describe('against the rig that was there; null where none was'),
  written: z.array(z.string()).describe('files that were written; none with --check'),
});
