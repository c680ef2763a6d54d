import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../../base/random/stream.ts';
import { loadKernel } from '../../../../physics/kernel.ts';
import {
  about,
  type Body,
  contactOffset,
  type Motion,
  motionSize,
  type Shape,
  upright,
  type Vector,
} from '../../../physics/contact/bodies.ts';
import { KernelBodies } from '../../../physics/contact/kernel-bodies.ts';

let kernel: WebAssembly.Module;
beforeAll(async () => {
  kernel = await loadKernel();
});

const reach = 2 * contactOffset;
type Box = Extract<Shape, { kind: 'box' }>;
type Round = Extract<Shape, { kind: 'ball' | 'capsule' }>;

function turned([x, y, z, w]: ArrayLike<number> & Iterable<number>, [vx, vy, vz]: Vector): Vector {
  const [tx, ty, tz] = [2 * (y! * vz - z! * vy), 2 * (z! * vx - x! * vz), 2 * (x! * vy - y! * vx)];
  return [vx + w! * tx + y! * tz - z! * ty, vy + w! * ty + z! * tx - x! * tz, vz + w! * tz + x! * ty - y! * tx];
}

/** A point in a body's own axes. */
function inside(motion: Motion, point: Vector): Vector {
  const [x, y, z, w] = motion;
  return turned([-x!, -y!, -z!, w!], [point[0] - motion[4]!, point[1] - motion[5]!, point[2] - motion[6]!]);
}

/** How far a point is outside of a box in whose axes it is told; 0 inside. */
function fromBox({ halfExtents }: Box, point: Vector): number {
  return Math.hypot(...point.map((part, axis) => Math.max(0, Math.abs(part) - halfExtents[axis]!)));
}

/** Distance of a box from a ball or a capsule, reckoned another way: the least along the capsule's middle, by halving. */
function distance(box: Box, boxAt: Motion, round: Round, roundAt: Motion): number {
  const half = round.kind === 'capsule' ? round.halfHeight : 0;
  const at = (part: number) => {
    const [x, y, z] = turned(roundAt, [part * half, 0, 0]);
    return fromBox(box, inside(boxAt, [roundAt[4]! + x, roundAt[5]! + y, roundAt[6]! + z]));
  };
  let low = -1;
  let high = 1;
  for (let turn = 0; turn < 80; turn++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (at(a) < at(b)) high = b;
    else low = a;
  }
  return at((low + high) / 2) - round.radius;
}

/** Many placements of two bodies, each as if they had just met; four at a time. */
function placements(shapes: (random: RandomStream) => [Shape, Shape], apart: number, count: number) {
  const random = new RandomStream(11, count);
  const body = (shape: Shape): Body => ({ shape, position: [0, 0, 0], rotation: upright });
  return Array.from({ length: count / 4 }, () => {
    const [first, second] = shapes(random);
    const bodies = new KernelBodies(kernel, [body(second), body(first)], { speculative: false });
    const vector = (size: number): Vector => [
      random.uniform(-size, size),
      random.uniform(-size, size),
      random.uniform(-size, size),
    ];
    const motion = (size: number) => {
      const made: Motion = new Float32Array(motionSize);
      made.set([...about(vector(1), random.uniform(0, 6)), ...vector(size)]);
      return made;
    };
    const lanes = [0, 1, 2, 3].map((lane) => {
      const motions = [motion(0), motion(apart)] as const;
      bodies.place(motions, lane);
      return motions;
    });
    bodies.find();
    return lanes.map(([secondAt, firstAt], lane) => ({
      first,
      second,
      firstAt,
      secondAt,
      patches: bodies.patches(lane),
    }));
  }).flat();
}

const box = (random: RandomStream): Box => ({
  kind: 'box',
  halfExtents: [random.uniform(0.01, 0.2), random.uniform(0.01, 0.2), random.uniform(0.01, 0.2)],
});
const round = (random: RandomStream) =>
  random.uniform() < 0.3
    ? ({ kind: 'ball', radius: random.uniform(0.02, 0.2) } as const)
    : ({ kind: 'capsule', radius: random.uniform(0.02, 0.15), halfHeight: random.uniform(0.001, 0.3) } as const);

