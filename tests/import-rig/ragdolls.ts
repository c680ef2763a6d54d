/** Ragdolls as people build them: a biped by Unity's Ragdoll Wizard, and a quadruped of hinges. Each is a table of prefab-builder.ts. */
import { box, capsule, characterJoint, hingeJoint, type ObjectRow, rigidbody, sphere } from './prefab-builder.ts';

type Vector = readonly [number, number, number];

/** Of a biped of 70 kg: the wizard shares out the mass by these numbers, 16 in all. */
const share = (part: number) => (70 / 16) * part;
const RIGHT: Vector = [1, 0, 0];
const FORWARD: Vector = [0, 0, 1];
const UP: Vector = [0, 1, 0];

/**
 * What Unity's Ragdoll Wizard makes of a humanoid skeleton 1.75 m tall in T-pose: 11 bodies on bones, 10 CharacterJoints, no
 * feet, no hands, no drives. It looks along z; the bones are not turned.
 */
export const wizardBiped: readonly ObjectRow[] = [
  { name: 'Biped' },
  {
    name: 'Hips',
    parent: 'Biped',
    at: [0, 0.96, 0],
    components: [box({ size: [0.34, 0.22, 0.24], centre: [0, 0.06, 0] }), rigidbody({ mass: share(2.5) })],
  },
  ...[-1, 1].flatMap((side): ObjectRow[] => {
    const of = side < 0 ? 'Left' : 'Right';
    return [
      {
        name: `${of}UpLeg`,
        parent: 'Hips',
        at: [0.1 * side, -0.04, 0],
        components: [
          capsule({ radius: 0.075, height: 0.44, centre: [0, -0.22, 0] }),
          rigidbody({ mass: share(1.5) }),
          characterJoint('Hips', { low: -20, high: 70, y: 30, axis: RIGHT, swingAxis: FORWARD }),
        ],
      },
      {
        name: `${of}Leg`,
        parent: `${of}UpLeg`,
        at: [0, -0.44, 0],
        components: [
          capsule({ radius: 0.06, height: 0.48, centre: [0, -0.24, 0] }),
          rigidbody({ mass: share(1.5) }),
          characterJoint(`${of}UpLeg`, { low: -80, high: 0, axis: RIGHT, swingAxis: FORWARD }),
        ],
      },
    ];
  }),
  {
    name: 'Spine',
    parent: 'Hips',
    at: [0, 0.2, 0],
    components: [
      box({ size: [0.36, 0.36, 0.24], centre: [0, 0.18, 0] }),
      rigidbody({ mass: share(2.5) }),
      characterJoint('Hips', { low: -20, high: 20, y: 10, axis: RIGHT, swingAxis: FORWARD }),
    ],
  },
  ...[-1, 1].flatMap((side): ObjectRow[] => {
    const of = side < 0 ? 'Left' : 'Right';
    return [
      {
        name: `${of}Arm`,
        parent: 'Spine',
        at: [0.22 * side, 0.3, 0],
        components: [
          capsule({ radius: 0.05, height: 0.28, along: 'x', centre: [0.14 * side, 0, 0] }),
          rigidbody({ mass: share(1) }),
          characterJoint('Spine', { low: -70, high: 10, y: 50, axis: UP, swingAxis: FORWARD }),
        ],
      },
      {
        name: `${of}ForeArm`,
        parent: `${of}Arm`,
        at: [0.28 * side, 0, 0],
        components: [
          capsule({ radius: 0.045, height: 0.3, along: 'x', centre: [0.15 * side, 0, 0] }),
          rigidbody({ mass: share(1) }),
          characterJoint(`${of}Arm`, { low: -90, high: 0, axis: FORWARD, swingAxis: UP }),
        ],
      },
    ];
  }),
  {
    name: 'Head',
    parent: 'Spine',
    at: [0, 0.4, 0],
    components: [
      sphere({ radius: 0.12, centre: [0, 0.12, 0] }),
      rigidbody({ mass: share(1) }),
      characterJoint('Spine', { low: -40, high: 25, y: 25, axis: RIGHT, swingAxis: FORWARD }),
    ],
  },
];

/** A torso and four legs of two parts each, 20 kg, all on HingeJoints about x. It looks along z and stands 0.6 m tall. */
export const hingeQuadruped: readonly ObjectRow[] = [
  { name: 'Quadruped' },
  {
    name: 'Torso',
    parent: 'Quadruped',
    at: [0, 0.52, 0],
    components: [rigidbody({ mass: 10 }), box({ size: [0.3, 0.18, 0.8] })],
  },
  ...[
    ['FrontLeft', -1, 1],
    ['FrontRight', 1, 1],
    ['BackLeft', -1, -1],
    ['BackRight', 1, -1],
  ].flatMap(([of, side, end]): ObjectRow[] => [
    {
      name: `${of}Upper`,
      parent: 'Torso',
      at: [0.19 * Number(side), -0.02, 0.32 * Number(end)],
      components: [
        rigidbody({ mass: 1.5 }),
        capsule({ radius: 0.045, height: 0.26, centre: [0, -0.12, 0] }),
        hingeJoint('Torso', { min: -45, max: 45 }),
      ],
    },
    {
      name: `${of}Lower`,
      parent: `${of}Upper`,
      at: [0, -0.24, 0],
      components: [
        rigidbody({ mass: 1 }),
        capsule({ radius: 0.035, height: 0.27, centre: [0, -0.125, 0] }),
        // Behind, the knee bends forwards.
        hingeJoint(`${of}Upper`, Number(end) > 0 ? { min: 0, max: 80 } : { min: -80, max: 0 }),
      ],
    },
  ]),
];
