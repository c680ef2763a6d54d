/** A small ragdoll that a test changes one thing of, and what an import told of it. */
import { expect } from 'vitest';
import { heroOf } from './imported.ts';
import { configurableJoint, type ObjectRow, rigidbody, sphere } from './prefab-builder.ts';

export const HALF = Math.SQRT1_2;
/** A quarter turn about x, y and z. */
export const QUARTER = { x: [HALF, 0, 0, HALF], y: [0, HALF, 0, HALF], z: [0, 0, HALF, HALF] } as const;

/** A root body and one that hangs from it, of which a test changes what it is about. */
export function pair(
  part: Partial<ObjectRow> & { readonly joint?: NonNullable<ObjectRow['components']>[number] } = {},
  top: Partial<ObjectRow> = {},
): ObjectRow[] {
  const { joint = configurableJoint('hips', { high: 10 }), components = [sphere({ radius: 0.1 })], ...row } = part;
  return [
    { name: 'Hero', ...top },
    { name: 'hips', parent: 'Hero', at: [0, 1, 0], components: [rigidbody({ mass: 5 }), sphere({ radius: 0.2 })] },
    { name: 'limb', parent: 'hips', at: [0, 0.5, 0], ...row, components: [rigidbody(), ...components, joint] },
  ];
}

export const toldBy = (rows: readonly ObjectRow[]) =>
  heroOf(rows).findings.map(({ kind, on, feature }) => `${kind}: ${on}: ${feature}`);

export function closeTo(received: readonly number[], expected: readonly number[]): void {
  expect(received).toHaveLength(expected.length);
  for (const [at, value] of expected.entries()) expect(received[at]).toBeCloseTo(value, 6);
}
