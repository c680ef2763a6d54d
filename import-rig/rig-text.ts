/** A rig as the text of its file: what has its usual value is left out, and what fits a line stands in one. */
import { type RigFile, type RigFileInput, readRigFile } from '../envs/ragdoll/rig-file.ts';

/** Ends with a line break; `readRigFile` reads the very same rig from it. */
export function rigText(rig: RigFile): string {
  return `${lines(shortened(rig), 0)}\n`;
}

/** What a file that says the least says, as an example to compare with. */
const USUAL = readRigFile(
  {
    version: 2,
    name: 'usual',
    bodies: [
      {
        name: 'body',
        path: '',
        parent: null,
        position: [0, 0, 0],
        mass: 1,
        colliders: [{ shape: 'sphere', radius: 1 }],
        joints: [{ type: 'fixed', connectedTo: null, angular: ['locked', 'locked', 'locked'] }],
      },
    ],
  } satisfies RigFileInput,
  'the usual',
);

/** Fields that always stand in the file. */
const KEPT = [
  'name',
  'path',
  'parent',
  'position',
  'mass',
  'colliders',
  'shape',
  'radius',
  'type',
  'connectedTo',
  'angular',
];

function shortened(rig: RigFile): object {
  const body = USUAL.bodies[0]!;
  return without(
    {
      ...rig,
      bodies: rig.bodies.map((each) =>
        without(
          {
            ...each,
            colliders: each.colliders.map((collider) => without(collider, body.colliders[0]!)),
            joints: each.joints.map((joint) => without(joint, body.joints[0]!)),
          },
          { ...body, joints: [] },
        ),
      ),
    },
    { collisions: USUAL.collisions, cannotCarry: USUAL.cannotCarry },
  );
}

function without(object: object, usual: object): object {
  const usually = new Map(Object.entries(usual).map(([name, value]) => [name, JSON.stringify(value)]));
  return Object.fromEntries(
    Object.entries(object).filter(
      ([name, value]) => value !== undefined && (KEPT.includes(name) || usually.get(name) !== JSON.stringify(value)),
    ),
  );
}

const WIDTH = 110;

function lines(value: unknown, depth: number): string {
  const flat = inline(value);
  if (flat.length + 2 * depth <= WIDTH || typeof value !== 'object' || value === null) return flat;
  const [inner, outer] = ['  '.repeat(depth + 1), '  '.repeat(depth)];
  if (Array.isArray(value)) return `[\n${value.map((item) => inner + lines(item, depth + 1)).join(',\n')}\n${outer}]`;
  const fields = Object.entries(value).map(
    ([name, item]) => `${inner}${JSON.stringify(name)}: ${lines(item, depth + 1)}`,
  );
  return `{\n${fields.join(',\n')}\n${outer}}`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${inline(item)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
