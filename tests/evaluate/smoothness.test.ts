/** How much actions change from one decision to the next. */
import { describe, expect, it } from 'vitest';
import { Smoothness } from '../../evaluate/smoothness.ts';

describe('the change of actions', () => {
  it('is the mean over decisions and actions, of what acts', () => {
    const smoothness = new Smoothness(2);
    smoothness.start();
    expect(smoothness.meanChange).toBe(0);
    // The second row of each; 3 acts like 1.
    smoothness.add(Float32Array.of(9, 9, 0, 0.5), 2);
    smoothness.add(Float32Array.of(0.5, 0.5), 0);
    smoothness.add(Float32Array.of(3, 0), 0);
    expect(smoothness.meanChange).toBe((0.5 + 0 + 0.5 + 0.5) / 4);
  });

  it('does not count from the last decision of one episode to the first of the next', () => {
    const smoothness = new Smoothness(1);
    for (const action of [-1, 1]) {
      smoothness.start();
      smoothness.add(Float32Array.of(action), 0);
    }
    expect(smoothness.meanChange).toBe(0);
  });
});
