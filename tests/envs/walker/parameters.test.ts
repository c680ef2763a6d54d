import { describe, expect, it } from 'vitest';
import { UserError } from '../../../base/failure/user-error.ts';
import type { Sampler } from '../../../envs/env.ts';
import { checkParameter, checkParameters, drawParameters } from '../../../envs/walker/parameters.ts';

describe('environment parameters', () => {
  it("default to Unity's scene", () => {
    expect(drawParameters({}, 0)).toEqual({
      gravity: 14.715,
      friction: 0.6,
      target_speed_min: 0.1,
      target_speed_max: 10,
      target_radius: 9,
      target_turn: 180,
      start_speed: 0,
      max_steps: 5000,
      mass_scale: 1,
      mass_jitter: 0,
      drive_strength_scale: 1,
      action_latency: 0,
      push_speed: 0,
      push_interval: 5,
      observation_noise: 0,
      solver_stretch: 10_000,
    });
  });

  it('are taken where given', () => {
    expect(drawParameters({ target_speed_max: 3 }, 0).target_speed_max).toBe(3);
  });

  it('of an unknown name are refused with the allowed names and the nearest one', () => {
    const read = () => checkParameters({ target_sped_max: 3 });
    expect(read).toThrow(UserError);
    expect(read).toThrow(/expected one of gravity, .*write target_speed_max instead of target_sped_max/);
  });

  it('out of range, or the wrong way round, are refused', () => {
    expect(() => checkParameters({ target_speed_min: 0 })).toThrow(/target_speed_min.*got 0.*from 0.01/);
    expect(() => checkParameters({ gravity: Number.NaN })).toThrow(UserError);
    expect(() => checkParameters({ target_speed_min: 5, target_speed_max: 2 })).toThrow(/above the greatest/);
  });

  const uniform = (min_value: number, max_value: number): Sampler => ({
    sampler_type: 'uniform',
    sampler_parameters: { seed: -1, min_value, max_value },
  });
  const gaussian = (mean: number, st_dev: number): Sampler => ({
    sampler_type: 'gaussian',
    sampler_parameters: { seed: -1, mean, st_dev },
  });

  it('may be drawn from any part of their range, and from nothing beyond it', () => {
    expect(() => checkParameter('friction', uniform(0, 10))).not.toThrow();
    expect(() => checkParameter('friction', uniform(-0.1, 1))).toThrow(
      /friction.*out of its range.*samples from 0 to 10/,
    );
    expect(() => checkParameter('mass_scale', uniform(1, 11))).toThrow(UserError);
    const intervals: Sampler = {
      sampler_type: 'multirangeuniform',
      sampler_parameters: {
        seed: -1,
        intervals: [
          [0, 1],
          [5, 12],
        ],
      },
    };
    expect(() => checkParameter('friction', intervals)).toThrow(UserError);
    expect(() => checkParameter('frictoin', uniform(0, 1))).toThrow(/write friction instead of frictoin/);
  });

  it('that are normally distributed must have their mean within the range, and are held in it', () => {
    expect(() => checkParameter('mass_jitter', gaussian(2, 0.1))).toThrow(/out of its range/);
    checkParameter('mass_jitter', gaussian(0.1, 0.5));
    const drawn = Array.from(
      { length: 200 },
      (_, episode) => drawParameters({ mass_jitter: gaussian(0.1, 0.5) }, 1, episode).mass_jitter,
    );
    expect(Math.min(...drawn)).toBe(0);
    expect(Math.max(...drawn)).toBe(0.9);
  });

  it('of speed may overlap, but not be the wrong way round for certain', () => {
    expect(() => checkParameters({ target_speed_min: uniform(1, 5), target_speed_max: uniform(3, 8) })).not.toThrow();
    expect(() => checkParameters({ target_speed_min: uniform(6, 9), target_speed_max: 5 })).toThrow(
      /above the greatest/,
    );
  });

  it('have their default in an episode where nothing is said of them', () => {
    expect(drawParameters({ friction: 1 }, 1, 2)).toEqual({ ...drawParameters({}, 0), friction: 1 });
  });
});
