import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { loadKernel } from '../../../physics/kernel.ts';
import { about, type Body, type Motion, motionSize, type Shape, upright, type Vector } from './bodies.ts';
import { KernelBodies } from './kernel-bodies.ts';

let kernel: WebAssembly.Module;
beforeAll(async () => {
  kernel = await loadKernel();
});

const random = new RandomStream(3, 1);
const shapes: Shape[] = Array.from({ length: 14 }, (_, index) =>
  index % 3 === 0
    ? { kind: 'ball', radius: random.uniform(0.05, 0.15) }
    : index % 3 === 1
      ? { kind: 'capsule', radius: random.uniform(0.05, 0.1), halfHeight: random.uniform(0.05, 0.15) }
      : { kind: 'box', halfExtents: [random.uniform(0.03, 0.1), random.uniform(0.03, 0.1), random.uniform(0.03, 0.1)] },
);
const ground: Body = {
  shape: { kind: 'box', halfExtents: [12.5, 0.5, 12.5] },
  position: [0, -0.5, 0],
  rotation: upright,
  fixed: true,
};
const bodies: Body[] = [ground, ...shapes.map((shape) => ({ shape, position: [0, 0, 0] as const, rotation: upright }))];

/** A heap in motion: a few centimetres and degrees a step, poses of each step. */
function heap(seed: number, steps: number, size = 0.3): Motion[][] {
  const drawn = new RandomStream(9, seed);
  const part = (width: number) => drawn.uniform(-width, width);
  const starts = bodies.map(() => [part(size), drawn.uniform(0, size), part(size)] as Vector);
  const axes = bodies.map(() => [part(1), part(1), part(1)] as Vector);
  const speeds = bodies.map(() => [part(1), part(1), part(1)] as Vector);
  return Array.from({ length: steps }, (_, step) =>
    bodies.map((_, index) => {
      const motion = new Float32Array(motionSize);
      const swing = Math.sin(step * 0.05) * 0.2;
      motion.set(about(axes[index]!, step * 0.01 + index));
      motion.set(
        starts[index]!.map((start, axis) => start + speeds[index]![axis]! * swing),
        4,
      );
      motion.set([...speeds[index]!, ...axes[index]!], 7);
      return motion;
    }),
  );
}

describe('what is found for one walker', () => {
  it('is the same bytes in every lane, whatever its neighbours do', () => {
    const steps = 60;
    const mine = heap(0, steps);
    const told = (lane: number, neighbours: readonly Motion[][][]) => {
      const found = new KernelBodies(kernel, bodies);
      const seen: unknown[] = [];
      for (let step = 0; step < steps; step++) {
        for (let other = 0; other < 4; other++) found.place((other === lane ? mine : neighbours[other]!)[step]!, other);
        found.find();
        // Addresses differ by lane; all else is the same.
        seen.push(
          found.patches(lane).map(({ broken: _, ...patch }) => patch),
          found.touches(lane),
        );
      }
      return { seen, bytes: Buffer.from(found.remembered(lane)).toString('base64') };
    };
    const others = [1, 2, 3, 4].map((seed) => heap(seed, steps, seed * 0.15));
    const first = told(0, [mine, mine, mine, mine]);
    expect(first.seen.flat().length).toBeGreaterThan(500);
    for (let lane = 0; lane < 4; lane++) expect(told(lane, others)).toEqual(first);
  });

  it('goes on as it would have when what it remembers is put back, in whatever lane', () => {
    const straight = new KernelBodies(kernel, bodies);
    const restored = new KernelBodies(kernel, bodies);
    heap(5, 60).forEach((motion, step) => {
      straight.place(motion);
      straight.find();
      if (step === 20) restored.remember(2, straight.remembered(0));
      if (step <= 20) return;
      restored.place(motion, 2);
      restored.find();
      expect(restored.meetings(2)).toEqual(straight.meetings());
      const { bodies: touching, happened } = straight.touches();
      expect(restored.touches(2)).toMatchObject({ bodies: touching, happened });
    });
  });

  it('depends on what it remembers', () => {
    const straight = new KernelBodies(kernel, bodies);
    const forgetful = new KernelBodies(kernel, bodies);
    const differing = heap(5, 60).filter((motion) => {
      straight.place(motion);
      straight.find();
      forgetful.place(motion);
      forgetful.remember(0, new Uint8Array(straight.remembered(0).length));
      forgetful.find();
      return JSON.stringify(forgetful.meetings()) !== JSON.stringify(straight.meetings());
    });
    expect(differing.length).toBeGreaterThan(10);
  });
});

describe('a walker with more contacts than it has room for', () => {
  it('gets them all the same, unremembered, and they are counted', () => {
    const crowd: Body[] = [
      ground,
      ...Array.from(
        { length: 30 },
        (): Body => ({
          shape: { kind: 'box', halfExtents: [0.1, 0.1, 0.1] },
          position: [0, 0, 0],
          rotation: upright,
        }),
      ),
    ];
    const found = new KernelBodies(kernel, crowd);
    const onTheGround = crowd.map((_, index) => {
      const motion = new Float32Array(motionSize);
      motion.set([...upright, 0.5 * (index - 15), 0.1, 0]);
      return motion;
    });
    const inTheAir = onTheGround.map((motion) => motion.map((part, at) => (at === 5 ? part + 5 : part)));
    for (let lane = 0; lane < 4; lane++) found.place(lane === 1 ? onTheGround : inTheAir, lane);
    found.find();
    expect(found.meetings(1)).toHaveLength(30);
    expect(found.meetings(1).flatMap(({ contacts }) => contacts)).toHaveLength(120);
    expect([0, 1, 2, 3].map((lane) => found.touches(lane).overflow > 0)).toEqual([false, true, false, false]);
  });
});
