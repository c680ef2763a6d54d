/** Ragdolls as people have them: one made by Unity's Ragdoll Wizard, a four-legged one of hinges, and any of them in another size. */
import type { RigFileInput } from '../../envs/ragdoll/rig-file.ts';

type Body = RigFileInput['bodies'][number];
type Vector = [number, number, number];

/** Kilograms of the wizard's whole ragdoll, which it deals out by its densities. */
const wizardMass = 20;
const densities = 16;

/**
 * 11 bodies, 10 of them with a CharacterJoint, no feet and no hands: what GameObject > 3D Object > Ragdoll makes of a character of 1.8 m that
 * stands with its arms stretched out. Numbers are RagdollBuilder's, but for the thighs: the wizard makes them so thick that they overlap.
 */
export function wizardBiped(): RigFileInput {
  const bodies: Body[] = [
    {
      name: 'Hips',
      path: 'Hips',
      parent: null,
      position: [0, 1, 0],
      mass: share(2.5),
      colliders: [{ shape: 'box', size: [0.32, 0.22, 0.2], center: [0, 0.02, 0] }],
    },
  ];
  for (const [side, name] of [
    [-1, 'Left'],
    [1, 'Right'],
  ] as const) {
    const x = 0.11 * side;
    bodies.push(
      limb(
        `${name}UpLeg`,
        'Hips',
        [x, 0.92, 0],
        [0, -1, 0],
        0.42,
        0.22,
        1.5,
        character([1, 0, 0], [0, 0, 1], [-20, 70], 30, 0),
      ),
    );
    bodies.push(
      limb(
        `${name}Leg`,
        `${name}UpLeg`,
        [x, 0.5, 0],
        [0, -1, 0],
        0.5,
        0.16,
        1.5,
        character([1, 0, 0], [0, 0, 1], [-80, 0], 0, 0),
      ),
    );
  }
  bodies.push({
    name: 'Spine1',
    path: 'Hips/Spine/Spine1',
    parent: 'Hips',
    position: [0, 1.2, 0],
    mass: share(2.5),
    colliders: [{ shape: 'box', size: [0.34, 0.36, 0.22], center: [0, 0.14, 0] }],
    joints: [{ ...character([1, 0, 0], [0, 0, 1], [-20, 20], 10, 0), connectedTo: 'Hips' }],
  });
  for (const [side, name] of [
    [-1, 'Left'],
    [1, 'Right'],
  ] as const) {
    const arm = character([0, -side, 0], [0, 0, 1], [-70, 10], 50, 0);
    const elbow = character([0, 0, -side], [0, 1, 0], [-90, 0], 0, 0);
    bodies.push(limb(`${name}Arm`, 'Spine1', [0.22 * side, 1.44, 0], [side, 0, 0], 0.28, 0.25, 1, arm));
    bodies.push(limb(`${name}ForeArm`, `${name}Arm`, [0.5 * side, 1.44, 0], [side, 0, 0], 0.3, 0.2, 1, elbow));
  }
  bodies.push({
    name: 'Head',
    path: 'Hips/Spine/Spine1/Neck/Head',
    parent: 'Spine1',
    position: [0, 1.56, 0],
    mass: share(1),
    colliders: [{ shape: 'sphere', radius: 0.12, center: [0, 0.12, 0] }],
    joints: [{ ...character([1, 0, 0], [0, 0, 1], [-40, 25], 25, 0), connectedTo: 'Spine1' }],
  });
  return { version: 2, name: 'Wizard', source: 'Assets/Wizard/Wizard.prefab', bodies };
}

function share(density: number): number {
  return (wizardMass * density) / densities;
}

/** A capsule from its joint on, as long as the bone. */
function limb(
  name: string,
  parent: string,
  position: Vector,
  to: Vector,
  length: number,
  radiusScale: number,
  density: number,
  joint: ReturnType<typeof character>,
): Body {
  const along = to[1] === 0 ? 'x' : 'y';
  const center = to.map((part) => (part * length) / 2) as Vector;
  const shape = { shape: 'capsule' as const, radius: radiusScale * length, height: length, along, center } as const;
  return {
    name,
    path: `Hips/${name}`,
    parent,
    position,
    mass: share(density),
    colliders: [shape],
    joints: [{ ...joint, connectedTo: parent }],
  };
}

function character(axis: Vector, secondaryAxis: Vector, x: [number, number], y: number, z: number) {
  const angular: ['limited', 'limited' | 'locked', 'limited' | 'locked'] = [
    'limited',
    y > 0 ? 'limited' : 'locked',
    z > 0 ? 'limited' : 'locked',
  ];
  return { type: 'character' as const, axis, secondaryAxis, angular, x, y, z };
}

