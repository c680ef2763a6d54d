import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksOf, walkerShown } from '../../envs/walker/looks.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import type { Point } from '../../film/points.ts';
import { distanceTo, facingAt, type Shape, shapesOf } from '../../film/shapes.ts';
import { standing } from './standing.ts';

describe('a shape', () => {
  const colour: Point = [1, 1, 1];
  const tilted = [Math.SQRT1_2, Math.SQRT1_2, 0] as const;
  const shapes: [string, Shape, (point: Point) => number][] = [
    [
      'sphere',
      { kind: 'sphere', colour, centre: [1, 2, 3], reach: 0.5, radius: 0.5 },
      ([x, y, z]) => Math.hypot(x - 1, y - 2, z - 3) - 0.5,
    ],
    [
      'capsule',
      { kind: 'capsule', colour, centre: [1, 2, 3], reach: 1.3, radius: 0.3, from: [1, 2, 2], to: [1, 2, 4] },
      ([x, y, z]) => Math.hypot(x - 1, y - 2, z - Math.min(4, Math.max(2, z))) - 0.3,
    ],
    [
      'box',
      {
        kind: 'box',
        colour,
        centre: [1, 2, 3],
        reach: 1,
        half: [0.5, 0.3, 0.2],
        axes: [tilted, [-tilted[1], tilted[0], 0], [0, 0, 1]],
      },
      ([x, y, z]) => {
        const [a, b] = [(x - 1 + y - 2) * Math.SQRT1_2, (y - 2 - (x - 1)) * Math.SQRT1_2];
        return Math.max(Math.abs(a) - 0.5, Math.abs(b) - 0.3, Math.abs(z - 3) - 0.2);
      },
    ],
  ];
  it.each(shapes)('%s is hit where it begins, and faces the ray', (_name, shape, distanceFrom) => {
    const part = fc.integer({ min: -1000, max: 1000 }).map((thousandths) => thousandths / 1000);
    let [hits, misses] = [0, 0];
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (way, aim) => {
        const length = Math.hypot(...way);
        fc.pre(length > 0.1);
        const direction = way.map((each) => each / length) as unknown as Point;
        const from = [1, 2, 3].map((each, axis) => each + aim[axis]! - 5 * direction[axis]!) as unknown as Point;
        const distance = distanceTo(shape, from, direction);
        const at = (far: number) => from.map((each, axis) => each + far * direction[axis]!) as unknown as Point;
        // Walking along the ray in small steps: the surface is where the distance from it changes its sign.
        const walked = Array.from({ length: 1000 }, (_, step) => step / 100).find((far) => distanceFrom(at(far)) < 0);
        if (distance === Number.POSITIVE_INFINITY) {
          misses++;
          expect(walked).toBeUndefined();
          return;
        }
        hits++;
        expect(distanceFrom(at(distance))).toBeCloseTo(0, 6);
        if (walked !== undefined) expect(distance).toBeLessThanOrEqual(walked + 1e-6);
        const facing = facingAt(shape, at(distance));
        expect(Math.hypot(...facing)).toBeCloseTo(1, 6);
        expect(facing.reduce((sum, each, axis) => sum + each * direction[axis]!, 0)).toBeLessThan(1e-6);
      }),
      // Always the same rays, since they are counted below.
      { seed: 1, numRuns: 200 },
    );
    expect(Math.min(hits, misses)).toBeGreaterThan(20);
  });

  it('of the walker stands where its body does', () => {
    const shapes = shapesOf(looksOf(walkerShown), standing);
    expect(shapes).toHaveLength(walkerRig.bodies.length + 3);
    const head = shapes[walkerRig.bodies.findIndex(({ name }) => name === 'head')]!;
    expect(head).toMatchObject({ kind: 'sphere', radius: 0.22 });
    expect(head.centre[1]).toBeCloseTo(0.953 + 0.22539 + 0.26565 + 0.44946, 4);
    const armR = shapes[walkerRig.bodies.findIndex(({ name }) => name === 'armR')]!;
    const { from, to } = armR as Extract<Shape, { kind: 'capsule' }>;
    // It lies along x: 0.33 long, round ends of 0.08 included.
    expect(to[0] - from[0]).toBeCloseTo(0.33 - 2 * 0.08, 6);
  });
});
