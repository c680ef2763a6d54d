/** What the package's C# built, read by Unity's rules as a scene of our simulator's. */
import { walkerRig } from '../../envs/walker/rig.ts';
import { alongAxis, category, everything, jointRotation } from '../../envs/walker/scene-of-rig.ts';
import type { AxisMotion, Joint, Scene, Shape } from '../../physics/scene.ts';

type Numbers = readonly [number, number, number];
type Fields = Readonly<Record<string, unknown>>;

/** A game object, as csharp/Player.cs tells of it. */
export interface GameObject {
  readonly name: string;
  readonly components: readonly (Fields & { readonly type: string; readonly Made: number })[];
  readonly children: readonly GameObject[];
}

const degrees = Math.PI / 180;

/** A game object and all below it, each with the one it hangs on. */
export function allOf(thing: GameObject, parent?: GameObject): { thing: GameObject; parent: GameObject | undefined }[] {
  return [{ thing, parent }, ...thing.children.flatMap((child) => allOf(child, thing))];
}

export function componentOf(thing: GameObject, type: string): GameObject['components'][number] | undefined {
  return thing.components.find((component) => component.type.endsWith(type));
}

/** "thighL" for the part that C# calls ThighL. */
export function nameOf(thing: GameObject): string {
  return thing.name.charAt(0).toLowerCase() + thing.name.slice(1);
}

/** Bodies and joints in the rig's order, the target last. */
export function sceneOfBuilt(walker: GameObject): Scene {
  const all = allOf(walker);
  const places = new Map<GameObject, Numbers>();
  for (const { thing, parent } of all) {
    const [x, y, z] = parent ? vectorOf(componentOf(thing, 'Transform')!['localPosition']) : [0, 0, 0];
    const [px, py, pz] = (parent && places.get(parent)) ?? [0, 0, 0];
    places.set(thing, [x + px, y + py, z + pz]);
  }
  const names = [...walkerRig.bodies.map(({ name }) => name), 'target'];
  const things = names.map((name) => all.find(({ thing }) => nameOf(thing) === name)!.thing);
  const owners = things.filter((thing) => componentOf(thing, 'ConfigurableJoint'));
  const madeBefore = (type: string) => (a: GameObject, b: GameObject) =>
    componentOf(a, type)!.Made - componentOf(b, type)!.Made;
  const shapes = all.flatMap(({ thing }) => {
    const collider = componentOf(thing, 'Collider');
    return collider ? [{ thing, shape: shapeOf(thing, collider) }] : [];
  });
  return {
    bodies: things.map((thing, body) => {
      const rigidbody = componentOf(thing, 'Rigidbody')!;
      return {
        name: names[body]!,
        mass: Number(rigidbody['mass']),
        linearDamping: Number(rigidbody['linearDamping'] ?? rigidbody['drag']),
        angularDamping: Number(rigidbody['angularDamping'] ?? rigidbody['angularDrag']),
        shapes: shapes.filter((each) => each.thing === thing).map(({ shape }) => shape),
      };
    }),
    joints: owners.map((thing) => jointOf(thing, things, places)),
    fixtures: shapes
      .filter(({ thing }) => !componentOf(thing, 'Rigidbody'))
      .map(({ thing, shape }) => ({ ...shape, position: places.get(thing)! })),
    bodyOrder: [...things].sort(madeBefore('Rigidbody')).map((thing) => things.indexOf(thing)),
    // The joint made last is solved first.
    jointOrder: [...owners]
      .sort(madeBefore('ConfigurableJoint'))
      .reverse()
      .map((thing) => owners.indexOf(thing)),
  };
}

/** Where every body is in the scene, m, in the rig's order, the walker's own place left out. */
export function startsOf(walker: GameObject): Numbers[] {
  const at = (thing: GameObject, from: Numbers): [string, Numbers][] => {
    const [x, y, z] = vectorOf(componentOf(thing, 'Transform')!['localPosition']);
    const here: Numbers = [from[0] + x, from[1] + y, from[2] + z];
    return [[nameOf(thing), here], ...thing.children.flatMap((child) => at(child, here))];
  };
  const starts = new Map(walker.children.flatMap((child) => at(child, [0, 0, 0])));
  return walkerRig.bodies.map(({ name }) => starts.get(name)!);
}