/** A dog of a trunk, a head and four legs of two pieces, all by HingeJoints about x; it stands with its knees bent a little. */
export function hingeQuadruped(): RigFileInput {
  const bodies: Body[] = [
    {
      name: 'Trunk',
      path: 'Trunk',
      parent: null,
      position: [0, 0.62, 0],
      mass: 14,
      colliders: [{ shape: 'box', size: [0.28, 0.22, 0.8] }],
    },
    {
      name: 'Head',
      path: 'Trunk/Head',
      parent: 'Trunk',
      position: [0, 0.76, 0.52],
      mass: 2,
      colliders: [{ shape: 'box', size: [0.16, 0.16, 0.28] }],
      joints: [hinge('Trunk', [0, -0.06, -0.14], [-25, 25])],
    },
  ];
  for (const [end, z] of [
    ['Front', 0.3],
    ['Back', -0.3],
  ] as const) {
    for (const [side, x] of [
      ['Left', -0.17],
      ['Right', 0.17],
    ] as const) {
      const upper = `${end}${side}Upper`;
      const capsule = (height: number) => ({ shape: 'capsule' as const, radius: 0.05, height, along: 'y' as const });
      bodies.push({
        name: upper,
        path: `Trunk/${upper}`,
        parent: 'Trunk',
        position: [x, 0.46, z],
        mass: 1.2,
        colliders: [capsule(0.34)],
        joints: [hinge('Trunk', [0, 0.14, 0], [-60, 60])],
      });
      bodies.push({
        name: `${end}${side}Lower`,
        path: `Trunk/${upper}/${end}${side}Lower`,
        parent: upper,
        position: [x, 0.18, z],
        mass: 0.8,
        colliders: [capsule(0.34)],
        joints: [hinge(upper, [0, 0.14, 0], [-15, 100])],
      });
    }
  }
  return { version: 2, name: 'Dog', source: 'Assets/Dog/Dog.prefab', bodies };
}

function hinge(connectedTo: string, anchor: Vector, x: [number, number]) {
  return {
    type: 'hinge' as const,
    connectedTo,
    anchor,
    axis: [-1, 0, 0] as Vector,
    secondaryAxis: [0, 1, 0] as Vector,
    angular: ['limited', 'locked', 'locked'] as ['limited', 'locked', 'locked'],
    x,
  };
}

/** As one would mend in Unity what the wizard makes of arms: the limits of the right ones the other way round. */
export function armsMended(rig: RigFileInput): RigFileInput {
  const mended = structuredClone(rig);
  for (const { name, joints } of mended.bodies) {
    const [joint] = joints ?? [];
    if (/^Right(Fore)?Arm$/.test(name) && joint?.x) joint.x = [-joint.x[1], -joint.x[0]];
  }
  return mended;
}

/** The wizard's biped with what it lacks: a foot of 26 cm at each shin, which turns up and down and a little aside. */
export function withFeet(rig: RigFileInput): RigFileInput {
  const shins = rig.bodies.filter(({ name }) => /^(Left|Right)Leg$/.test(name));
  const ankle = 0.07;
  const feet = shins.map((shin): Body => {
    const name = shin.name.replace('Leg', 'Foot');
    const [x] = shin.position;
    const joint = character([1, 0, 0], [0, 0, 1], [-30, 40], 20, 0);
    return {
      name,
      path: `${shin.path}/${name}`,
      parent: shin.name,
      position: [x, ankle, 0],
      mass: 0.5,
      colliders: [{ shape: 'box', size: [0.1, ankle, 0.26], center: [0, -ankle / 2, 0.06] }],
      joints: [{ ...joint, connectedTo: shin.name }],
    };
  });
  const bodies = rig.bodies.map((body): Body => {
    if (!shins.includes(body)) return body;
    const height = body.position[1] - ankle;
    return {
      ...body,
      colliders: [{ shape: 'capsule', radius: 0.06, height, along: 'y', center: [0, -height / 2, 0] }],
    };
  });
  return { ...rig, name: 'Person', bodies: [...bodies, ...feet] };
}

/** The same, larger or smaller: lengths times a factor, and masses as its volume. */
export function scaled(rig: RigFileInput, factor: number, name: string): RigFileInput {
  const vector = (at: readonly number[]) => at.map((part) => part * factor) as Vector;
  return {
    ...rig,
    name,
    bodies: rig.bodies.map((body) => ({
      ...body,
      position: vector(body.position),
      mass: body.mass * factor ** 3,
      colliders: body.colliders.map((collider) => {
        const center = vector(collider.center ?? [0, 0, 0]);
        if (collider.shape === 'box') return { ...collider, center, size: vector(collider.size) };
        const radius = collider.radius * factor;
        if (collider.shape === 'sphere') return { ...collider, center, radius };
        return { ...collider, center, radius, height: collider.height * factor };
      }),
      joints: (body.joints ?? []).map((joint) => ({ ...joint, anchor: vector(joint.anchor ?? [0, 0, 0]) })),
    })),
  };
}
