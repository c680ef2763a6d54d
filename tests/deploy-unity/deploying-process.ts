/**
 * A process that deploys a model into a project and takes it back again, over and over, until it is killed:
 * `node deploying-process.js PROJECT MODEL`. It says `ready` when it is warm.
 */
import { UserError } from '../../base/failure/user-error.ts';
import { deploy } from '../../deploy-unity/deploy.ts';
import { rollback } from '../../deploy-unity/rollback.ts';

const [unityProject, model] = process.argv.slice(2) as [string, string];
const asset = 'Assets/Gaitsmith/Walker/Walker.onnx';

/** Nothing left to take back, or another process at work for long on a busy machine. */
const EXPECTED = /no deploy into this project is remembered|in use by process|being taken into use/;

/** Whether it came to a good end. Any other refusal would mean that two were at work at once. */
async function did(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!EXPECTED.test(error.message)) process.stderr.write(`${error.message}\n`);
    return false;
  }
}

for (let round = 0; ; round++) {
  if (round === 1) process.stdout.write('ready\n');
  await did(() => deploy({ model, unityProject, asset, bind: [{ path: 'Assets/Agent.prefab' }] }));
  while (await did(() => rollback(unityProject)));
}
