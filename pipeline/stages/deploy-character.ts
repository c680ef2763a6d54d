/** A rig and a character in the terms of the agent that plays them in Unity: the very rows that the trainer observes by. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../base/failure/user-error.ts';
import type {
  AgentAction,
  AgentFile,
  AgentJoint,
  AgentSensor,
  AgentVector,
} from '../../deploy-unity/attach/agent-file.ts';
import type { Attaching, AttachRequest } from '../../deploy-unity/attach/attach.ts';
import { type CharacterFile, observationRows, readCharacterFile } from '../../envs/ragdoll/character-file.ts';
import { jointsOf, type NamedJoint, type RigFile, readRigFile } from '../../envs/ragdoll/rig-file.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';

/** What JointDriveController gives the bodies that it sets up, rad/s. */
const MAX_ANGULAR_VELOCITY = 50;
/** The tag by which ML-Agents' examples know the ground. */
const GROUND_TAG = 'ground';

/**
 * What is to be attached.
 *
 * @param file of the character, as `--rig` names it: with `.character.json`, or without
 * @throws UserError where there is no such file, or it is none
 */
export function attachRequestOf(attaching: Attaching, file: string | undefined): AttachRequest {
  if (file === undefined) {
    throw new UserError({
      what: 'an agent is to be attached, and nothing says what its character observes and does',
      where: '--attach',
      mend: 'name the character file that the policy was trained with: --rig rigs/NAME',
    });
  }
  const path = [file, `${file}.character.json`, file.replace(/\.json$/, '.character.json')].find(isCharacter);
  if (path === undefined) {
    throw new UserError({
      what: 'there is no such character file',
      where: '--rig',
      value: file,
      expected: 'rigs/NAME.character.json, or rigs/NAME',
      mend: 'name the file that the policy was trained with',
    });
  }
  const json = readJson(path);
  const named = (json as { readonly rig?: unknown } | null)?.rig;
  const rigPath = join(dirname(path), typeof named === 'string' ? named : '');
  const rig = readRigFile(typeof named === 'string' ? readJson(rigPath) : {}, rigPath);
  return { ...attaching, character: agentFileOf(rig, readCharacterFile(json, rig, path)) };
}

/** Where its model goes, if nothing says otherwise. */
export function assetOf({ character: { name } }: AttachRequest): string {
  const word = name.replace(/[^\w-]+/g, '_');
  return `Assets/Gaitsmith/${word}/${word}.onnx`;
}

function isCharacter(path: string): boolean {
  return path.endsWith('.character.json') && existsSync(path);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const what = error instanceof SyntaxError ? 'this file is no JSON' : 'this file can not be read';
    const mend = 'restore it, or name another file: --rig rigs/NAME';
    throw new UserError({ what, where: path, mend }, { cause: error });
  }
}

export function agentFileOf(rig: RigFile, character: CharacterFile): AgentFile {
  const bodyOf = indexIn(rig.bodies.map(({ name }) => name));
  const joints = jointsOf(rig);
  const root = rig.bodies[0]!.position;
  const { frame, endings, target, ground, physics, decisionPeriod } = character;
  const actions = actionsOf(joints, character);
  return {
    format: 1,
    name: character.name,
    bodies: rig.bodies.map((body) => ({
      name: body.name,
      path: body.path,
      parent: body.parent === null ? -1 : bodyOf(body.parent),
      place: vector(body.position.map((value, axis) => value - root[axis]!)),
      rotation: { ...vector(body.rotation), w: body.rotation[3] },
      mass: body.mass,
      linearDamping: body.linearDamping,
      angularDamping: body.angularDamping,
      maxAngularVelocity: body.maxAngularVelocity ?? MAX_ANGULAR_VELOCITY,
      useGravity: body.useGravity,
      kinematic: body.kinematic,
      layer: body.layer,
      endsOnGround: endings.groundTouch?.bodies.includes(body.name) ?? false,
    })),
    joints: joints.map((joint) => jointRow(joint, bodyOf)),
    observed: character.bodies.map(bodyOf),
    frame: { body: bodyOf(frame.body), lag: frame.lag },
    sensors: sensorsOf(character, bodyOf),
    actions,
    actionSize: actionSizeOf(character),
    target: {
      lowSpeed: target.speed.low,
      highSpeed: target.speed.high,
      ahead: Math.max(target.radius / 2, 1),
      above: ground.height + target.edge / 2 - root[1],
    },
    endings: {
      fallBody: endings.fallBelow ? bodyOf(endings.fallBelow.body) : -1,
      fallMetres: endings.fallBelow?.metres ?? 0,
    },
    world: {
      timeStep: unityPhysics.step,
      gravity: physics.gravity,
      positionIterations: unityPhysics.positionIterations,
      velocityIterations: unityPhysics.velocityIterations,
      solverType: 0,
      frictionType: 0,
      bounceThreshold: unityPhysics.bounceThreshold,
      contactOffset: unityPhysics.contactOffset,
      sleepThreshold: unityPhysics.sleepThreshold,
      maxDepenetrationVelocity: unityPhysics.maxDepenetrationVelocity,
      decisionPeriod,
      groundTag: GROUND_TAG,
    },
    apart: rig.collisions.apart.map(([one, other]) => ({ one, other })),
  };
}

