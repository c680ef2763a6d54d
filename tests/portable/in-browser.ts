/**
 * The golden trajectories in any browser of this machine, by hand: opened at the address that this prints, the page plays them,
 * and shows and tells whether they are the committed ones.
 *
 *     node --import tsx tests/portable/in-browser.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenWalkers } from '../envs/walker/playing.ts';
import { goldenRagdolls } from '../physics/playing.ts';
import { servePage } from './serve.ts';

const golden = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8').trim();

/** What the page is asked for, and the hashes that were written down in Node. */
const questions = [
  { asked: 'ragdolls', argument: goldenRagdolls, written: golden('physics/golden-trajectories.txt') },
  ...(['unity', 'physx5'] as const).map((world) => ({
    asked: 'walkers',
    argument: { ...goldenWalkers, world },
    written: golden(`envs/walker/golden/${world}.txt`),
  })),
];

const does = `
const page = await opened.catch((error) => String(error));
const lines = [navigator.userAgent];
for (const { asked, argument, written } of ${JSON.stringify(questions)}) {
  const hashes = await page[asked](argument).catch((error) => [String(error)]);
  lines.push([asked, argument.world ?? '', hashes.join('\\n') === written ? 'to the last bit' : 'DIFFERS: ' + hashes].join(' '));
}
document.querySelector('pre').textContent = lines.join('\\n');
await fetch('/told', { method: 'POST', body: lines.join('\\n') });
`;

const { address, close } = await servePage(does, (text) => {
  console.log(text);
  process.exitCode = text.includes('DIFFERS') ? 1 : 0;
  close();
});
console.log(`open ${address} in a browser of this machine`);
