/**
 * A process that deploys a model into a project and takes it back again, over and over, until it is killed:
 * `node deploying-process.js PROJECT MODEL`. It says `ready` when it is warm.
 */
import { UserError } from '../../base/failure/user-error.ts';
import { deploy } from '../../deploy-unity/deploy.ts';
import { rollback } from '../../deploy-unity/rollback.ts';

const [unityProject, model] = process.argv.slice(2) as [string, string];
const asset = 'Assets/Gaitsmith/Walker/Walker.onnx';

/** Whether it came to a good end. Another process may have been first; anything but a refusal is a fault. */
async function did(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return false;
  }
}

for (let round = 0; ; round++) {
  if (round === 1) process.stdout.write('ready\n');
  await did(() => deploy({ model, unityProject, asset, bind: [{ path: 'Assets/Agent.prefab' }] }));
  while (await did(() => rollback(unityProject)));
}