function jointRow({ name, owner, joint }: NamedJoint, bodyOf: (name: string) => number): AgentJoint {
  return {
    name,
    body: bodyOf(owner.name),
    which: owner.joints.indexOf(joint),
    connectedTo: joint.connectedTo === null ? -1 : bodyOf(joint.connectedTo),
    type: joint.type,
    anchor: vector(joint.anchor),
    axis: vector(joint.axis),
    secondaryAxis: vector(joint.secondaryAxis),
    angular: joint.angular,
    lowX: joint.x[0],
    highX: joint.x[1],
    limitY: joint.y,
    limitZ: joint.z,
  };
}

/** Rows of each body spelt out: of the first body all of a block's rows, then of the next. */
function sensorsOf({ sensors, bodies }: CharacterFile, bodyOf: (name: string) => number): AgentSensor[] {
  return sensors.map(({ name, rows }) => {
    const spelt = rows.flatMap((entry) => {
      if (!('each' in entry)) return [row(entry.row, 'body' in entry ? bodyOf(entry.body) : -1, entry)];
      return bodies.flatMap((body) =>
        entry.each.filter(({ except }) => !except.includes(body)).map((each) => row(each.row, bodyOf(body))),
      );
    });
    return { name, size: spelt.reduce((sum, { size }) => sum + size, 0), rows: spelt };
  });
}

function row(name: keyof typeof observationRows, body: number, told: object = {}): AgentSensor['rows'][number] {
  const length = 'length' in told ? Number(told.length) : 0;
  return { row: name, body, size: observationRows[name].parts.length || 1, length };
}

export function actionSizeOf({ actions: { rotations, strengths } }: CharacterFile): number {
  return rotations.reduce((sum, { axes }) => sum + axes.length, 0) + strengths.length;
}

/** One for each joint that an action turns or gives its strength, by what comes first. */
function actionsOf(joints: readonly NamedJoint[], { actions, drive }: CharacterFile): AgentAction[] {
  const { rotations, strengths } = actions;
  const firstStrength = rotations.reduce((sum, { axes }) => sum + axes.length, 0);
  const turned = new Map<string, [number, number, number]>();
  let next = 0;
  for (const { joint, axes } of rotations) {
    const indices: [number, number, number] = [-1, -1, -1];
    for (const axis of axes) indices['xyz'.indexOf(axis)] = next++;
    turned.set(joint, indices);
  }
  return [...new Set([...turned.keys(), ...strengths])].map((name) => {
    const index = joints.findIndex((each) => each.name === name);
    const { joint } = joints[index]!;
    const [x, y, z] = turned.get(name) ?? [-1, -1, -1];
    const ranges = [joint.x, [-joint.y, joint.y], [-joint.z, joint.z]].map(([low, high], axis) =>
      joint.angular[axis] === 'limited' ? [low!, high!] : joint.angular[axis] === 'free' ? [-180, 180] : [0, 0],
    );
    const strength = strengths.indexOf(name);
    const own = drive.joints[name];
    return {
      joint: index,
      ...{ x, y, z },
      strength: strength < 0 ? -1 : firstStrength + strength,
      low: vector(ranges.map(([low]) => low!)),
      high: vector(ranges.map(([, high]) => high!)),
      stiffness: own?.stiffness ?? drive.stiffness,
      damping: own?.damping ?? drive.damping,
      maxStrength: own?.maxStrength ?? drive.maxStrength,
    };
  });
}

function indexIn(names: readonly string[]): (name: string) => number {
  const indices = new Map(names.map((name, index) => [name, index]));
  return (name) => indices.get(name)!;
}

function vector([x = 0, y = 0, z = 0]: readonly number[]): AgentVector {
  return { x, y, z };
}
