/**
 * Unity prefabs from a table: each row is a GameObject with its components, and comes out as the YAML that Unity writes.
 *
 *     prefabText([
 *       { name: 'Hero' },
 *       { name: 'hips', parent: 'Hero', at: [0, 1, 0], components: [rigidbody({ mass: 15 }), box({ size: [0.3, 0.2, 0.2] })] },
 *       { name: 'chest', parent: 'hips', components: [rigidbody(), characterJoint('hips', { high: 20 })] },
 *     ])
 */
import { HEAD } from '../unity-assets/project.ts';

type Vector = readonly [number, number, number];
type Rotation = readonly [number, number, number, number];

/** A value of a field: a vector is a tuple; a mapping is written as a block. */
export type FieldValue = string | number | boolean | Vector | Rotation | Fields | readonly Fields[];
export interface Fields {
  readonly [name: string]: FieldValue;
}

export interface Component {
  readonly classId: number;
  readonly type: string;
  /** @param bodyOf reference to the Rigidbody of another row. */
  fields(bodyOf: (row: string) => string): Fields;
}

export interface ObjectRow {
  readonly name: string;
  /** What other rows call it; default: its name. */
  readonly key?: string;
  /** Key of the row that it hangs from; undefined: the top. A whole reference, `{fileID: 7}`, names an object of an instance. */
  readonly parent?: string | undefined;
  readonly at?: Vector;
  readonly turn?: Rotation;
  readonly scale?: Vector;
  readonly tag?: string;
  readonly layer?: number;
  readonly isActive?: boolean;
  readonly components?: readonly Component[];
}

export interface PrefabIds {
  /** Of the row's GameObject and its Transform, and of its component N. */
  gameObject(row: string): string;
  transform(row: string): string;
  component(row: string, which: number): string;
}

const RIGIDBODY = 54;
const keyOf = ({ key, name }: ObjectRow) => key ?? name;

/** Local ids of the objects of a table. @param first its lowest id: two tables in one file need ids of their own. */
export function idsOf(rows: readonly ObjectRow[], first = 1000): PrefabIds {
  const at = (row: string, more: number) => {
    const index = rows.findIndex((each) => keyOf(each) === row);
    if (index < 0) throw new Error(`the table has no row ${row}`);
    return String(first + 100 * index + more);
  };
  return {
    gameObject: (row) => at(row, 0),
    transform: (row) => at(row, 1),
    component: (row, which) => at(row, 2 + which),
  };
}

/** The file of a table. @param more documents behind it: instances of other prefabs, say. */
export function prefabText(rows: readonly ObjectRow[], more = '', first = 1000): string {
  const ids = idsOf(rows, first);
  const reference = (row: string) => (row.startsWith('{') ? row : `{fileID: ${ids.transform(row)}}`);
  const bodyOf = (row: string) => {
    if (row.startsWith('{')) return row;
    const components = rows.find((each) => keyOf(each) === row)?.components ?? [];
    const which = components.findIndex(({ classId }) => classId === RIGIDBODY);
    return `{fileID: ${which < 0 ? ids.gameObject(row) : ids.component(row, which)}}`;
  };
  const documents = rows.map((row) => {
    const key = keyOf(row);
    const components = row.components ?? [];
    const owner = `{fileID: ${ids.gameObject(key)}}`;
    const listed = [ids.transform(key), ...components.map((_, which) => ids.component(key, which))];
    const children = rows.filter(({ parent }) => parent === key).map((child) => ids.transform(keyOf(child)));
    return [
      documentText(1, ids.gameObject(key), 'GameObject', {
        m_Component: listed.map((id) => ({ component: `{fileID: ${id}}` })),
        m_Layer: row.layer ?? 0,
        m_Name: row.name,
        m_TagString: row.tag ?? 'Untagged',
        m_IsActive: row.isActive ?? true,
      }),
      documentText(4, ids.transform(key), 'Transform', {
        m_GameObject: owner,
        m_LocalRotation: row.turn ?? [0, 0, 0, 1],
        m_LocalPosition: row.at ?? [0, 0, 0],
        m_LocalScale: row.scale ?? [1, 1, 1],
        m_Children: children.length === 0 ? '[]' : `\n${children.map((id) => `  - {fileID: ${id}}`).join('\n')}`,
        m_Father: row.parent === undefined ? '{fileID: 0}' : reference(row.parent),
      }),
      ...components.map(({ classId, type, fields }, which) =>
        documentText(classId, ids.component(key, which), type, { m_GameObject: owner, ...fields(bodyOf) }),
      ),
    ].join('');
  });
  return HEAD + documents.join('') + more;
}

