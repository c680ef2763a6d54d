import { describe, expect, it } from 'vitest';
import { withImages } from '../../../train/learn/mirrored.ts';

describe('a mirrored buffer', () => {
  it('holds every decision and its image, which is as probable and worth as much', () => {
    const actions = { from: Uint16Array.of(1, 0), signs: Float32Array.of(-1, -1) };
    const buffer = {
      observations: Float32Array.of(1, 2),
      mirroredObservations: Float32Array.of(-1, -2),
      actions: Float32Array.of(0.1, 0.2, 0.3, 0.4),
      logProbabilities: Float32Array.of(-1, -2, -3, -4),
      advantages: Float32Array.of(5, 6),
      returns: Float32Array.of(7, 8),
    };
    const both = withImages(buffer, actions, true);
    expect([...both.observations]).toEqual([1, 2, -1, -2]);
    expect([...both.mirroredObservations!]).toEqual([-1, -2, 1, 2]);
    expect(both.actions).toEqual(Float32Array.of(0.1, 0.2, 0.3, 0.4, -0.2, -0.1, -0.4, -0.3));
    expect([...both.logProbabilities]).toEqual([-1, -2, -3, -4, -2, -1, -4, -3]);
    expect([...both.advantages, ...both.returns]).toEqual([5, 6, 5, 6, 7, 8, 7, 8]);
    expect([...both.collected!]).toEqual([1, 1, 0, 0]);
    expect(withImages(buffer, actions, false)).toEqual({ ...both, mirroredObservations: undefined });
  });
});