describe('a box, wherever it is put', () => {
  it('touches balls and capsules exactly where they are nearer than contacts reach, and never nearer than they are', () => {
    const wrong: unknown[] = [];
    let touching = 0;
    for (const placed of placements((random) => [round(random), box(random)], 0.5, 4000)) {
      const { first, second, firstAt, secondAt, patches } = placed;
      const apart = distance(second as Box, secondAt, first as Round, firstAt);
      if (Math.abs(apart - reach) < 1e-5) continue;
      if (patches.length > 0 !== apart < reach) wrong.push({ apart, placed });
      if (patches.length === 0) continue;
      touching++;
      // With the middle inside, which way is out is a matter of depth and not of distance.
      if (apart + (first as Round).radius < 1e-3) continue;
      const nearest = Math.min(...patches.flatMap(({ contacts }) => contacts.map(({ separation }) => separation)));
      const isRight = first.kind === 'ball' ? Math.abs(nearest - apart) < 1e-5 : nearest > apart - 1e-4;
      if (!isRight) wrong.push({ apart, nearest, placed });
    }
    expect(touching).toBeGreaterThan(400);
    expect(wrong).toEqual([]);
  });

  it('gets contacts that are numbers, with normals of length one, and points on both', () => {
    const wrong: unknown[] = [];
    let contacts = 0;
    const all = [
      ...placements((random) => [box(random), box(random)], 0.3, 3000),
      ...placements((random) => [round(random), box(random)], 0.3, 2000),
    ];
    for (const { first, second, firstAt, secondAt, patches } of all) {
      for (const { normal, contacts: found } of patches) {
        if (!(Math.abs(Math.hypot(...normal) - 1) < 1e-5)) wrong.push(normal);
        for (const { point, separation } of found) {
          contacts++;
          if (!(separation <= reach + 1e-6 && point.every(Number.isFinite))) wrong.push({ point, separation });
          if (first.kind !== 'box') continue;
          const [x, y, z] = [0, 1, 2].map((axis) => point[axis]! + normal[axis]! * separation) as [
            number,
            number,
            number,
          ];
          const offSecond = fromBox(second as Box, inside(secondAt, point));
          const offFirst = fromBox(first, inside(firstAt, [x, y, z]));
          if (!(offFirst < 1e-4 && offSecond < 1e-4)) wrong.push({ offFirst, offSecond, separation });
        }
      }
    }
    expect(contacts).toBeGreaterThan(2000);
    expect(wrong).toEqual([]);
  });

  it('finds a ball drawn out to a capsule by a few millimetres at its edge', () => {
    const edge: Box = { kind: 'box', halfExtents: [0.0391, 0.08, 0.0708] };
    const missed: number[] = [];
    for (let step = 0; step < 400; step += 4) {
      const capsule: Round = { kind: 'capsule', radius: 0.08, halfHeight: 0.001 + step * 1e-5 };
      const body = (shape: Shape): Body => ({ shape, position: [0, 0, 0], rotation: upright });
      const bodies = new KernelBodies(kernel, [body(edge), body(capsule)], { speculative: false });
      const boxAt: Motion = new Float32Array([...upright, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      const along = about([0.09, -1, 0.07], Math.PI / 2 + 0.1);
      const capsuleAt: Motion = new Float32Array([...along, -0.0914, 0.1452, -0.0064 + step * 1e-4, 0, 0, 0, 0, 0, 0]);
      for (let lane = 0; lane < 4; lane++) bodies.place([boxAt, capsuleAt], lane);
      bodies.find();
      const apart = distance(edge, boxAt, capsule, capsuleAt);
      if (bodies.patches().length > 0 !== apart < reach) missed.push(step);
    }
    expect(missed).toEqual([]);
  });
});
