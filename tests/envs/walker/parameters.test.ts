import { describe, expect, it } from 'vitest';
import { readParameters } from '../../../envs/walker/parameters.ts';
import { UserError } from '../../../failure/user-error.ts';

describe('environment parameters', () => {
  it("default to Unity's scene", () => {
    expect(readParameters({})).toEqual({
      gravity: 14.715,
      friction: 0.6,
      target_speed_min: 0.1,
      target_speed_max: 10,
      target_radius: 9,
      max_steps: 5000,
    });
  });

  it('are taken where given', () => {
    expect(readParameters({ target_speed_max: 3 }).target_speed_max).toBe(3);
  });

  it('of an unknown name are refused with the allowed names and the nearest one', () => {
    const read = () => readParameters({ target_sped_max: 3 });
    expect(read).toThrow(UserError);
    expect(read).toThrow(/expected one of gravity, .*write target_speed_max instead of target_sped_max/);
  });

  it('out of range, or the wrong way round, are refused', () => {
    expect(() => readParameters({ target_speed_min: 0 })).toThrow(/target_speed_min.*got 0.*from 0.01/);
    expect(() => readParameters({ gravity: Number.NaN })).toThrow(UserError);
    expect(() => readParameters({ target_speed_min: 5, target_speed_max: 2 })).toThrow(/above the greatest/);
  });
});
