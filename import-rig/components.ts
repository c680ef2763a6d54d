/**
 * The components of a ragdoll, field by field: where each stands in Unity's files, and what Unity takes where it is missing.
 * What the fields mean is told where they are used (`shapes.ts`, `joints.ts`).
 */
import { type FieldsOf, flag, group, number, reference, rotation, vector, word } from './fields.ts';

/** Unity's numbers for types of components. */
export const CLASS = {
  rigidbody: 54,
  hingeJoint: 59,
  meshCollider: 64,
  boxCollider: 65,
  constantForce: 75,
  physicsMaterial: 134,
  sphereCollider: 135,
  capsuleCollider: 136,
  fixedJoint: 138,
  characterController: 143,
  characterJoint: 144,
  springJoint: 145,
  wheelCollider: 146,
  configurableJoint: 153,
  terrainCollider: 154,
  articulationBody: 171741748,
} as const;

const JOINTS: readonly number[] = [
  CLASS.hingeJoint,
  CLASS.fixedJoint,
  CLASS.characterJoint,
  CLASS.springJoint,
  CLASS.configurableJoint,
];

export function isJoint(classId: number): boolean {
  return JOINTS.includes(classId);
}

const ZERO = [0, 0, 0] as const;
const ONE = [1, 1, 1] as const;
const notNegative = { least: 0 };
const positive = { least: 1e-6 };
/** kg; Unity allows more, no ragdoll has it. */
const HEAVIEST = 1e6;

export const TRANSFORM_FIELDS = {
  position: vector('m_LocalPosition', ZERO),
  rotation: rotation('m_LocalRotation', [0, 0, 0, 1]),
  scale: vector('m_LocalScale', ONE),
};

export const RIGIDBODY_FIELDS = {
  mass: number('m_Mass', 1, { least: 1e-7, most: HEAVIEST }),
  linearDamping: number(['m_LinearDamping', 'm_Drag'], 0, notNegative),
  angularDamping: number(['m_AngularDamping', 'm_AngularDrag'], 0.05, notNegative),
  usesGravity: flag('m_UseGravity', true),
  isKinematic: flag('m_IsKinematic'),
  /** Bits 2, 4, 8 freeze the position along x, y, z of the world, 16, 32, 64 the rotation about them. */
  constraints: number('m_Constraints', 0, { least: 0, most: 126 }),
  /** 0 discrete, 1 continuous, 2 continuous dynamic, 3 speculative. */
  collisionDetection: number('m_CollisionDetection', 0),
  computesCentre: flag('m_ImplicitCom', true),
  centre: vector('m_CenterOfMass', ZERO),
  computesInertia: flag('m_ImplicitTensor', true),
  inertia: vector('m_InertiaTensor', ONE),
  inertiaRotation: rotation('m_InertiaRotation', [0, 0, 0, 1]),
};

const COLLIDER_FIELDS = {
  isEnabled: flag('m_Enabled', true),
  isTrigger: flag('m_IsTrigger'),
  material: reference('m_Material'),
};

export const BOX_FIELDS = { ...COLLIDER_FIELDS, centre: vector('m_Center', ZERO), size: vector('m_Size', ONE) };
export const SPHERE_FIELDS = { ...COLLIDER_FIELDS, centre: vector('m_Center', ZERO), radius: number('m_Radius', 0.5) };
export const CAPSULE_FIELDS = {
  ...COLLIDER_FIELDS,
  centre: vector('m_Center', ZERO),
  radius: number('m_Radius', 0.5),
  height: number('m_Height', 1),
  direction: word('m_Direction', ['x', 'y', 'z'], 'y'),
};
export const OTHER_COLLIDER_FIELDS = COLLIDER_FIELDS;

/** Files of before Unity 6 write the names without `m_`. */
export const MATERIAL_FIELDS = {
  dynamicFriction: number(['m_DynamicFriction', 'dynamicFriction'], 0.6, notNegative),
  staticFriction: number(['m_StaticFriction', 'staticFriction'], 0.6, notNegative),
  bounciness: number(['m_Bounciness', 'bounciness'], 0, { least: 0, most: 1 }),
  frictionCombine: word(
    ['m_FrictionCombine', 'frictionCombine'],
    ['average', 'multiply', 'minimum', 'maximum'],
    'average',
  ),
};

const SPRING = { spring: number('spring', 0, notNegative), damper: number('damper', 0, notNegative) };
const LIMIT = { limit: number('limit', 0), bounciness: number('bounciness', 0) };
const DRIVE = {
  spring: number('positionSpring', 0, notNegative),
  damper: number('positionDamper', 0, notNegative),
  maxForce: number('maximumForce', Number.POSITIVE_INFINITY, { least: 0, orNone: true }),
  isPerMass: flag('useAcceleration'),
};

