/**
 * The joint of a body against that of the training, which is a ConfigurableJoint with hard limits and a slerp drive. Any kind of
 * joint is read in its terms: what it lets turn, how hard its limits are, what drives it.
 */
import { type Mapping, numberAt, textAt } from '../../unity-assets/values.ts';
import type { TrainedBody } from './trained-physics.ts';

/** Something of a joint, as it is and as it should be; told by itself where it is no number. */
export interface JointRow {
  readonly what: string;
  readonly unit: string;
  readonly current: number | string | undefined;
  readonly wanted: number | string;
}

type Limits = NonNullable<TrainedBody['limits']>;

/** As `Limits`, in a ConfigurableJoint's terms; undefined where the file does not say. */
type ReadLimits = readonly (number | undefined)[];

interface JointKind {
  readonly classId: number;
  /** As it is told; what other kinds lack is told with the name. */
  readonly name: string;
  /** Undefined for a kind that lets nothing turn. */
  readonly limits: ((values: Mapping) => ReadLimits) | undefined;
  /** Properties with a `spring` each: above 0, the limit gives way. */
  readonly limitSprings: readonly (readonly [what: string, property: string])[];
  /** Properties with a `bounciness` each. */
  readonly bouncing: readonly string[];
  /** What drives it or holds it otherwise than the training's joint. */
  readonly more?: (values: Mapping) => readonly JointRow[];
}

const MOTIONS: Readonly<Record<string, string>> = { '0': 'locked', '1': 'limited', '2': 'free' };

const CONFIGURABLE: JointKind = {
  classId: 153,
  name: 'ConfigurableJoint',
  limits(values) {
    const limit = (axis: 'X' | 'Y' | 'Z', property: string, sign = 1) => {
      const motion = textAt(values, `m_Angular${axis}Motion`);
      if (motion === '0') return 0;
      return motion === '2' ? sign * 180 : numberAt(values, `${property}.limit`);
    };
    return [
      limit('X', 'm_LowAngularXLimit', -1),
      limit('X', 'm_HighAngularXLimit'),
      limit('Y', 'm_AngularYLimit'),
      limit('Z', 'm_AngularZLimit'),
    ];
  },
  limitSprings: [
    ['twist', 'm_AngularXLimitSpring'],
    ['swing', 'm_AngularYZLimitSpring'],
  ],
  bouncing: ['m_LowAngularXLimit', 'm_HighAngularXLimit', 'm_AngularYLimit', 'm_AngularZLimit'],
  more: (values) => [
    ...['X', 'Y', 'Z'].map((axis) => ({
      what: `motion along ${axis.toLowerCase()}`,
      unit: '',
      current: MOTIONS[textAt(values, `m_${axis}Motion`) ?? ''],
      wanted: 'locked',
    })),
    {
      what: 'rotation drive mode',
      unit: '',
      current: textAt(values, 'm_RotationDriveMode') === '0' ? 'X and YZ' : 'slerp',
      wanted: 'slerp',
    },
  ],
};

/** A CharacterJoint turns as a ConfigurableJoint with the same numbers does, of Unity's Ragdoll Wizard for instance. */
const CHARACTER: JointKind = {
  classId: 144,
  name: 'CharacterJoint (has no drive)',
  limits: (values) => [
    numberAt(values, 'm_LowTwistLimit.limit'),
    numberAt(values, 'm_HighTwistLimit.limit'),
    numberAt(values, 'm_Swing1Limit.limit'),
    numberAt(values, 'm_Swing2Limit.limit'),
  ],
  limitSprings: [
    ['twist', 'm_TwistLimitSpring'],
    ['swing', 'm_SwingLimitSpring'],
  ],
  bouncing: ['m_LowTwistLimit', 'm_HighTwistLimit', 'm_Swing1Limit', 'm_Swing2Limit'],
};

