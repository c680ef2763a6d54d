import { beforeAll, describe, expect, it } from 'vitest';
import { loadKernel } from '../../../physics/kernel.ts';
import { about, type Body, type Motion, motionSize, type Rotation, upright, type Vector } from './bodies.ts';
import { KernelBodies, type Patch } from './kernel-bodies.ts';

let kernel: WebAssembly.Module;
beforeAll(async () => {
  kernel = await loadKernel();
});

const half: Vector = [0.1, 0.05, 0.2];
const ground: Body = {
  shape: { kind: 'box', halfExtents: [12.5, 0.5, 12.5] },
  position: [0, -0.5, 0],
  rotation: upright,
  fixed: true,
};
const box: Body = { shape: { kind: 'box', halfExtents: half }, position: [0, 0.05, 0], rotation: upright };

function motion(position: Vector, rotation: Rotation = upright): Motion {
  const made = new Float32Array(motionSize);
  made.set([...rotation, ...position]);
  return made;
}

/** A box on the ground, found at one place after the other; patches of each. */
function patchesAt(places: readonly Motion[], between: (patches: Patch[], bodies: KernelBodies) => void = () => {}) {
  const bodies = new KernelBodies(kernel, [ground, box]);
  return places.map((place) => {
    bodies.place([motion(ground.position), place]);
    bodies.find();
    const patches = bodies.patches();
    between(patches, bodies);
    return patches;
  });
}

const length = ([x, y, z]: Vector) => Math.hypot(x, y, z);
const difference = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const spread = ({ anchors }: Patch) => length(difference(anchors[0]!.first, anchors[1]!.first));
const pulls = (patch: Patch) => patch.anchors.map(({ error }) => error.map((part) => Math.round(part * 1e6) / 1e6 + 0));

describe('the patch of a box that lies on the ground', () => {
  it('has four points and two anchors at opposite corners, which pull nowhere yet', () => {
    const [[patch]] = patchesAt([motion(box.position)]) as [[Patch]];
    expect(patch.contacts).toHaveLength(4);
    expect(patch.normal).toEqual([0, 1, 0]);
    expect(spread(patch)).toBeCloseTo(Math.hypot(2 * half[0], 2 * half[2]), 5);
    expect(pulls(patch)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it('keeps its anchors while it creeps, and tells by how far', () => {
    const [, [patch]] = patchesAt([motion([0, 0.05, 0]), motion([0.003, 0.05, -0.002])]) as [Patch[], [Patch]];
    expect(pulls(patch)).toEqual([
      [0.003, 0, -0.002],
      [0.003, 0, -0.002],
    ]);
  });

  it('keeps them however far it has crept, for only the solver knows that it slips', () => {
    const places = Array.from({ length: 40 }, (_, step) => motion([0.01 * step, 0.05, 0]));
    const last = patchesAt(places).at(-1)!;
    expect(pulls(last[0]!)).toEqual([
      [0.39, 0, 0],
      [0.39, 0, 0],
    ]);
  });

  it('gets new anchors where it slipped', () => {
    const [, [patch]] = patchesAt([motion([0, 0.05, 0]), motion([0.003, 0.05, 0])], (patches, bodies) => {
      for (const slipped of patches) bodies.break(slipped);
    }) as [Patch[], [Patch]];
    expect(pulls(patch)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it('gets new anchors when they are drawn 2.5 cm apart along the normal', () => {
    const [, [near], [far]] = patchesAt([
      motion([0, 0.05, 0]),
      motion([0.001, 0.0699, 0]),
      motion([0.001, 0.0751, 0]),
    ]) as [Patch[], [Patch] | [], [Patch] | []];
    // Lifted higher than contacts reach, so nothing is left to hold.
    expect(near && pulls(near)).toEqual([
      [0.001, 0.0199, 0],
      [0.001, 0.0199, 0],
    ]);
    expect(far).toBeUndefined();
  });

  it('holds while it turns about the normal and lets go when it tips by more than 2.6 degrees', () => {
    const degrees = Math.PI / 180;
    const tipped = (angle: number) => motion([0, 0.05, 0], about([1, 0, 0], angle * degrees));
    const held = patchesAt([motion([0, 0.05, 0]), tipped(2.5)]).at(-1)![0]!;
    expect(length(held.anchors[0]!.error)).toBeGreaterThan(0.005);
    const letGo = patchesAt([motion([0, 0.05, 0]), tipped(2.7)]).at(-1)![0]!;
    expect(length(letGo.anchors[0]!.error)).toBeLessThan(1e-6);
  });

  it('is forgotten when the box has been in the air', () => {
    const places = [motion([0, 0.05, 0]), motion([0, 1, 0]), motion([0.004, 0.05, 0])];
    const [, inTheAir, [patch]] = patchesAt(places) as [Patch[], Patch[], [Patch]];
    expect(inTheAir).toEqual([]);
    expect(pulls(patch)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it('gets longer anchors when the contact has outgrown them', () => {
    const table: Body = { ...ground, shape: { kind: 'box', halfExtents: [0.1, 0.5, 0.5] } };
    const bodies = new KernelBodies(kernel, [table, box]);
    const at = (x: number, z: number) => {
      bodies.place([motion(table.position), motion([x, 0.05, z])]);
      bodies.find();
      return bodies.patches()[0]!;
    };
    // A corner of one on a corner of the other: 1 cm by 5 cm.
    expect(spread(at(0.19, 0.65))).toBeCloseTo(Math.hypot(0.01, 0.05), 4);
    // Grown, but not to twice as much.
    expect(spread(at(0.18, 0.63))).toBeCloseTo(Math.hypot(0.01, 0.05), 4);
    const grown = at(0.1, 0.6);
    expect(spread(grown)).toBeCloseTo(Math.hypot(0.1, 0.1), 4);
    expect(pulls(grown)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });
});

describe('two capsules', () => {
  const capsule = { kind: 'capsule', radius: 0.05, halfHeight: 0.2 } as const;
  it('that cross with a turn of their normal have a patch for each direction', () => {
    // Nearly parallel and nearly through one another: what parts them at one end parts them at the other by another way.
    const bodies = new KernelBodies(kernel, [
      { shape: capsule, position: [0, 0, 0], rotation: upright },
      { shape: capsule, position: [0, 0.004, 0], rotation: about([0, 1, 0], 0.0195) },
    ]);
    bodies.place([motion([0, 0, 0]), motion([0, 0.004, 0], about([0, 1, 0], 0.0195))]);
    bodies.find();
    const patches = bodies.patches();
    expect(patches).toHaveLength(2);
    expect(patches.flatMap(({ contacts }) => contacts).length).toBeGreaterThan(2);
    const [a, b] = patches.map(({ normal }) => normal) as [Vector, Vector];
    expect(a[0] * b[0] + a[1] * b[1] + a[2] * b[2]).toBeLessThan(0.999);
  });
});
