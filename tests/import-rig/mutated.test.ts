/**
 * Damaged prefabs: an error that says what is wrong, or a rig that holds.
 * `GAITSMITH_MUTATIONS=5000 npx vitest run tests/import-rig/mutated.test.ts` tries more of them, `GAITSMITH_SEED=2` others.
 */
import { expect, test } from 'vitest';
import { mutations } from './mutations.ts';

const MUTATIONS = Number(process.env['GAITSMITH_MUTATIONS'] ?? 200);
const SEED = Number(process.env['GAITSMITH_SEED'] ?? 1);

test(
  `${MUTATIONS} damaged prefabs are refused by name or become rigs that hold`,
  () => {
    const damaged = mutations(SEED);
    const outcomes = { carried: 0, refused: 0 };
    for (let round = 0; round < MUTATIONS; round++) {
      const began = performance.now();
      const { which, rig, refusal } = damaged.next();
      expect(performance.now() - began, which).toBeLessThan(5000);
      if (rig) outcomes.carried++;
      else {
        outcomes.refused++;
        expect(refusal!.problem.what.length, which).toBeGreaterThan(0);
        expect(refusal!.problem.where, which).toBeTruthy();
      }
    }
    console.log(`seed ${SEED}: ${JSON.stringify(outcomes)}`);
    // Were all refused, or none, this would say nothing.
    expect(outcomes.carried).toBeGreaterThan(MUTATIONS / 10);
    expect(outcomes.refused).toBeGreaterThan(MUTATIONS / 10);
  },
  60_000 + 300 * MUTATIONS,
);