const JOINT_FIELDS = {
  connectedBody: reference('m_ConnectedBody'),
  connectedArticulation: reference('m_ConnectedArticulationBody'),
  anchor: vector('m_Anchor', ZERO),
  axis: vector('m_Axis', [1, 0, 0]),
  computesConnectedAnchor: flag('m_AutoConfigureConnectedAnchor', true),
  connectedAnchor: vector('m_ConnectedAnchor', ZERO),
  breakForce: number('m_BreakForce', Number.POSITIVE_INFINITY, { least: 0, orNone: true }),
  breakTorque: number('m_BreakTorque', Number.POSITIVE_INFINITY, { least: 0, orNone: true }),
  mayCollide: flag('m_EnableCollision'),
  isPreprocessed: flag('m_EnablePreprocessing', true),
  massScale: number('m_MassScale', 1, positive),
  connectedMassScale: number('m_ConnectedMassScale', 1, positive),
};

const PROJECTION = {
  projectionDistance: number('m_ProjectionDistance', 0.1, notNegative),
  projectionAngle: number('m_ProjectionAngle', 180, notNegative),
};

export const MOTIONS = ['locked', 'limited', 'free'] as const;
export type Motion = (typeof MOTIONS)[number];
const motion = (name: string) => word(name, MOTIONS, 'free');

export const CONFIGURABLE_FIELDS = {
  ...JOINT_FIELDS,
  secondaryAxis: vector('m_SecondaryAxis', [0, 1, 0]),
  x: motion('m_XMotion'),
  y: motion('m_YMotion'),
  z: motion('m_ZMotion'),
  angularX: motion('m_AngularXMotion'),
  angularY: motion('m_AngularYMotion'),
  angularZ: motion('m_AngularZMotion'),
  linearLimit: group('m_LinearLimit', LIMIT),
  linearLimitSpring: group('m_LinearLimitSpring', SPRING),
  lowX: group('m_LowAngularXLimit', LIMIT),
  highX: group('m_HighAngularXLimit', LIMIT),
  limitY: group('m_AngularYLimit', LIMIT),
  limitZ: group('m_AngularZLimit', LIMIT),
  springX: group('m_AngularXLimitSpring', SPRING),
  springYz: group('m_AngularYZLimitSpring', SPRING),
  driveMode: word('m_RotationDriveMode', ['x-yz', 'slerp'], 'x-yz'),
  linearDriveX: group('m_XDrive', DRIVE),
  linearDriveY: group('m_YDrive', DRIVE),
  linearDriveZ: group('m_ZDrive', DRIVE),
  driveX: group('m_AngularXDrive', DRIVE),
  driveYz: group('m_AngularYZDrive', DRIVE),
  slerpDrive: group('m_SlerpDrive', DRIVE),
  targetRotation: rotation('m_TargetRotation', [0, 0, 0, 1]),
  targetSpin: vector('m_TargetAngularVelocity', ZERO),
  projectionMode: number('m_ProjectionMode', 0),
  ...PROJECTION,
  isInWorldSpace: flag('m_ConfiguredInWorldSpace'),
  swapsBodies: flag('m_SwapBodies'),
};

export const CHARACTER_FIELDS = {
  ...JOINT_FIELDS,
  swingAxis: vector('m_SwingAxis', [0, 1, 0]),
  lowTwist: group('m_LowTwistLimit', LIMIT),
  highTwist: group('m_HighTwistLimit', LIMIT),
  swing1: group('m_Swing1Limit', LIMIT),
  swing2: group('m_Swing2Limit', LIMIT),
  twistSpring: group('m_TwistLimitSpring', SPRING),
  swingSpring: group('m_SwingLimitSpring', SPRING),
  projects: flag('m_EnableProjection'),
  ...PROJECTION,
};

export const HINGE_FIELDS = {
  ...JOINT_FIELDS,
  usesLimits: flag('m_UseLimits'),
  limits: group('m_Limits', { min: number('min', 0), max: number('max', 0), bounciness: number('bounciness', 0) }),
  usesSpring: flag('m_UseSpring'),
  spring: group('m_Spring', { ...SPRING, target: number('targetPosition', 0) }),
  usesMotor: flag('m_UseMotor'),
  motor: group('m_Motor', {
    velocity: number('targetVelocity', 0),
    force: number('force', 0, { least: 0, orNone: true }),
  }),
  isPerMass: flag('m_UseAcceleration'),
};

export const FIXED_FIELDS = JOINT_FIELDS;

export type RigidbodyFields = FieldsOf<typeof RIGIDBODY_FIELDS>;
export type JointFields = FieldsOf<typeof JOINT_FIELDS>;
export type ConfigurableFields = FieldsOf<typeof CONFIGURABLE_FIELDS>;
export type CharacterFields = FieldsOf<typeof CHARACTER_FIELDS>;
export type HingeFields = FieldsOf<typeof HINGE_FIELDS>;
export type DriveFields = FieldsOf<typeof DRIVE>;
export type SpringFields = FieldsOf<typeof SPRING>;
