/** Values and returns that are no numbers, and whose they are told to be. */
import { expect, it } from 'vitest';
import type { Rollout } from '../../../train/collect/rollout.ts';
import { checkValues, type ValuesAndReturns } from '../../../train/learn/learning-checks.ts';
import type { Finding } from '../../../train/numbers/not-finite.ts';

const rollout = (changes: Partial<Rollout>): Rollout => ({
  agents: 2,
  decisions: 3,
  observations: new Float32Array(6),
  actions: new Float32Array(6),
  logProbabilities: new Float32Array(6),
  rewards: new Float32Array(6),
  terminated: new Uint8Array(6),
  truncated: new Uint8Array(6),
  truncatedAt: new Uint32Array(0),
  truncatedObservations: new Float32Array(0),
  nextObservations: new Float32Array(2),
  episodes: [],
  seconds: { world: 0, policy: 0 },
  ...changes,
});
const withNaN = (length: number, at: number) => {
  const values = new Float32Array(length);
  values[at] = Number.NaN;
  return values;
};
const numbers = { values: new Float32Array(6), nextValues: new Float32Array(2), finalValues: new Float32Array(0) };

function findingOf(changes: Partial<Rollout>, given: Partial<ValuesAndReturns>) {
  try {
    checkValues(rollout(changes), { ...numbers, returns: new Float32Array(6), ...given });
  } catch (error) {
    return (error as { finding: Finding }).finding;
  }
  throw new Error('nothing was found');
}

it('names the agent and which of its decisions it was', () => {
  const finding = findingOf({}, { values: withNaN(6, 4) });
  expect(finding).toMatchObject({ agent: 1, place: 'decision 2 of its roll-out' });
});

it('tells which of the numbers it was, and what was seen there', () => {
  const truncated = { truncatedAt: Uint32Array.of(4), truncatedObservations: Float32Array.of(7) };
  expect(findingOf(truncated, { finalValues: withNaN(1, 0) })).toMatchObject({
    tensor: "the critic's value of the state that an episode ended in",
    agent: 1,
    place: 'decision 2 of its roll-out',
    evidence: { observation: { data: Float32Array.of(7) } },
  });
  expect(findingOf({}, { returns: withNaN(6, 2) })).toMatchObject({
    tensor: 'the return',
    agent: 0,
    place: 'decision 3 of its roll-out',
  });
});

it('finds nothing in what is all numbers', () => {
  expect(() => findingOf({}, {})).toThrow('nothing was found');
});

it('names the agent of a live world by its number in the run, also where agents decided differently often', () => {
  const lived = [
    { agent: 3, decisions: 1 },
    { agent: 65_536, decisions: 5 },
  ];
  const uneven = { agents: 1, decisions: 6, lived, nextObservations: new Float32Array(1) };
  expect(findingOf(uneven, { values: withNaN(6, 4) })).toMatchObject({
    agent: 65_536,
    place: 'decision 4 of its roll-out',
  });
  const even = [3, 9].map((agent) => ({ agent, decisions: 3 }));
  expect(findingOf({ lived: even }, { nextValues: withNaN(2, 1) })).toMatchObject({ agent: 9 });
});
