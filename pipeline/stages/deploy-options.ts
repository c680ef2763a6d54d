/** The flags of the stage `deploy`, and those that only its own command has. */

import { z } from 'zod';
import { commandText } from '../../base/command-text.ts';
import { UserError } from '../../base/failure/user-error.ts';
import { flag, type OptionSpecs, text } from '../../cli/options.ts';
import { type Attaching, attachingIn } from '../../deploy-unity/attach/attach.ts';
import { type Binding, bindingIn } from '../../deploy-unity/bind.ts';
import { orOfProject } from '../project-file.ts';

export const WALKER_ASSET = 'Assets/Gaitsmith/Walker/Walker.onnx';

/**
 * The Unity project that a policy goes into.
 *
 * @throws UserError where none was named.
 */
export function unityProjectOf({ unityProject }: { readonly unityProject?: string | undefined }): string {
  if (unityProject !== undefined) return unityProject;
  throw new UserError({
    what: 'no Unity project is named to deploy into',
    where: '--unity-project',
    mend: `${commandText('deploy', '--unity-project PATH')}, or say it once: ${commandText('init', '--unity-project PATH')}`,
  });
}

/** Words that a function of `deploy-unity` understands or refuses. */
function understood<Meaning>(meaningOf: (words: string) => Meaning) {
  return z
    .string()
    .optional()
    .transform((words, context): Meaning | undefined => {
      try {
        return words === undefined ? undefined : meaningOf(words);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        context.addIssue(error.problem.expected ?? error.problem.what);
        return z.NEVER;
      }
    });
}

/** PREFAB[:BEHAVIOUR], one or several with commas between them. */
const bindings = understood((words): readonly Binding[] => words.split(',').filter(Boolean).map(bindingIn));
const attaching = understood((words): Attaching => attachingIn(words));

export const deployOptions = {
  unityProject: {
    argument: 'PATH',
    description: 'the Unity project (default: what gaitsmith.yaml says)',
    schema: orOfProject('unity-project', text().optional()),
  },
  asset: {
    argument: 'ASSET',
    description: `where the model goes in the project (default: ${WALKER_ASSET}, for a Walker)`,
    schema: orOfProject('asset', text().optional()),
  },
  bind: {
    argument: 'PREFAB[:BEHAVIOUR]',
    repeats: 'commas',
    description: 'give the agent in this prefab or scene the model; may be given more than once',
    schema: orOfProject('bind', bindings),
  },
  attach: {
    argument: 'PREFAB[:OBJECT]',
    description: 'put the agent that plays a character of your own onto this object; needs --rig',
    schema: orOfProject('attach', attaching),
  },
  rig: {
    argument: 'FILE',
    description:
      'with --attach: the character file that the policy was trained with, such as rigs/hero; with the pipeline also a prefab: it is then imported, trained and given its agent',
    schema: orOfProject('rig', text().optional()),
  },
  applyPhysics: {
    description: 'write the physics that the policy was trained with into the project, where that is safe',
    schema: orOfProject('apply-physics', flag()),
  },
  parityTest: {
    description: "beside the model, also write a test for Unity's Test Runner that its engine answers as it should",
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