function documentText(classId: number, id: string, type: string, fields: Fields): string {
  return `--- !u!${classId} &${id}\n${type}:\n${fieldsText(fields, '  ')}`;
}

function fieldsText(fields: Fields, indent: string): string {
  return Object.entries(fields)
    .map(([name, value]) => `${indent}${name}:${valueText(value, indent)}\n`)
    .join('');
}

function valueText(value: FieldValue, indent: string): string {
  if (typeof value === 'boolean') return ` ${Number(value)}`;
  if (typeof value === 'string' && value.startsWith('\n')) return value;
  if (typeof value !== 'object') return ` ${value}`;
  if (!Array.isArray(value)) return `\n${fieldsText(value as Fields, `${indent}  `).trimEnd()}`;
  if (typeof value[0] === 'number') {
    return ` {${value.map((part, axis) => `${'xyzw'[axis]}: ${part}`).join(', ')}}`;
  }
  const items = (value as readonly Fields[]).map((item) => `${indent}- ${fieldsText(item, `${indent}  `).trim()}`);
  return items.length === 0 ? ' []' : `\n${items.join('\n')}`;
}

const component = (classId: number, type: string, fields: Fields): Component => ({
  classId,
  type,
  fields: () => fields,
});

export function rigidbody({ mass = 1, ...more }: { readonly mass?: number } & Fields = {}): Component {
  return component(RIGIDBODY, 'Rigidbody', {
    m_Mass: mass,
    m_Drag: 0,
    m_AngularDrag: 0.05,
    m_UseGravity: true,
    m_IsKinematic: false,
    m_Constraints: 0,
    m_CollisionDetection: 0,
    ...more,
  });
}

const collider = { m_Material: '{fileID: 0}', m_IsTrigger: false, m_Enabled: true };

interface Size {
  readonly centre?: Vector;
}

export function box({ size, centre = [0, 0, 0], ...more }: Size & { readonly size: Vector } & Fields): Component {
  return component(65, 'BoxCollider', { ...collider, m_Size: size, m_Center: centre, ...more });
}

export function sphere({
  radius,
  centre = [0, 0, 0],
  ...more
}: Size & { readonly radius: number } & Fields): Component {
  return component(135, 'SphereCollider', { ...collider, m_Radius: radius, m_Center: centre, ...more });
}

export function capsule({
  radius,
  height,
  along = 'y',
  centre = [0, 0, 0],
  ...more
}: Size & { readonly radius: number; readonly height: number; readonly along?: 'x' | 'y' | 'z' } & Fields): Component {
  const direction = ['x', 'y', 'z'].indexOf(along);
  return component(136, 'CapsuleCollider', {
    ...collider,
    m_Radius: radius,
    m_Height: height,
    m_Direction: direction,
    m_Center: centre,
    ...more,
  });
}

export function meshCollider(mesh = '{fileID: 4300000, guid: abcdefabcdefabcdefabcdefabcdefab, type: 3}'): Component {
  return component(64, 'MeshCollider', { ...collider, m_Convex: true, m_Mesh: mesh });
}

const ofJoint = (connectedBody: string): Fields => ({
  m_ConnectedBody: connectedBody,
  m_Anchor: [0, 0, 0],
  m_Axis: [1, 0, 0],
  m_AutoConfigureConnectedAnchor: true,
  m_ConnectedAnchor: [9, 9, 9],
  m_BreakForce: 'Infinity',
  m_BreakTorque: 'Infinity',
  m_EnableCollision: false,
  m_EnablePreprocessing: true,
  m_MassScale: 1,
  m_ConnectedMassScale: 1,
});

const softness = { spring: 0, damper: 0 };
const limit = (degrees: number): Fields => ({ limit: degrees, bounciness: 0, contactDistance: 0 });
export const driveFields = (spring: number, damper: number, max: number | string = '3.4028233e+38'): Fields => ({
  serializedVersion: 3,
  positionSpring: spring,
  positionDamper: damper,
  maximumForce: max,
});

type Limits = { readonly low?: number; readonly high?: number; readonly y?: number; readonly z?: number };

