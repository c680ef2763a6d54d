/** WalkerRig.cs: the ragdoll of rig.json, as data of C#. */
import { walkerDialects } from '../../envs/walker/dialects.ts';
import type { Collider, Rig, RigBody, Vector } from '../../envs/walker/rig.ts';
import { blockOf, bodyNamed, float, pascalCase, scriptOf, tableOf, vector } from './csharp.ts';

export function rigScript(rig: Rig): string {
  const nameOf = (body: number) => bodyNamed(rig.bodies[body]!.name);
  const { stiffness, damping, maxStrength } = rig.drive;
  return scriptOf(
    [
      `The walker's body as data: ${rig.bodies.length} parts with their shapes and masses, and the joints between them.`,
      'The order is the one in which the policy observes them. Metres, kilograms and degrees; x right, y up, z forward.',
    ],
    [
      ...blockOf(
        'public enum Body',
        rig.bodies.map(({ name }, at) => pascalCase(name) + (at < rig.bodies.length - 1 ? ',' : '')),
      ),
      '',
      ...blockOf('public static class WalkerRig', [
        '// Every motor: N m/rad, N m s/rad, and the most torque at full strength in N m.',
        `public const float Stiffness = ${float(stiffness)};`,
        `public const float Damping = ${float(damping)};`,
        `public const float MaxStrength = ${float(maxStrength)};`,
        '',
        '// Of every part, a second.',
        `public const float LinearDamping = ${float(rig.linearDamping)};`,
        `public const float AngularDamping = ${float(rig.angularDamping)};`,
        '',
        "// As the parts hang on one another in ML-Agents' own prefab: each before its children, and those in this order.",
        ...tableOf('Body', 'TreeOrder', treeOrder(rig).map(nameOf)),
        '',
        '// As parts and joints are to be made: the joint that is to be solved first is the last.',
        ...tableOf('Body', 'EnteringOrder', walkerDialects.unity.entered(rig).map(nameOf)),
        '',
        ...tableOf(
          'Part',
          'Parts',
          rig.bodies.map((body) => partOf(rig, body)),
        ),
      ]),
    ],
  );
}

/** Indices of all bodies, depth first; the children of each in the rig's order. */
export function treeOrder({ bodies }: Rig, from = 0): number[] {
  const children = bodies.flatMap(({ parent }, body) => (parent === from ? [body] : []));
  return [from, ...children.flatMap((child) => treeOrder({ bodies } as Rig, child))];
}

function partOf(rig: Rig, body: RigBody): string {
  const parent = rig.bodies[body.parent];
  const position = parent ? difference(body.start, parent.start) : body.start;
  const place = [bodyNamed(body.name), parent ? bodyNamed(parent.name) : 'null', vector(position), float(body.mass)];
  return `new Part(${place.join(', ')}, ${shapeOf(body.collider)}, ${body.mayTouchGround},\n    ${couplingOf(body)})`;
}

function shapeOf(collider: Collider): string {
  switch (collider.shape) {
    case 'sphere':
      return `Shape.Sphere(${float(collider.radius)})`;
    case 'capsule':
      return `Shape.Capsule(${float(collider.radius)}, ${float(collider.height)}, ${'xyz'.indexOf(collider.along)})`;
    case 'box':
      return `Shape.Box(${vector(collider.size)}, ${vector(collider.center)})`;
  }
}

function couplingOf({ name, parent, joint }: RigBody): string {
  if (!joint) return 'null';
  // A part hangs in the tree on what its joint holds it to.
  if (joint.connectedTo !== parent) throw new Error(`the joint of ${name} does not hold it to its parent`);
  const [[lowX, highX], [, limitY], [, limitZ]] = joint.limits;
  const vectors = [joint.anchor, joint.axis, joint.secondaryAxis].map(vector);
  return `new Coupling(${[...vectors, ...[lowX, highX, limitY, limitZ].map(float)].join(', ')})`;
}

/** Rounded to the micrometre, as sums of a rig's numbers end in the like of 0.26565000000000016. */
function difference(a: Vector, b: Vector): Vector {
  const part = (which: 0 | 1 | 2) => Math.round((a[which] - b[which]) * 1e6) / 1e6;
  return [part(0), part(1), part(2)];
}
