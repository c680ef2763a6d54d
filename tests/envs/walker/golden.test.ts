import { expect, it } from 'vitest';
import { worldNames } from '../../../envs/walker/dialects.ts';
import { goldenWalkers, play } from './playing.ts';

// What the world does, to the last bit. It holds on Node 20, 22 and 24 (tests/portable/in-node.ts), and those of the simulator
// in a browser (tests/system/portable/browser.test.ts). Whoever changes the physics, the observation or the
// order of random numbers on purpose writes it anew, and says so:
//
//     npx vitest run tests/envs/walker/golden.test.ts --update
it.each(worldNames)(
  'in the world %s the trajectories of four walkers are the ones that were written down',
  async (world) => {
    const hashes = await play({ ...goldenWalkers, world });
    await expect(`${hashes.join('\n')}\n`).toMatchFileSnapshot(`golden/${world}.txt`);
  },
);