/** All angular axes limited to what is given. @param to key of the other row; undefined: the world. */
export function configurableJoint(
  to: string | undefined,
  { low = 0, high = 0, y = 0, z = 0, ...more }: Limits & Fields = {},
): Component {
  return {
    classId: 153,
    type: 'ConfigurableJoint',
    fields: (bodyOf) => ({
      ...ofJoint(to === undefined ? '{fileID: 0}' : bodyOf(to)),
      m_SecondaryAxis: [0, 1, 0],
      m_XMotion: 0,
      m_YMotion: 0,
      m_ZMotion: 0,
      m_AngularXMotion: 1,
      m_AngularYMotion: y === 0 ? 0 : 1,
      m_AngularZMotion: z === 0 ? 0 : 1,
      m_LinearLimitSpring: softness,
      m_LinearLimit: limit(0),
      m_AngularXLimitSpring: softness,
      m_LowAngularXLimit: limit(low),
      m_HighAngularXLimit: limit(high),
      m_AngularYZLimitSpring: softness,
      m_AngularYLimit: limit(y),
      m_AngularZLimit: limit(z),
      m_XDrive: driveFields(0, 0),
      m_YDrive: driveFields(0, 0),
      m_ZDrive: driveFields(0, 0),
      m_TargetRotation: [0, 0, 0, 1],
      m_RotationDriveMode: 1,
      m_AngularXDrive: driveFields(0, 0),
      m_AngularYZDrive: driveFields(0, 0),
      m_SlerpDrive: driveFields(0, 0),
      m_ProjectionMode: 0,
      m_ConfiguredInWorldSpace: 0,
      m_SwapBodies: 0,
      ...more,
    }),
  };
}

/** As the Ragdoll Wizard makes it: twist about `axis`, swing1 about `swingAxis`. */
export function characterJoint(
  to: string,
  {
    low = 0,
    high = 0,
    y = 0,
    z = 0,
    axis = [1, 0, 0],
    swingAxis = [0, 0, 1],
    ...more
  }: Limits & {
    readonly axis?: Vector;
    readonly swingAxis?: Vector;
  } & Fields = {},
): Component {
  return {
    classId: 144,
    type: 'CharacterJoint',
    fields: (bodyOf) => ({
      ...ofJoint(bodyOf(to)),
      m_Axis: axis,
      m_SwingAxis: swingAxis,
      m_TwistLimitSpring: softness,
      m_LowTwistLimit: limit(low),
      m_HighTwistLimit: limit(high),
      m_SwingLimitSpring: softness,
      m_Swing1Limit: limit(y),
      m_Swing2Limit: limit(z),
      m_EnableProjection: 0,
      m_EnablePreprocessing: false,
      ...more,
    }),
  };
}

export function hingeJoint(
  to: string,
  { min, max, ...more }: { readonly min?: number; readonly max?: number } & Fields = {},
): Component {
  return {
    classId: 59,
    type: 'HingeJoint',
    fields: (bodyOf) => ({
      ...ofJoint(bodyOf(to)),
      m_UseSpring: false,
      m_UseMotor: false,
      m_UseLimits: min !== undefined || max !== undefined,
      m_Limits: { min: min ?? 0, max: max ?? 0, bounciness: 0, bounceMinVelocity: 0.2, contactDistance: 0 },
      ...more,
    }),
  };
}

export function fixedJoint(to: string, more: Fields = {}): Component {
  return { classId: 138, type: 'FixedJoint', fields: (bodyOf) => ({ ...ofJoint(bodyOf(to)), ...more }) };
}

export function springJoint(to: string): Component {
  return { classId: 145, type: 'SpringJoint', fields: (bodyOf) => ({ ...ofJoint(bodyOf(to)), m_Spring: 10 }) };
}

export function articulationBody(): Component {
  return component(171741748, 'ArticulationBody', { m_Enabled: true, m_Mass: 1, m_ArticulationJointType: 3 });
}

/** A MonoBehaviour. @param guid of its script. */
export function script(guid: string, fields: Fields = {}): Component {
  return component(114, 'MonoBehaviour', {
    m_Enabled: true,
    m_Script: `{fileID: 11500000, guid: ${guid}, type: 3}`,
    ...fields,
  });
}

/** ML-Agents' BehaviorParameters. */
export function behaviorParameters(name: string, observations: number, actions: number): Component {
  return script('5d1c4e0b1822b495aa52bc52839ecb30', {
    m_BrainParameters: {
      VectorObservationSize: observations,
      NumStackedVectorObservations: 1,
      m_ActionSpec: { m_NumContinuousActions: actions, BranchSizes: '' },
    },
    m_Model: '{fileID: 0}',
    m_BehaviorName: name,
  });
}
