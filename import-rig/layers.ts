/** What a project's settings say that counts for a ragdoll: layers, which of them touch, the usual material and speed. */
import type { Assets } from '../unity-assets/assets.ts';
import { type Mapping, numberAt, textAt, type Value, valueAt } from '../unity-assets/values.ts';

const TAGS = 'ProjectSettings/TagManager.asset';
const DYNAMICS = 'ProjectSettings/DynamicsManager.asset';
const TAG_MANAGER = 78;
const PHYSICS_MANAGER = 55;

/** Unity's own, which projects can't rename. */
const BUILT_IN: Readonly<Record<number, string>> = {
  0: 'Default',
  1: 'TransparentFX',
  2: 'Ignore Raycast',
  4: 'Water',
  5: 'UI',
};

export interface Layers {
  nameOf(layer: number): string;
  touch(one: number, other: number): boolean;
}

/** A project that does not say has Unity's layers, all of which touch. */
export function layersOf(assets: Assets): Layers {
  const names = itemsOf(valueAt(managerOf(assets, TAGS, TAG_MANAGER), 'layers'));
  const matrix = textAt(managerOf(assets, DYNAMICS, PHYSICS_MANAGER), 'm_LayerCollisionMatrix');
  // 32 rows of 32 bits, each little-endian.
  const rows = matrix && /^[0-9a-f]{256}$/i.test(matrix) ? Buffer.from(matrix, 'hex') : undefined;
  return {
    nameOf(layer) {
      const name = names[layer];
      const given = name?.kind === 'scalar' && name.text !== '' ? name.text : BUILT_IN[layer];
      return given ?? `Layer ${layer}`;
    },
    touch: (one, other) => !rows || ((rows.readUInt32LE(4 * one) >>> other) & 1) === 1,
  };
}

/** The material of colliders that have none of their own. */
export function defaultMaterialOf(assets: Assets): Value | undefined {
  return valueAt(managerOf(assets, DYNAMICS, PHYSICS_MANAGER), 'm_DefaultMaterial');
}

/** rad/s: of bodies that no script sets up. Projects begun before Unity 6 have 7, as those that do not say. */
export function maxAngularSpeedOf(assets: Assets): number {
  const speed = numberAt(managerOf(assets, DYNAMICS, PHYSICS_MANAGER), 'm_DefaultMaxAngularSpeed');
  return speed !== undefined && speed > 0 ? speed : 7;
}

function managerOf(assets: Assets, path: string, classId: number): Mapping | undefined {
  try {
    const found = [...assets.objectsOf(path).values()].find((object) => object.classId === classId);
    return found && assets.valuesOf(found);
  } catch {
    return undefined; // Missing, or no text: what it says is not known.
  }
}

function itemsOf(value: Value | undefined): readonly Value[] {
  return value?.kind === 'sequence' ? value.items : [];
}
