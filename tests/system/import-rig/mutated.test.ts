/**
 * Damaged prefabs, and what becomes of them in a world: an error that says what is wrong, or a rig whose every number stays finite.
 * `GAITSMITH_MUTATIONS=5000 GAITSMITH_SEED=2 npx vitest run tests/system/import-rig/mutated.test.ts` tries more and others.
 */
import { expect, test } from 'vitest';
import { mutations } from '../../import-rig/mutations.ts';
import { simulated } from '../../import-rig/simulated.ts';

const MUTATIONS = Number(process.env['GAITSMITH_MUTATIONS'] ?? 300);
const SEED = Number(process.env['GAITSMITH_SEED'] ?? 1);

test(
  `${MUTATIONS} damaged prefabs are refused by name or simulate finitely`,
  async () => {
    const damaged = mutations(SEED);
    const outcomes: Record<string, number> = {};
    for (let round = 0; round < MUTATIONS; round++) {
      const { which, rig } = damaged.next();
      const outcome = rig
        ? await simulated(rig, round).catch((cause) => Promise.reject(new Error(which, { cause })))
        : 'refused';
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    console.log(`seed ${SEED}: ${JSON.stringify(outcomes)}`);
    // Were none simulated, this would say nothing.
    expect(outcomes['finite']).toBeGreaterThan(MUTATIONS / 10);
  },
  60_000 + 1000 * MUTATIONS,
);
