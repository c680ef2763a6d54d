/** The flags of the stage `deploy`, and those that only its own command has. */

import { join } from 'node:path';
import { z } from 'zod';
import { commandText } from '../../base/command-text.ts';
import { UserError } from '../../base/failure/user-error.ts';
import { flag, type OptionSpecs, text } from '../../cli/options.ts';
import { type Binding, bindingIn } from '../../deploy-unity/bind.ts';

const EXAMPLE_PROJECT = join(import.meta.dirname, '../../examples/unity-project');
export const WALKER_ASSET = 'Assets/Gaitsmith/Walker/Walker.onnx';

/** PREFAB[:BEHAVIOUR], one or several with commas between them. */
const bindings = z
  .string()
  .optional()
  .transform((words, context): readonly Binding[] | undefined => {
    try {
      return words?.split(',').filter(Boolean).map(bindingIn);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.addIssue(error.problem.expected ?? error.problem.what);
      return z.NEVER;
    }
  });

export const deployOptions = {
  unityProject: {
    argument: 'PATH',
    description: 'the Unity project (default: examples/unity-project)',
    schema: text().default(EXAMPLE_PROJECT),
  },
  asset: {
    argument: 'ASSET',
    description: `where the model goes in the project (default: ${WALKER_ASSET}, for a Walker)`,
    schema: text().optional(),
  },
  bind: {
    argument: 'PREFAB[:BEHAVIOUR]',
    repeats: 'commas',
    description: 'give the agent in this prefab or scene the model; may be given more than once',
    schema: bindings,
  },
  applyPhysics: {
    description: 'write the physics that the policy was trained with into the project, where that is safe',
    schema: flag(),
  },
} satisfies OptionSpecs;

export const besidesOptions = {
  dryRun: { description: 'show what would change, and change nothing', schema: flag() },
  model: {
    argument: 'FILE',
    description: `deploy this ONNX file instead of a run's, if it passes ${commandText('lint')}`,
    schema: text().optional(),
  },
  rollback: { description: 'put back what the last deploy into the project replaced', schema: flag() },
  history: { description: 'list what was deployed into the project', schema: flag() },
} satisfies OptionSpecs;
