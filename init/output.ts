/** What `init --json` tells, for docs/json.md and the tests. */
import { z } from 'zod';
import type { KeysOf } from '../base/json.ts';
import type { Reason } from '../propose/character.ts';
import type { Finding } from '../propose/checks.ts';
import type { ProposedFromRig } from './from-rig.ts';
import type { InitResult } from './init.ts';
import type { FoundAgent, FoundProject } from './look.ts';

const agent = {
  path: z.string().describe('the prefab or scene that says so'),
  behavior: z.string().nullable().describe('its name'),
  observations: z.int().nullable(),
  actions: z.int().nullable().describe('continuous ones'),
  branches: z.array(z.int()).describe('sizes of discrete actions'),
  sensors: z.array(z.string()).describe('what it observes besides its own vector'),
  model: z.string().nullable().describe('the asset that it has for a model'),
} satisfies KeysOf<FoundAgent>;

const project = {
  path: z.string().describe('from the working folder, with slashes'),
  editor: z.string().describe('version of Unity'),
  mlAgents: z.string().nullable(),
  engine: z.string().nullable().describe('the package that runs models'),
  agents: z.array(z.strictObject(agent)),
  warnings: z.array(z.string()),
} satisfies KeysOf<FoundProject>;

export const initOutput = z.strictObject({
  project: z.strictObject(project).nullable().describe('the Unity project that was found'),
  written: z.array(z.string()).describe('files that were written'),
  kept: z
    .array(z.strictObject({ path: z.string(), lacks: z.string().optional().describe('a line to add to it') }))
    .describe('files that were there already'),
} satisfies KeysOf<InitResult>);

const reason = { what: z.string(), value: z.string(), because: z.string() } satisfies KeysOf<Reason>;

const finding = {
  check: z.enum(['overlap', 'feet', 'torques', 'stands', 'mirror']),
  state: z.enum(['good', 'note', 'bad']).describe('bad: it will hardly learn so'),
  sentence: z.string(),
} satisfies KeysOf<Finding>;

/** With --from-rig. */
export const fromRigOutput = z.strictObject({
  name: z.string().describe('with --from-rig: name of the behaviour'),
  character: z.string().describe("the character's file"),
  config: z.string().describe('settings of its first training'),
  written: z.array(z.string()).describe('files that were written'),
  kept: z.array(z.string()).describe('files that were there already'),
  reasons: z.array(z.strictObject(reason)).describe('what was proposed and why'),
  findings: z.array(z.strictObject(finding)).describe('what was checked'),
} satisfies KeysOf<ProposedFromRig>);
