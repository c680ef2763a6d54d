/** The stage `deploy`: the validated file, with its .meta, in a Unity project, all of it or nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../base/failure/user-error.ts';
import { text } from '../../cli/options.ts';
import { defineStage } from '../stage.ts';

const EXAMPLE_PROJECT = join(import.meta.dirname, '../../examples/unity-project');
const WALKER_ASSET = 'Assets/Gaitsmith/Walker/Walker.onnx';

export default defineStage({
  name: 'deploy',
  summary: 'put the validated file into a Unity project',
  options: {
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
  },

  // Told before a training of hours, not after it.
  async check({ unityProject, asset = WALKER_ASSET }) {
    const { checkDestination } = await import('../../deploy-unity/deploy.ts');
    checkDestination({ unityProject, asset });
  },

  async inputs({ unityProject, asset = WALKER_ASSET }, run) {
    return { files: { policy: run.policy, validation: run.validation }, settings: { unityProject, asset } };
  },

  async run({ unityProject, asset: named }, { run, logger }) {
    const { deploy } = await import('../../deploy-unity/deploy.ts');
    const { sha256OfFile } = await import('../../base/files/hash.ts');
    const { behavior: walker } = await import('../../envs/walker/behavior.ts');
    const { decodeModel } = await import('../../onnx/decode.ts');
    const { readReport } = await import('../../validate/report.ts');

    const { passed, sha256, shape } = readReport(run.validation, run.flags);
    if (!passed || sha256 !== sha256OfFile(run.policy)) {
      throw new UserError({
        what: passed ? 'this file is not the one that was validated' : 'this file did not pass validation',
        where: run.policy,
        mend: `npm run validate -- ${run.flags}`,
      });
    }
    const { 'gaitsmith.behavior': behavior } = decodeModel(readFileSync(run.policy), run.policy).metadata;
    if (named === undefined && behavior !== undefined && behavior !== walker.name) {
      throw new UserError({
        what: "this policy is not a Walker's, so it must not take the place of one: say where it goes",
        where: run.policy,
        value: behavior,
        mend: `npm run deploy -- ${run.flags} --asset Assets/PATH.onnx`,
      });
    }
    const asset = named ?? WALKER_ASSET;
    const result = await deploy({ model: run.policy, unityProject, asset, contract: shape });
    for (const { message, where } of result.warnings) logger.warn(where ? `${where}: ${message}` : message);
    const { kind, version } = result.recognised.inference;
    const verb = result.unchanged ? 'already holds' : result.sha256Before ? 'replaced' : 'new';
    return {
      summary: `${verb} ${asset} for ${kind}${version ? ` ${version}` : ''}`,
      outputs: { asset: join(result.project, asset), meta: join(result.project, `${asset}.meta`) },
      details: result,
    };
  },
});
