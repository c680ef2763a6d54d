/**
 * The colliders of a body as shapes without scale, in the body's turned frame.
 *
 * Sizes as Unity's own editors of colliders draw them, s = |lossyScale|: a box by s along each axis; a sphere by the largest s;
 * a capsule's radius by the larger s of the two axes across it, its height by s along it, and one lower than it is wide is a
 * ball. A collider belongs to the nearest body at or above its object.
 */
import type { RigFileCollider } from '../envs/ragdoll/rig-file.ts';
import { conjugate, product, type Vector } from '../physics/rotation.ts';
import type { Assets } from '../unity-assets/assets.ts';
import type { Reference } from '../unity-assets/reference.ts';
import {
  BOX_FIELDS,
  CAPSULE_FIELDS,
  CLASS,
  MATERIAL_FIELDS,
  OTHER_COLLIDER_FIELDS,
  SPHERE_FIELDS,
} from './components.ts';
import { type FieldsOf, type FieldTable, readFields, reference } from './fields.ts';
import type { Finding } from './findings.ts';
import type { Component, Node } from './hierarchy.ts';
import { fromBody, worldPoint } from './placement.ts';
import { rounded, roundedRotation, roundedVector } from './rounded.ts';

export interface Shapes {
  readonly colliders: readonly RigFileCollider[];
  /** Of the objects that the colliders are on, each once. */
  readonly layers: readonly number[];
  readonly findings: readonly Finding[];
}

/** Where materials are looked up. */
export interface Materials {
  readonly assets: Assets;
  pathOf(guid: string): string | undefined;
  /** The project's own, where it has one. */
  readonly ofProject: Reference | undefined;
}

/** Sides and radii below this are no shape any more, metres. */
const SMALLEST = 1e-5;
/** A shape that is larger is a mistake, metres. */
const LARGEST = 1000;

export function shapesOf(body: Node, path: string, materials: Materials): Shapes {
  const colliders: RigFileCollider[] = [];
  const layers = new Set<number>();
  const findings: Finding[] = [];
  for (const node of objectsOf(body)) {
    for (const component of node.components) {
      const found = shapeOf(body, node, component, path, materials);
      findings.push(...found.findings);
      if (!found.collider) continue;
      colliders.push(found.collider);
      layers.add(node.layer);
    }
  }
  return { colliders, layers: [...layers], findings };
}

/** The body and the active objects below it that belong to no other body. */
function objectsOf(body: Node): Node[] {
  const own = body.children.filter(
    (child) => child.isActive && !child.components.some(({ classId }) => classId === CLASS.rigidbody),
  );
  return [body, ...own.flatMap(objectsOf)];
}

interface FoundShape {
  readonly collider?: RigFileCollider;
  readonly findings: readonly Finding[];
}

function shapeOf(body: Node, node: Node, component: Component, path: string, materials: Materials): FoundShape {
  const read = READERS[component.classId];
  if (!read) return { findings: [] };
  const where = `${path}: ${read.name} of ${node.name}`;
  const { isEnabled, isTrigger, material } = readFields(OTHER_COLLIDER_FIELDS, component.values, where);
  if (!isEnabled || isTrigger) return { findings: [] };
  const scale = node.placement.scale.map(Math.abs) as readonly number[] as Vector;
  const drawn = read.shape(component, where, scale);
  const findings: Finding[] = [];
  if ('lost' in drawn)
    return { findings: [{ kind: 'lost', on: body.name, isRefused: true, feature: read.name, ...drawn.lost }] };
  const { centre, shape, isRound } = drawn;
  const [least, most] = [Math.min(...drawn.sizes), Math.max(...drawn.sizes)];
  if (least < SMALLEST || most > LARGEST || !Number.isFinite(most)) {
    const told = `a ${shape.shape} of ${drawn.sizes.map((size) => Number(size.toPrecision(3))).join(' x ')} m is left out`;
    const advice = 'give the collider a size in Unity, or remove it';
    return { findings: [{ kind: 'lost', on: body.name, feature: 'collider without a size', told, advice }] };
  }
  if (isRound && Math.max(...scale) > 1.01 * Math.min(...scale)) {
    const told =
      'stretched by its scale differently along its axes: it keeps its shape and takes the largest, as in Unity';
    findings.push({ kind: 'note', on: body.name, feature: `${shape.shape} under a stretched scale`, told });
  }
  const center = fromBody(body.placement, worldPoint(node.placement, centre));
  const turn = product(conjugate(body.placement.rotation), node.placement.rotation);
  const collider = {
    ...shape,
    center: roundedVector(center),
    rotation: roundedRotation(turn),
    ...materialOf(material ?? materials.ofProject, materials),
  } as RigFileCollider;
  return { collider, findings };
}

