/** What `init --json` tells, for docs/json.md and the tests. */
import { z } from 'zod';
import type { KeysOf } from '../base/json.ts';
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
