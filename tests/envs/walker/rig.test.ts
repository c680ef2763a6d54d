import { describe, expect, it } from 'vitest';
import walkerFile from '../../../envs/walker/rig.json' with { type: 'json' };
import { bodyIndex, readRig, walkerRig } from '../../../envs/walker/rig.ts';

/** The Walker's file with something changed in it. */
function changed(change: (file: typeof walkerFile) => void): unknown {
  const file = structuredClone(walkerFile);
  change(file);
  return file;
}

describe('the rig', () => {
  it('has 16 bodies of 109 kg and 13 motors', () => {
    expect(walkerRig.bodies).toHaveLength(16);
    expect(walkerRig.bodies.reduce((sum, { mass }) => sum + mass, 0)).toBe(109);
    expect(walkerRig.bodies.filter(({ joint }) => joint?.driven)).toHaveLength(13);
  });

  it('stands with hips at 0.953 m, and its feet on their own side', () => {
    expect(walkerRig.bodies[0]!.start).toEqual([0, 0.953, 0]);
    const [x, y, z] = walkerRig.bodies[bodyIndex(walkerRig, 'footL')]!.start;
    expect([x, y, z].map((value) => Number(value.toFixed(6)))).toEqual([-0.131998, 0.161, 0]);
  });

  it('may touch the ground with shins and feet alone', () => {
    const allowed = walkerRig.bodies.filter(({ mayTouchGround }) => mayTouchGround).map(({ name }) => name);
    expect(allowed).toEqual(['shinL', 'footL', 'shinR', 'footR']);
  });

  it('is refused with the field that is wrong', () => {
    const negative = changed((file) => {
      file.bodies[3]!.mass = -1;
    });
    expect(() => readRig(negative, 'my-rig.json')).toThrow(/my-rig\.json: bodies\.3\.mass/);
    const lost = changed((file) => {
      file.bodies[1]!.parent = 'spien';
    });
    expect(() => readRig(lost)).toThrow(/parent of chest names a body that does not exist; got "spien"/);
    const circle = changed((file) => {
      file.bodies[2]!.parent = 'chest';
    });
    expect(() => readRig(circle)).toThrow(/circle/);
    const twice = changed((file) => {
      file.enteringOrder[3] = 'hips';
    });
    expect(() => readRig(twice)).toThrow(/enteringOrder must name every body once/);
  });
});