type Drawn =
  | {
      readonly centre: Vector;
      readonly shape:
        | { readonly shape: 'sphere'; readonly radius: number }
        | {
            readonly shape: 'capsule';
            readonly radius: number;
            readonly height: number;
            readonly along: 'x' | 'y' | 'z';
          }
        | { readonly shape: 'box'; readonly size: Vector };
      readonly sizes: readonly number[];
      readonly isRound: boolean;
    }
  | { readonly lost: { readonly told: string; readonly advice: string } };

interface Reader {
  readonly name: string;
  shape(component: Component, where: string, scale: Vector): Drawn;
}

const reader = <Table extends FieldTable>(
  name: string,
  table: Table,
  draw: (fields: FieldsOf<Table>, scale: Vector) => Drawn,
): Reader => ({ name, shape: ({ values }, where, scale) => draw(readFields(table, values, where), scale) });

const cannot = (name: string, advice: string): Reader => ({
  name,
  shape: () => ({ lost: { told: 'has no counterpart in the rig', advice } }),
});

const box = (centre: Vector, [x, y, z]: Vector, [sx, sy, sz]: Vector): Drawn => {
  const size: Vector = [Math.abs(x) * sx, Math.abs(y) * sy, Math.abs(z) * sz];
  return { centre, shape: { shape: 'box', size: roundedVector(size) }, sizes: size, isRound: false };
};

const sphere = (centre: Vector, radius: number, scale: Vector): Drawn => {
  const size = Math.abs(radius) * Math.max(...scale);
  return { centre, shape: { shape: 'sphere', radius: rounded(size) }, sizes: [size], isRound: true };
};

const AXES = ['x', 'y', 'z'] as const;

const capsule = (
  centre: Vector,
  { radius, height, direction }: { radius: number; height: number; direction: (typeof AXES)[number] },
  scale: Vector,
): Drawn => {
  const along = AXES.indexOf(direction);
  const across = scale.filter((_, axis) => axis !== along);
  const size = Math.abs(radius) * Math.max(...across);
  const length = Math.abs(height) * scale[along]!;
  if (length <= 2 * size) return sphere(centre, size, [1, 1, 1]);
  const shape = { shape: 'capsule', radius: rounded(size), height: rounded(length), along: direction } as const;
  return { centre, shape, sizes: [size, length], isRound: true };
};

/** Meshes that come with Unity, by their ids; of the cylinder there is no shape. */
const BUILT_IN = '0000000000000000e000000000000000';
const BUILT_IN_MESHES: Readonly<Record<string, (scale: Vector) => Drawn>> = {
  10202: (scale) => box([0, 0, 0], [1, 1, 1], scale),
  10207: (scale) => sphere([0, 0, 0], 0.5, scale),
  10208: (scale) => capsule([0, 0, 0], { radius: 0.5, height: 2, direction: 'y' }, scale),
};
const isUniform = (scale: Vector) => Math.max(...scale) <= 1.01 * Math.min(...scale);

const READERS: Readonly<Record<number, Reader>> = {
  [CLASS.boxCollider]: reader('BoxCollider', BOX_FIELDS, ({ centre, size }, scale) => box(centre, size, scale)),
  [CLASS.sphereCollider]: reader('SphereCollider', SPHERE_FIELDS, ({ centre, radius }, scale) =>
    sphere(centre, radius, scale),
  ),
  [CLASS.capsuleCollider]: reader('CapsuleCollider', CAPSULE_FIELDS, ({ centre, ...size }, scale) =>
    capsule(centre, size, scale),
  ),
  [CLASS.meshCollider]: reader('MeshCollider', { mesh: reference('m_Mesh') }, ({ mesh }, scale): Drawn => {
    const drawn = mesh?.guid === BUILT_IN ? BUILT_IN_MESHES[mesh.fileId]?.(scale) : undefined;
    if (drawn && 'isRound' in drawn && (!drawn.isRound || isUniform(scale))) return drawn;
    return {
      lost: {
        told: 'a mesh has no counterpart in the rig',
        advice: 'replace it by boxes, capsules or spheres in Unity: several on child objects make any shape',
      },
    };
  }),
  [CLASS.characterController]: cannot('CharacterController', 'remove it: a ragdoll moves by its joints alone'),
  [CLASS.wheelCollider]: cannot('WheelCollider', 'replace it by a sphere on a body of its own, with a HingeJoint'),
  [CLASS.terrainCollider]: cannot('TerrainCollider', 'take it off the body'),
};

/** What a material says, where it is one that can be read and is not Unity's default. */
function materialOf(material: Reference | undefined, { assets, pathOf }: Materials): Pick<RigFileCollider, 'material'> {
  const path = material?.guid === undefined ? undefined : pathOf(material.guid);
  if (path === undefined) return {};
  const object = [...assets.objectsOf(path).values()].find(({ classId }) => classId === CLASS.physicsMaterial);
  if (!object) return {};
  return { material: readFields(MATERIAL_FIELDS, assets.valuesOf(object), path) };
}
