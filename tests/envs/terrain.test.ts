import { describe, expect, it } from 'vitest';
import { terrainOf, terrainValuesOf } from '../../envs/terrain.ts';
import { turned } from '../../physics/rotation.ts';

const edge = 25;

/** The top of all boxes at a point, found by going down: what a foot would stand on. */
function topAt(slabs: ReturnType<typeof terrainOf>['slabs'], x: number, z: number): number {
  const isInside = (y: number) =>
    slabs.some(({ center, size, rotation: [rx, ry, rz, rw] }) => {
      const own = turned([-rx, -ry, -rz, rw], [x - center[0], y - center[1], z - center[2]]);
      return own.every((part, axis) => Math.abs(part) <= size[axis]! / 2);
    });
  for (let y = 8; y > 0; y -= 0.002) if (isInside(y)) return y;
  return 0;
}

describe.each([
  ['slopes', { terrain_slope: 12 }],
  ['stairs', { terrain_step: 0.12 }],
  ['rough ground', { terrain_rough: 0.2, terrain_tread: 0.5, terrain_seed: 3 }],
] as const)('%s', (_name, values) => {
  const terrain = terrainOf(values, edge);
  const points = Array.from(
    { length: 60 },
    (_, which) => [((which * 7.3) % 21) - 10.4, ((which * 3.7) % 19) - 9.3] as const,
  );

  it('are as high as their boxes at every point', () => {
    for (const [x, z] of points) expect(terrain.heightAt(x, z)).toBeCloseTo(topAt(terrain.slabs, x, z), 1.9);
  });

  it('are flat around the start, and not elsewhere', () => {
    for (const x of [-0.9, 0, 0.9]) expect(terrain.heightAt(x, 0.5)).toBe(0);
    expect(Math.max(...points.map(([x, z]) => terrain.heightAt(x, z)))).toBeGreaterThan(0.15);
  });

  it('are the same again from the same values', () => {
    expect(terrainOf(values, edge).slabs).toEqual(terrain.slabs);
  });
});

it('rough ground is another one by another seed, and never higher than was said', () => {
  const of = (terrain_seed: number) => terrainOf({ terrain_rough: 0.1, terrain_seed }, edge);
  const [one, two] = [of(1), of(2)];
  expect(one.slabs).not.toEqual(two.slabs);
  const heights = Array.from({ length: 200 }, (_, which) => one.heightAt(which / 10 - 10, which / 17 - 5));
  expect(Math.max(...heights)).toBeLessThanOrEqual(0.1);
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(0);
});

it('without a value there is nothing but flat ground', () => {
  expect(terrainOf({}, edge).slabs).toEqual([]);
  expect(terrainOf({ terrain_seed: 5, terrain_tread: 1 }, edge).heightAt(7, 7)).toBe(0);
});

it('values are held within their ranges, and a seed is a whole number', () => {
  expect(terrainValuesOf({ terrain_slope: 80, terrain_seed: 2.6, gravity: 9 })).toEqual({
    terrain_slope: 30,
    terrain_seed: 3,
  });
});
