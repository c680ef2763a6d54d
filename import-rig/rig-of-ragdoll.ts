/** The ragdoll of a Unity file as a rig file, and what has to be told about it. Pure: reads through what it is handed. */

import { UserError } from '../base/failure/user-error.ts';
import {
  type RigFile,
  type RigFileBody,
  type RigFileInput,
  type RigFileJoint,
  readRigFile,
} from '../envs/ragdoll/rig-file.ts';
import { difference, type Vector } from '../physics/rotation.ts';
import { CLASS, RIGIDBODY_FIELDS, type RigidbodyFields } from './components.ts';
import { readFields } from './fields.ts';
import type { Finding } from './findings.ts';
import { type Hierarchy, isBelow, type Node, placeInFile } from './hierarchy.ts';
import { carriedJoint } from './joints.ts';
import type { Layers } from './layers.ts';
import { bodyAbove, pathFrom, uniqueNames } from './names.ts';
import { fromBody, worldPoint } from './placement.ts';
import type { Ragdoll } from './ragdoll.ts';
import { rounded, roundedRotation, roundedVector } from './rounded.ts';
import { type Materials, shapesOf } from './shapes.ts';

export interface ReadRig {
  readonly rig: RigFile;
  readonly findings: readonly Finding[];
  /** What the bodies are called in the rig. */
  readonly names: ReadonlyMap<Node, string>;
}

export interface RigSurroundings {
  readonly materials: Materials;
  readonly layers: Layers;
  /** rad/s; undefined where it is as usual. */
  maxAngularVelocityOf(body: Node): number | undefined;
}

/** Bodies further from the root than this are a mistake, metres. */
const FARTHEST = 1000;
/** Beyond this much of skew shapes are not what Unity shows. */
const MOST_SKEW = 0.01;

/** @throws UserError where a component is malformed, or where a body is can't be told. */
export function rigOfRagdoll(hierarchy: Hierarchy, ragdoll: Ragdoll, around: RigSurroundings): ReadRig {
  const { materials, layers } = around;
  const { path } = hierarchy;
  checkPlaces(path, ragdoll);
  const { first, assumed } = rootBody(ragdoll);
  const bodies = [first, ...ragdoll.bodies.filter((body) => body !== first)];
  const names = uniqueNames(ragdoll.root, bodies);
  // The root body stands above the middle of the world; how high above stays.
  const [x, , z] = first.placement.position;
  const origin: Vector = [x, 0, z];
  const findings: Finding[] = assumed === undefined ? [] : [{ ...assumed, on: names.get(first)! }];
  const layersInUse = new Set<number>();

  const told: RigFileInput['bodies'] = bodies.map((body) => {
    const name = names.get(body)!;
    const rigidbody = body.components.find(({ classId }) => classId === CLASS.rigidbody)!;
    const fields = readFields(RIGIDBODY_FIELDS, rigidbody.values, `${path}: Rigidbody of ${body.name}`);
    const shapes = shapesOf(body, path, materials);
    const joints = ragdoll.joints
      .filter(({ owner }) => owner === body)
      .flatMap((found): RigFileJoint[] => {
        const { joint, findings: ofJoint } = carriedJoint(found, path, name, origin);
        findings.push(...ofJoint);
        return joint ? [{ ...joint, connectedTo: found.connected ? names.get(found.connected)! : null }] : [];
      });
    const layer = shapes.layers[0] ?? body.layer;
    layersInUse.add(layer);
    findings.push(
      ...shapes.findings.map((finding) => ({ ...finding, on: name })),
      ...bodyFindings(body, fields, shapes, layers).map((finding) => ({ ...finding, on: name })),
    );
    const above = bodyAbove(body, bodies);
    return {
      name,
      path: pathFrom(ragdoll.root, body),
      parent: above ? names.get(above)! : null,
      position: roundedVector(difference(body.placement.position, origin)),
      rotation: roundedRotation(body.placement.rotation),
      mass: rounded(fields.mass),
      linearDamping: rounded(fields.linearDamping),
      angularDamping: rounded(fields.angularDamping),
      ...present('maxAngularVelocity', around.maxAngularVelocityOf(body)),
      useGravity: fields.usesGravity,
      kinematic: fields.isKinematic,
      frozen: frozenBy(fields.constraints),
      ...(fields.computesCentre
        ? {}
        : { centerOfMass: roundedVector(fromBody(body.placement, worldPoint(body.placement, fields.centre))) }),
      layer: layers.nameOf(layer),
      colliders: [...shapes.colliders],
      joints,
    };
  });
  const inUse = [...layersInUse].sort((a, b) => a - b);
  const apart = inUse.flatMap((one, at) =>
    inUse
      .slice(at)
      .flatMap((other): [string, string][] =>
        layers.touch(one, other) ? [] : [[layers.nameOf(one), layers.nameOf(other)]],
      ),
  );
  findings.push(...strangers(ragdoll, names), ...giants(told));
  const { root } = ragdoll;
  const isWholeFile = root.parent === undefined && hierarchy.roots.length === 1;
  const rig: RigFileInput = {
    version: 2,
    name: (isWholeFile ? nameOfFile(path) : root.name) || 'Ragdoll',
    source: isWholeFile ? path : `${path}:${placeInFile(root)}`,
    bodies: told,
    collisions: { apart },
    cannotCarry: findings
      .filter(({ isRefused }) => isRefused)
      .map(({ on, feature, advice }) => ({ body: on, feature, ...(advice === undefined ? {} : { advice }) })),
  };
  return { rig: readRigFile(rig, path), findings, names };
}

