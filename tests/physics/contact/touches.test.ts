import { beforeAll, describe, expect, it } from 'vitest';
import { loadKernel } from '../../../physics/kernel.ts';
import { type Body, type Motion, motionSize, type Rotation, upright, type Vector, xUp } from './bodies.ts';
import { KernelBodies } from './kernel-bodies.ts';

let kernel: WebAssembly.Module;
beforeAll(async () => {
  kernel = await loadKernel();
});

function motion(
  position: Vector,
  rotation: Rotation = upright,
  velocity: Vector = [0, 0, 0],
  spin: Vector = [0, 0, 0],
) {
  const made: Motion = new Float32Array(motionSize);
  made.set([...rotation, ...position, ...velocity, ...spin]);
  return made;
}

const plane: Body = { shape: { kind: 'plane' }, position: [0, 0, 0], rotation: xUp, fixed: true };
const ball: Body = { shape: { kind: 'ball', radius: 0.1 }, position: [0, 0, 0], rotation: upright };
/** Categories: the plane's is 1, every other body's 0. */
const [everything, ofPlane, ofBodies] = [0b11, 0b10, 0b01];

describe('touches', () => {
  it('are told by category as long as they last, and when they begin and end', () => {
    const bodies = new KernelBodies(kernel, [plane, ball]);
    const at = (height: number) => {
      bodies.place([motion([0, 0, 0]), motion([0, height, 0])]);
      bodies.find();
      const { bodies: touching, happened } = bodies.touches();
      return [touching[0], happened];
    };
    expect(at(1)).toEqual([0, 0]);
    expect(at(0.1)).toEqual([ofPlane, everything]);
    expect(at(0.1)).toEqual([ofPlane, 0]);
    expect(at(1)).toEqual([0, everything]);
    expect(at(1)).toEqual([0, 0]);
  });

  it('of two bodies are told to both', () => {
    const bodies = new KernelBodies(kernel, [ball, ball, ball]);
    bodies.place([motion([0, 0, 0]), motion([0.15, 0, 0]), motion([5, 0, 0])]);
    bodies.find();
    expect(bodies.touches().bodies).toEqual([ofBodies, ofBodies, 0]);
  });

  it('begin as far away as speed and spin reach in one step, and without speculation within the contact offsets', () => {
    const reach = (speculative: boolean, velocity: Vector, spin: Vector) => {
      let low = 0.1;
      let high = 1;
      for (let turn = 0; turn < 30; turn++) {
        const height = (low + high) / 2;
        const bodies = new KernelBodies(kernel, [plane, ball], { speculative });
        bodies.place([motion([0, 0, 0]), motion([0, height, 0], upright, velocity, spin)]);
        bodies.find();
        if (bodies.meetings().length > 0) low = height;
        else high = height;
      }
      return low - 0.1;
    };
    expect(reach(false, [3, 4, 0], [0, 10, 0])).toBeCloseTo(0.02, 6);
    expect(reach(true, [3, 4, 0], [0, 0, 0])).toBeCloseTo(0.02 + 5 * 0.01333, 6);
    // Half the diagonal of the box around a ball of 0.1 m.
    expect(reach(true, [0, 0, 0], [0, 10, 0])).toBeCloseTo(0.02 + 10 * 0.01333 * 0.1 * Math.sqrt(3), 6);
  });
});
