/**
 * The golden trajectories in the Node that runs this, each beside the file that it was written down in:
 *
 *     npx -y --ignore-scripts=false -p node@24 node --import tsx tests/portable/in-node.ts
 *
 * It is no test, as the suite runs in one Node; this is for the others.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { worldNames } from '../../envs/walker/dialects.ts';
import { loadKernel } from '../../physics/kernel.ts';
import { goldenWalkers, play } from '../envs/walker/playing.ts';
import { goldenRagdolls, play as playRagdolls } from '../physics/playing.ts';

const tests = join(import.meta.dirname, '..');

const played: Record<string, () => Promise<string[]>> = {
  'physics/golden-trajectories.txt': async () => playRagdolls(await loadKernel(), goldenRagdolls.seeds, goldenRagdolls),
  ...Object.fromEntries(
    worldNames.map((world) => [`envs/walker/golden/${world}.txt`, () => play({ ...goldenWalkers, world })]),
  ),
};

for (const [path, playing] of Object.entries(played)) {
  const isSame = `${(await playing()).join('\n')}\n` === readFileSync(join(tests, path), 'utf8');
  console.log(`Node ${process.version}: ${path} ${isSame ? 'to the last bit' : 'DIFFERS'}`);
  if (!isSame) process.exitCode = 1;
}