/** A HingeJoint turns about its axis alone, and the other way round: its largest angle is a ConfigurableJoint's lowest. */
const HINGE: JointKind = {
  classId: 59,
  name: 'HingeJoint (has no slerp drive)',
  limits(values) {
    if (textAt(values, 'm_UseLimits') !== '1') return [-180, 180, 0, 0];
    const [min, max] = [numberAt(values, 'm_Limits.min'), numberAt(values, 'm_Limits.max')];
    return [max === undefined ? max : 0 - max, min === undefined ? min : 0 - min, 0, 0];
  },
  limitSprings: [],
  bouncing: ['m_Limits'],
  more: (values) => {
    const rows: JointRow[] = [];
    if (textAt(values, 'm_UseSpring') === '1') {
      const [spring, damper] = [numberAt(values, 'm_Spring.spring'), numberAt(values, 'm_Spring.damper')];
      rows.push({ what: 'spring', unit: '', current: `on (${spring}, damper ${damper})`, wanted: 'off' });
    }
    if (textAt(values, 'm_UseMotor') === '1') {
      const [speed, force] = [numberAt(values, 'm_Motor.targetVelocity'), numberAt(values, 'm_Motor.force')];
      rows.push({ what: 'motor', unit: '', current: `on (${speed} degrees/s, force ${force})`, wanted: 'off' });
    }
    return rows;
  },
};

const FIXED: JointKind = { classId: 138, name: 'FixedJoint', limits: undefined, limitSprings: [], bouncing: [] };

const KINDS: readonly JointKind[] = [CONFIGURABLE, CHARACTER, HINGE, FIXED];

/** A joint as it stands in a file. */
export interface FoundJoint {
  readonly classId: number;
  readonly values: Mapping;
}

export function isJoint({ classId }: { readonly classId: number }): boolean {
  return KINDS.some((kind) => kind.classId === classId);
}

const LIMITS = ['lower twist limit', 'upper twist limit', 'swing limit about y', 'swing limit about z'];

/** What every kind has, and what it has in the training. */
const COMMON: readonly (readonly [what: string, property: string, wanted: number])[] = [
  ['mass scale', 'm_MassScale', 1],
  ['mass scale of the connected body', 'm_ConnectedMassScale', 1],
];

/**
 * All there is to compare, also where it is the same.
 *
 * @param joints of the body; where there are several, the one that is nearest to the training's counts
 */
export function jointRows(joints: readonly FoundJoint[], wanted: Limits): JointRow[] {
  const kind = KINDS.find(({ classId }) => joints.some((joint) => joint.classId === classId));
  const joint = joints.find(({ classId }) => classId === kind?.classId);
  const rows: JointRow[] = [
    { what: 'joint', unit: '', current: kind?.name ?? 'none of its own', wanted: CONFIGURABLE.name },
  ];
  if (joints.length > 1) rows.push({ what: 'number of joints', unit: '', current: joints.length, wanted: 1 });
  if (!joint || !kind?.limits) return rows;
  const { values } = joint;
  kind.limits(values).forEach((current, which) => {
    rows.push({ what: LIMITS[which]!, unit: 'degrees', current, wanted: wanted[which]! });
  });
  for (const [what, property] of kind.limitSprings) {
    rows.push({
      what: `${what} limit spring`,
      unit: 'N m/rad',
      current: numberAt(values, `${property}.spring`),
      wanted: 0,
    });
  }
  const bounciness = Math.max(0, ...kind.bouncing.map((property) => numberAt(values, `${property}.bounciness`) ?? 0));
  rows.push({ what: 'bounciness of a limit', unit: '', current: bounciness, wanted: 0 });
  for (const [what, property, value] of COMMON) {
    rows.push({ what, unit: '', current: numberAt(values, property), wanted: value });
  }
  if (textAt(values, 'm_EnableCollision') === '1') {
    rows.push({ what: 'collision with the connected body', unit: '', current: 'on', wanted: 'off' });
  }
  for (const [what, property] of [
    ['break force', 'm_BreakForce'],
    ['break torque', 'm_BreakTorque'],
  ] as const) {
    const finite = numberAt(values, property);
    // A file may write the largest number there is.
    if (finite !== undefined && finite < 1e30) rows.push({ what, unit: '', current: finite, wanted: 'none' });
  }
  return [...rows, ...(kind.more?.(values) ?? [])];
}
