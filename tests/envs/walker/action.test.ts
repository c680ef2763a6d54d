import { describe, expect, it } from 'vitest';
import { actionNames } from '../../../envs/walker/action.ts';
import { degrees, writeEuler } from '../../../envs/walker/rotation.ts';

describe('the action table', () => {
  const names = actionNames();

  it('has 26 rotations and 13 strengths', () => {
    expect(names).toHaveLength(39);
    expect(names.filter((name) => name.includes('rotation'))).toHaveLength(26);
    expect(names.slice(26).every((name) => name.endsWith('strength'))).toBe(true);
  });

  // Offsets as ML-Agents' policies know them.
  it.each([
    [0, 'chest rotation x'],
    [5, 'spine rotation z'],
    [6, 'thighL rotation x'],
    [10, 'shinL rotation x'],
    [12, 'footR rotation x'],
    [15, 'footL rotation x'],
    [22, 'forearmL rotation x'],
    [25, 'head rotation y'],
    [26, 'chest strength'],
    [28, 'head strength'],
    [31, 'footL strength'],
    [38, 'forearmR strength'],
  ])('has at %i: %s', (index, name) => {
    expect(names[index]).toBe(name);
  });

  it("turns about z first, then x, then y, which is Unity's order", () => {
    const euler = (x: number, y: number, z: number) => {
      const into = new Float32Array(4);
      writeEuler(x, y, z, into, 0);
      return [...into];
    };
    const [sine, cosine] = [Math.sin(15 * degrees), Math.cos(15 * degrees)];
    expect(euler(30, 0, 0)[0]).toBeCloseTo(sine);
    expect(euler(0, 30, 0)[1]).toBeCloseTo(sine);
    expect(euler(0, 0, 30)[2]).toBeCloseTo(sine);
    // Quaternion.Euler(30, 90, 0) in Unity.
    const expected = [sine * Math.SQRT1_2, cosine * Math.SQRT1_2, -sine * Math.SQRT1_2, cosine * Math.SQRT1_2];
    euler(30, 90, 0).forEach((value, part) => {
      expect(value).toBeCloseTo(expected[part]!);
    });
  });
});
