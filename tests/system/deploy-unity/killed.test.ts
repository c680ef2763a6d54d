/** Deploys that are killed. `GAITSMITH_KILLS=200 npx vitest run tests/system/deploy-unity/killed.test.ts` kills more of them. */
import { expect, test } from 'vitest';
import { attaching, BINDING, killDeploys } from '../../deploy-unity/killing.ts';
import { because } from '../../skipping.ts';

const KILLS = Number(process.env['GAITSMITH_KILLS'] ?? 20);

test.skipIf(because(process.platform === 'win32', 'Windows knows no SIGKILL')).each([
  ['with a prefab bound', () => BINDING],
  ['with an agent attached', attaching],
])(
  `${KILLS} times killed at random moments %s, every second time two at once, the project holds the old state or the new one`,
  async (_, killed) => {
    const report = await killDeploys(KILLS, 18, killed());
    console.log(JSON.stringify(report));
    expect(report.faults).toEqual([]);
    expect(report.states.reduce((sum, count) => sum + count)).toBe(KILLS);
  },
  20_000 + 10_000 * KILLS,
);
