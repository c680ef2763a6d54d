/** The stage `deploy`: the validated file, with its .meta, in a Unity project, all of it or nothing. */
import { join } from 'node:path';
import { UserError } from '../../failure/user-error.ts';
import { text } from '../options.ts';
import { defineStage, type Json } from '../stage.ts';

const EXAMPLE_PROJECT = join(import.meta.dirname, '../../examples/unity-project');

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
      description: 'where the model goes in the project (default: Assets/Gaitsmith/Walker/Walker.onnx)',
      schema: text().default('Assets/Gaitsmith/Walker/Walker.onnx'),
    },
  },

  // Told before a training of hours, not after it.
  async check({ unityProject, asset }) {
    const { openUnityProject } = await import('../../deploy-unity/unity-project.ts');
    const { checkAssetPath } = await import('../../deploy-unity/asset-path.ts');
    const { recognisePackages } = await import('../../deploy-unity/recognise-packages.ts');
    checkAssetPath(asset);
    recognisePackages(openUnityProject(unityProject));
  },

  async inputs({ unityProject, asset }, run) {
    return { files: { policy: run.policy, validation: run.validation }, settings: { unityProject, asset } };
  },

  async run({ unityProject, asset }, { run, logger }) {
    const { deploy } = await import('../../deploy-unity/deploy.ts');
    const { sha256OfFile } = await import('../../files/hash.ts');
    const { readReport } = await import('../../validate/report.ts');

    const { passed, sha256, shape } = readReport(run.validation, run.flags);
    if (!passed || sha256 !== sha256OfFile(run.policy)) {
      throw new UserError({
        what: passed ? 'this file is not the one that was validated' : 'this file did not pass validation',
        where: run.policy,
        mend: `npm run validate -- ${run.flags}`,
      });
    }
    const result = await deploy({ model: run.policy, unityProject, asset, contract: shape });
    for (const { message, where } of result.warnings) logger.warn(where ? `${where}: ${message}` : message);
    const { kind, version } = result.recognised.inference;
    const verb = result.unchanged ? 'already holds' : result.sha256Before ? 'replaced' : 'new';
    return {
      summary: `${verb} ${asset} for ${kind}${version ? ` ${version}` : ''}`,
      outputs: { asset: join(result.project, asset), meta: join(result.project, `${asset}.meta`) },
      details: result as unknown as Json,
    };
  },
});