/** "Hero" of Assets/Hero/Hero.prefab: Unity calls the top object so, whatever the file's text says of it. */
function nameOfFile(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.\w+$/, '');
}

function present<Name extends string>(name: Name, value: number | undefined): Partial<Record<Name, number>> {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, number>>;
}

/** All bodies are in text files, have names, and are near one another. */
function checkPlaces(path: string, { bodies }: Ragdoll): void {
  const ofModel = bodies.filter(({ isOfModel }) => isOfModel);
  if (ofModel.length > 0) {
    throw new UserError({
      what: 'it hangs from a bone of a model or of a prefab that is not in the project: where it is stands in no text file',
      where: path,
      value: ofModel.slice(0, 5).map(({ name }) => name),
      mend: 'in Unity, open the prefab, select the model in it, GameObject > Prefab > Unpack Completely, and save; then import it again',
    });
  }
  const nameless = bodies.find(({ name }) => name.trim() === '');
  if (nameless) {
    throw new UserError({
      what: 'a body has no name',
      where: path,
      value: placeInFile(nameless),
      mend: 'give the object a name in Unity',
    });
  }
  for (const { name, placement } of bodies) {
    const away = Math.hypot(...difference(placement.position, bodies[0]!.placement.position));
    if (away <= FARTHEST) continue;
    throw new UserError({
      what: `the body is ${Number(away.toPrecision(3))} m away from ${bodies[0]!.name}`,
      where: path,
      value: name,
      expected: `at most ${FARTHEST} m`,
      mend: 'look at the positions and scales of its Transform, and of those above it, in Unity',
    });
  }
}

/** What all others hang from; else the one that owns no joint; else the heaviest. */
function rootBody({ bodies, joints }: Ragdoll): {
  readonly first: Node;
  readonly assumed?: Omit<Finding, 'on'>;
} {
  const top = bodies.find((body) => bodies.every((other) => isBelow(other, body)));
  if (top) return { first: top };
  const without = bodies.filter((body) => !joints.some(({ owner }) => owner === body));
  const massOf = (body: Node) =>
    readFields(
      { mass: RIGIDBODY_FIELDS.mass },
      body.components.find(({ classId }) => classId === CLASS.rigidbody)!.values,
      body.name,
    ).mass;
  const among = without.length > 0 ? without : bodies;
  const first = among.reduce((best, body) => (massOf(body) > massOf(best) ? body : best));
  const why = without.length === 1 ? 'it is the one that owns no joint' : 'it is the heaviest';
  const told = `taken as the root: no body is above all others in the hierarchy, and ${why}`;
  return { first, assumed: { kind: 'assumed', feature: 'root', told } };
}

const FROZEN = [
  [2, 'position x'],
  [4, 'position y'],
  [8, 'position z'],
  [16, 'rotation x'],
  [32, 'rotation y'],
  [64, 'rotation z'],
] as const;

function frozenBy(constraints: number): RigFileBody['frozen'] {
  return FROZEN.filter(([bit]) => (constraints & bit) !== 0).map(([, what]) => what);
}

