import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateAdvantages, normaliseAdvantages, type Trajectories } from '../../../train/learn/advantages.ts';

/** The definition of the estimate, written out as a sum over what is left of the trajectory. */
function byDefinition(one: Trajectories, gamma: number, lambda: number, timeHorizon: number): number[] {
  const advantages: number[] = [];
  for (let agent = 0; agent < one.agents; agent++) {
    let began = 0;
    const endOf: number[] = [];
    for (let t = 0; t < one.decisions; t++) {
      const at = agent * one.decisions + t;
      const ends = one.terminated[at] || one.truncated[at] || t === one.decisions - 1 || t - began + 1 === timeHorizon;
      if (!ends) continue;
      for (let inside = began; inside <= t; inside++) endOf[inside] = t;
      began = t + 1;
    }
    for (let t = 0; t < one.decisions; t++) {
      let sum = 0;
      for (let k = t; k <= endOf[t]!; k++) sum += (gamma * lambda) ** (k - t) * residual(one, agent, k, gamma);
      advantages.push(sum);
    }
  }
  return advantages;
}

function residual(one: Trajectories, agent: number, t: number, gamma: number): number {
  const at = agent * one.decisions + t;
  const following = t === one.decisions - 1 ? one.nextValues[agent]! : one.values[at + 1]!;
  const next = one.terminated[at] ? 0 : one.truncated[at] ? one.finalValues.get(at)! : following;
  return one.rewards[at]! + gamma * next - one.values[at]!;
}

const trajectories = fc
  .record({ agents: fc.integer({ min: 1, max: 3 }), decisions: fc.integer({ min: 1, max: 12 }) })
  .chain(({ agents, decisions }) => {
    const numbers = (length: number) =>
      fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length });
    const rows = agents * decisions;
    return fc
      .record({
        rewards: numbers(rows),
        values: numbers(rows),
        nextValues: numbers(agents),
        finals: numbers(rows),
        ends: fc.array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: rows, maxLength: rows }),
      })
      .map(
        ({ rewards, values, nextValues, finals, ends }): Trajectories => ({
          agents,
          decisions,
          rewards: Float32Array.from(rewards),
          values: Float32Array.from(values),
          nextValues: Float32Array.from(nextValues),
          terminated: Uint8Array.from(ends, (end) => (end === 1 ? 1 : 0)),
          truncated: Uint8Array.from(ends, (end) => (end === 2 ? 1 : 0)),
          finalValues: new Map(ends.flatMap((end, at) => (end === 2 ? [[at, finals[at]!] as const] : []))),
        }),
      );
  });

describe('generalised advantage estimates', () => {
  it('equal the sum in their definition, wherever episodes end and the horizon cuts', () => {
    fc.assert(
      fc.property(trajectories, fc.integer({ min: 1, max: 13 }), (one, timeHorizon) => {
        const { advantages, returns } = estimateAdvantages(one, { gamma: 0.9, lambda: 0.8, timeHorizon });
        byDefinition(one, 0.9, 0.8, timeHorizon).forEach((expected, at) => {
          expect(advantages[at]).toBeCloseTo(expected, 4);
          expect(returns[at]).toBeCloseTo(expected + one.values[at]!, 4);
        });
      }),
    );
  });

  it('count nothing after a fall, and the value of the state reached after a cut', () => {
    const one = {
      agents: 1,
      decisions: 1,
      rewards: Float32Array.of(1),
      values: Float32Array.of(0.5),
      nextValues: Float32Array.of(100),
    };
    const settings = { gamma: 0.5, lambda: 1, timeHorizon: 10 };
    const [yes, no] = [Uint8Array.of(1), Uint8Array.of(0)];
    const fallen = estimateAdvantages({ ...one, terminated: yes, truncated: no, finalValues: new Map() }, settings);
    const cut = estimateAdvantages(
      { ...one, terminated: no, truncated: yes, finalValues: new Map([[0, 4]]) },
      settings,
    );
    const under = estimateAdvantages({ ...one, terminated: no, truncated: no, finalValues: new Map() }, settings);
    expect([fallen.advantages[0], cut.advantages[0], under.advantages[0]]).toEqual([0.5, 2.5, 50.5]);
  });

  it('are brought to mean 0 and deviation 1 before an update', () => {
    const advantages = Float32Array.of(1, 2, 3, 6);
    normaliseAdvantages(advantages);
    const mean = advantages.reduce((sum, value) => sum + value, 0) / 4;
    expect(mean).toBeCloseTo(0, 6);
    expect(advantages.reduce((sum, value) => sum + value * value, 0) / 4).toBeCloseTo(1, 5);
  });

  it('stay finite where all are the same', () => {
    const advantages = new Float32Array(5).fill(3);
    normaliseAdvantages(advantages);
    expect([...advantages]).toEqual([0, 0, 0, 0, 0]);
  });
});
