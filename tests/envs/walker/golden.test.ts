import { expect, it } from 'vitest';
import { play } from './playing.ts';

// What the world does, to the last bit. It holds on Node 20, 22 and 24. Whoever changes the physics, the observation or the
// order of random numbers on purpose writes it anew, and says so:
//
//     npx vitest run tests/envs/walker/golden.test.ts --update
it('the trajectories of four walkers are the ones that were written down', async () => {
  const hashes = await play({ firstAgent: 0, agents: 4, decisions: 100 });
  await expect(`${hashes.join('\n')}\n`).toMatchFileSnapshot('golden-trajectories.txt');
});