/** Shapes that the rest of the ragdoll would fit into some times over: the wizard makes them of skeletons with scales. */
function giants(bodies: RigFileInput['bodies']): Finding[] {
  const spread = (axis: number) => {
    const places = bodies.map(({ position }) => position[axis]!);
    return Math.max(...places) - Math.min(...places);
  };
  const widest = Math.hypot(spread(0), spread(1), spread(2));
  return bodies.flatMap(({ name, colliders }): Finding[] => {
    const largest = Math.max(...colliders.map(sizeOf));
    if (widest === 0 || largest < GIANT * widest) return [];
    const size = Number(largest.toPrecision(3));
    const told = `a shape of ${size} m, where all bodies lie within ${Number(widest.toPrecision(3))} m`;
    const advice = 'look at its collider in Unity: the Ragdoll Wizard sizes colliders wrongly where bones have a scale';
    return [{ kind: 'assumed', on: name, feature: 'size', told, advice }];
  });
}

const GIANT = 3;

function sizeOf(collider: RigFileInput['bodies'][number]['colliders'][number]): number {
  if (collider.shape === 'box') return Math.max(...collider.size);
  return collider.shape === 'capsule' ? Math.max(collider.height, 2 * collider.radius) : 2 * collider.radius;
}

type BodyFinding = Omit<Finding, 'on'>;

/** What is told of a body besides its shapes and joints: one row each. */
function bodyFindings(
  body: Node,
  fields: RigidbodyFields,
  { colliders, layers: ofShapes }: ReturnType<typeof shapesOf>,
  layers: Layers,
): BodyFinding[] {
  const { scale, skew } = body.placement;
  const frozen = frozenBy(fields.constraints);
  const rows: readonly (readonly [boolean, BodyFinding])[] = [
    [
      colliders.length === 0,
      {
        kind: 'assumed',
        feature: 'no shape',
        told: 'has no collider that counts: it touches nothing, and what its inertia is Unity does not document',
        advice: 'give it a collider, or remove its Rigidbody and joint if it is only a bone for the skin',
      },
    ],
    [
      !fields.computesInertia,
      {
        kind: 'lost',
        isRefused: true,
        feature: 'inertia tensor',
        told: 'has an inertia of its own, which the rig can not carry',
        advice: 'switch Automatic Tensor on',
      },
    ],
    [
      skew > MOST_SKEW,
      {
        kind: 'assumed',
        feature: 'skew',
        told: `is turned below a stretched parent: ${(100 * skew).toFixed(0)} % of its scale is a skew that no collider can follow`,
        advice: 'give the objects above it a scale of the same number in x, y and z',
      },
    ],
    [
      scale.some((value) => value < 0),
      {
        kind: 'assumed',
        feature: 'mirrored scale',
        told: 'is mirrored by a negative scale: its joints are taken as Unity turns mirrored transforms',
        advice: 'mirror the positions instead, and keep scales above 0',
      },
    ],
    [fields.isKinematic, { kind: 'note', feature: 'kinematic', told: 'is kinematic: no force moves it' }],
    [!fields.usesGravity, { kind: 'note', feature: 'gravity', told: 'does not feel gravity' }],
    [frozen.length > 0, { kind: 'note', feature: 'constraints', told: `is held in the world: ${frozen.join(', ')}` }],
    [
      ofShapes.length > 1,
      {
        kind: 'assumed',
        feature: 'layers',
        told: `has colliders on several layers (${ofShapes.map(layers.nameOf).join(', ')}): the first is taken for all`,
        advice: 'put all objects of a body onto one layer',
      },
    ],
  ];
  return rows.filter(([isSo]) => isSo).map(([, finding]) => finding);
}

/** Bodies of another kind that hang from the ragdoll. */
function strangers({ bodies, root }: Ragdoll, names: ReadonlyMap<Node, string>): Finding[] {
  const findings: Finding[] = [];
  const look = (node: Node) => {
    if (!node.isActive) return;
    const above = names.get(node) ?? names.get(bodyAbove(node, bodies) ?? bodies[0]!)!;
    if (node.components.some(({ classId }) => classId === CLASS.articulationBody)) {
      findings.push({
        kind: 'lost',
        isRefused: true,
        on: above,
        feature: 'ArticulationBody',
        told: `${node.name} is an ArticulationBody, which another solver moves`,
        advice: 'replace it by a Rigidbody and a ConfigurableJoint',
      });
    } else if (!names.has(node) && node.components.some(({ classId }) => classId === CLASS.rigidbody)) {
      const told = 'a Rigidbody that no joint ties to the ragdoll: it is left out';
      findings.push({ kind: 'note', on: node.name, feature: 'loose body', told });
    }
    node.children.forEach(look);
  };
  look(root);
  return findings;
}
