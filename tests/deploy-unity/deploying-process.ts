/**
 * A process that deploys a model into a project and takes it back again, over and over, until it is killed:
 * `node deploying-process.js PROJECT MODEL REQUEST`, the last one a file with the rest of the request. It says `ready` when it is warm.
 */
import { readFileSync } from 'node:fs';
import { UserError } from '../../base/failure/user-error.ts';
import { type DeployRequest, deploy } from '../../deploy-unity/deploy.ts';
import { rollback } from '../../deploy-unity/rollback.ts';

const [unityProject, model, file] = process.argv.slice(2) as [string, string, string];
const request = JSON.parse(readFileSync(file, 'utf8')) as Pick<DeployRequest, 'asset'>;

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
  await did(() => deploy({ model, unityProject, ...request }));
  while (await did(() => rollback(unityProject)));
}
