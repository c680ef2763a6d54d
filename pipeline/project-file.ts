/**
 * gaitsmith.yaml in the working folder: what a project's commands are given each time, said once. A key is a flag without its
 * dashes; a flag that is typed stands above it.
 *
 *     unity-project: ../MyGame
 *     bind: [Assets/Agents/Walker.prefab:Walker]
 *
 * `gaitsmith.schema.json`, which editors complete it by, is made from the schema here (`npm run docs`).
 */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { LocatedYaml } from '../train/configuration/located-yaml.ts';
import { readText } from '../train/configuration/read-text.ts';

export const PROJECT_FILE = 'gaitsmith.yaml';

const words = z.string().min(1, 'some text');

export const projectSchema = z.strictObject({
  'unity-project': words
    .optional()
    .describe(
      'The Unity project that policies are deployed into. Without it, nothing is deployed unless --unity-project says where.',
    ),
  asset: words.optional().describe('Where the model goes in the project: Assets/Models/Walker.onnx.'),
  bind: z
    .union([words, z.array(words)], 'a prefab, or a list of them')
    .optional()
    .describe('Agents that are given the model: PREFAB or PREFAB:BEHAVIOUR, one or a list.'),
  attach: words
    .optional()
    .describe('The object that is given the agent of a character of your own: PREFAB or PREFAB:OBJECT. Needs rig.'),
  rig: words.optional().describe('The character file that is trained: rigs/hero.character.json, or rigs/hero.'),
  'apply-physics': z
    .boolean('true or false')
    .optional()
    .describe('Write the physics that the policy was trained with into the project, where that is safe.'),
  'run-id': words.optional().describe('The run that commands work on (default: walker).'),
  'runs-dir': words.optional().describe('Where runs are kept (default: runs).'),
  config: words
    .optional()
    .describe(
      "Training settings in ML-Agents' YAML schema: a file of yours, or config/walker-robust.yaml and others of ours.",
    ),
  env: words
    .optional()
    .describe('What is trained in: walker (the embedded world), unity (the Editor) or the path of a built player.'),
});

export type ProjectSettings = z.infer<typeof projectSchema>;

/**
 * What the file says; nothing where there is none.
 *
 * @throws UserError with the line of what is wrong in it.
 */
export function projectSettings(): ProjectSettings {
  const path = resolve(PROJECT_FILE);
  if (!existsSync(path)) return {};
  const { mtimeMs } = statSync(path);
  if (read?.path === path && read.mtimeMs === mtimeMs) return read.settings;
  const source = new LocatedYaml(readText(path), PROJECT_FILE);
  const settings = source.check(projectSchema, source.value ?? {}, (inside) => inside);
  read = { path, mtimeMs, settings };
  return settings;
}

let read: { readonly path: string; readonly mtimeMs: number; readonly settings: ProjectSettings } | undefined;

/** An option's schema that takes what gaitsmith.yaml says where the flag was not typed. */
export function orOfProject<Value>(key: keyof ProjectSettings, schema: z.ZodType<Value>): z.ZodType<Value> {
  return z.preprocess((typed) => typed ?? asTyped(projectSettings()[key]), schema);
}

/** As the flag would have it: several of them with commas between. */
function asTyped(value: string | boolean | readonly string[] | undefined): string | boolean | undefined {
  return typeof value === 'object' ? value.join(',') : value;
}

/** gaitsmith.schema.json, as text. */
export function projectSchemaText(): string {
  const schema = z.toJSONSchema(projectSchema, { target: 'draft-7' });
  return `${JSON.stringify({ title: 'gaitsmith.yaml', ...schema }, undefined, 2)}\n`;
}
