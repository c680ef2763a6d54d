import { describe, expect, it } from 'vitest';
import { lookReward, speedReward } from '../../../envs/walker/reward.ts';
import { yaw } from '../../../envs/walker/rotation.ts';

describe('the reward', () => {
  it('is 1 at the goal velocity and 0 at rest or worse', () => {
    expect(speedReward(0, 5)).toBe(1);
    expect(speedReward(5, 5)).toBe(0);
    expect(speedReward(12, 5)).toBe(0);
  });

  it('falls off as (1 - (v / target speed)^2)^2', () => {
    expect(speedReward(1, 2)).toBeCloseTo(0.5625, 12);
    expect(speedReward(3, 10)).toBeCloseTo(0.8281, 12);
  });

  it('is 1 looking ahead, 1/2 looking sideways or up, 0 looking back', () => {
    const look = (rotation: readonly number[]) => lookReward(Float32Array.from(rotation), 1, 0, { x: 0, z: 1 });
    expect(look(yaw(0))).toBe(1);
    expect(look(yaw(Math.PI / 2))).toBeCloseTo(0.5, 6);
    expect(look(yaw(Math.PI))).toBeCloseTo(0, 6);
    expect(look([-Math.SQRT1_2, 0, 0, Math.SQRT1_2])).toBeCloseTo(0.5, 6);
  });

  it("counts only the level part of the head's forward direction", () => {
    const halfWayUp = [-Math.sin(Math.PI / 8), 0, 0, Math.cos(Math.PI / 8)];
    expect(lookReward(Float32Array.from(halfWayUp), 1, 0, { x: 0, z: 1 })).toBeCloseTo((Math.SQRT1_2 + 1) / 2, 6);
  });
});