function shapeOf(thing: GameObject, collider: Fields & { readonly type: string }): Shape {
  const scale = vectorOf(componentOf(thing, 'Transform')!['localScale']);
  const scaled = (value: unknown): Numbers => {
    const vector = vectorOf(value);
    return [vector[0] * scale[0], vector[1] * scale[1], vector[2] * scale[2]];
  };
  const material = collider['sharedMaterial'] as Fields;
  if (material['staticFriction'] !== material['dynamicFriction'] || material['bounciness'] !== 0)
    throw new Error(`${thing.name} is of another material than the simulator knows`);
  const kinds: Record<string, number> = { Ground: category.ground, Wall: category.wall, Target: category.target };
  const common = {
    position: scaled(collider['center']),
    friction: Number(material['staticFriction']),
    contactOffset: Number(collider['contactOffset']),
    category: kinds[thing.name] ?? category.body,
    // All are of Unity's default layer.
    collidesWith: everything,
  };
  const [radius, height] = [Number(collider['radius']), Number(collider['height'])];
  switch (collider.type) {
    case 'SphereCollider':
      return { ...common, kind: 'sphere', rotation: alongAxis.x, radius };
    case 'CapsuleCollider': {
      const along = (['x', 'y', 'z'] as const)[Number(collider['direction'])]!;
      return { ...common, kind: 'capsule', rotation: alongAxis[along], radius, halfHeight: height / 2 - radius };
    }
    default: {
      const [x, y, z] = scaled(collider['size']);
      return { ...common, kind: 'box', rotation: alongAxis.x, halfExtents: [x / 2, y / 2, z / 2] };
    }
  }
}

function jointOf(thing: GameObject, things: readonly GameObject[], places: ReadonlyMap<GameObject, Numbers>): Joint {
  const joint = componentOf(thing, 'ConfigurableJoint')!;
  for (const axis of ['xMotion', 'yMotion', 'zMotion'])
    if (joint[axis] !== 'Locked') throw new Error(`${thing.name} is not held to a point: ${axis} is ${joint[axis]}`);
  if (joint['enableCollision'] || !joint['autoConfigureConnectedAnchor'])
    throw new Error(`the joint of ${thing.name} is of a kind that the simulator does not know`);
  const other = things.find(({ name }) => name === joint['connectedBody'])!;
  const [anchor, here, there] = [vectorOf(joint['anchor']), places.get(thing)!, places.get(other)!];
  const rotation = jointRotation({ axis: vectorOf(joint['axis']), secondaryAxis: vectorOf(joint['secondaryAxis']) });
  const limit = (name: string) => Number((joint[name] as Fields)['limit']) * degrees;
  const motion = (name: string, low: number, high: number): AxisMotion =>
    joint[name] === 'Locked' ? 'locked' : joint[name] === 'Free' ? 'free' : [low, high];
  const spring = joint['slerpDrive'] as Fields;
  return {
    name: nameOf(thing),
    body: things.indexOf(thing),
    connectedTo: things.indexOf(other),
    frame: { anchor, rotation },
    connectedFrame: {
      anchor: [anchor[0] + here[0] - there[0], anchor[1] + here[1] - there[1], anchor[2] + here[2] - there[2]],
      rotation,
    },
    twist: motion('angularXMotion', limit('lowAngularXLimit'), limit('highAngularXLimit')),
    swing1: motion('angularYMotion', -limit('angularYLimit'), limit('angularYLimit')),
    swing2: motion('angularZMotion', -limit('angularZLimit'), limit('angularZLimit')),
    swingShape: 'cone',
    drive:
      joint['rotationDriveMode'] === 'Slerp'
        ? { kind: 'slerp', stiffness: Number(spring['positionSpring']), damping: Number(spring['positionDamper']) }
        : undefined,
  };
}

function vectorOf(value: unknown): Numbers {
  return value as Numbers;
}
