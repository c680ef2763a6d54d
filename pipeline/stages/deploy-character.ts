/** A rig and a character in the terms of the agent that plays them in Unity: the very rows that the trainer observes by. */
import { UserError } from '../../base/failure/user-error.ts';
import type {
  AgentAction,
  AgentFile,
  AgentJoint,
  AgentSensor,
  AgentVector,
} from '../../deploy-unity/attach/agent-file.ts';
import type { Attaching, AttachRequest } from '../../deploy-unity/attach/attach.ts';
import type { Character } from '../../envs/ragdoll/character.ts';
import type { CharacterFile } from '../../envs/ragdoll/character-file.ts';
import { layoutOf, sensorSizes } from '../../envs/ragdoll/observation.ts';
import { openCharacter } from '../../envs/ragdoll/open.ts';
import { jointsOf, type NamedJoint, type RigFile } from '../../envs/ragdoll/rig-file.ts';
import { driveOf } from '../../envs/ragdoll/scene.ts';
import { actionNamesOf } from '../../envs/ragdoll/task.ts';

/** What JointDriveController gives the bodies that it sets up, rad/s. */
const MAX_ANGULAR_VELOCITY = 50;
/** The tag by which ML-Agents' examples know the ground. */
const GROUND_TAG = 'ground';

/**
 * What is to be attached.
 *
 * @param file of the character, with its ".character.json" or without: "rigs/hero"
 * @throws UserError where there is no such file, or it is none that can be trained
 */
export function attachRequestOf(attaching: Attaching, file: string | undefined): AttachRequest {
  if (file === undefined) {
    throw new UserError({
      what: 'an agent is to be attached, and nothing says what its character observes and does',
      where: '--attach',
      mend: 'name the character file that the policy was trained with: --rig rigs/NAME',
    });
  }
  return { ...attaching, character: agentFileOf(openCharacter(file)) };
}

/** Where its model goes, if nothing says otherwise. */
export function assetOf({ character: { name } }: AttachRequest): string {
  const word = name.replace(/[^\w-]+/g, '_');
  return `Assets/Gaitsmith/${word}/${word}.onnx`;
}

export function agentFileOf({ rig, file: character, settings }: Character): AgentFile {
  const bodyOf = indexIn(rig.bodies.map(({ name }) => name));
  const joints = jointsOf(rig);
  const root = rig.bodies[0]!.position;
  const { frame, endings, target, ground, decisionPeriod } = character;
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
    sensors: sensorsOf(rig, character),
    actions: actionsOf(joints, character),
    actionSize: actionNamesOf(character).length,
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
      timeStep: settings.step,
      gravity: settings.gravity,
      positionIterations: settings.positionIterations,
      velocityIterations: settings.velocityIterations,
      solverType: 0,
      frictionType: 0,
      bounceThreshold: settings.bounceThreshold,
      contactOffset: settings.contactOffset,
      sleepThreshold: settings.sleepThreshold,
      maxDepenetrationVelocity: settings.maxDepenetrationVelocity,
      decisionPeriod,
      groundTag: GROUND_TAG,
    },
    apart: rig.collisions.apart.map(([one, other]) => ({ one, other })),
  };
}

function jointRow({ name, owner, joint }: NamedJoint, bodyOf: (name: string) => number): AgentJoint {
  const { linear, x, yz } = joint.limitSprings ?? {};
  return {
    name,
    body: bodyOf(owner.name),
    which: owner.joints.indexOf(joint),
    connectedTo: joint.connectedTo === null ? -1 : bodyOf(joint.connectedTo),
    type: joint.type,
    anchor: vector(joint.anchor),
    axis: vector(joint.axis),
    secondaryAxis: vector(joint.secondaryAxis),
    linear: joint.linear,
    angular: joint.angular,
    lowX: joint.x[0],
    highX: joint.x[1],
    limitY: joint.y,
    limitZ: joint.z,
    linearLimit: joint.linearLimit,
    springLinear: linear?.spring ?? 0,
    damperLinear: linear?.damper ?? 0,
    springX: x?.spring ?? 0,
    damperX: x?.damper ?? 0,
    springYz: yz?.spring ?? 0,
    damperYz: yz?.damper ?? 0,
  };
}

/** The layout that is trained with, cut into its sensors. */
function sensorsOf(rig: RigFile, character: CharacterFile): AgentSensor[] {
  const fields = layoutOf(rig, character);
  // Rays in their order: how long one is says the character's own row.
  const rays = character.sensors.flatMap(({ rows }) => rows).filter((row) => 'row' in row && row.row === 'ray');
  let nextRay = 0;
  const lengthOf = () => {
    const ray = rays[nextRay++];
    return ray && 'length' in ray ? ray.length : 0;
  };
  let begin = 0;
  return sensorSizes(character).map(({ name, size }) => {
    const end = begin + size;
    const rows = fields
      .filter(({ offset }) => offset >= begin && offset < end)
      .map(({ row, body, size: count }) => ({ row, body, size: count, length: row === 'ray' ? lengthOf() : 0 }));
    begin = end;
    return { name, size, rows };
  });
}

/** One for each joint that an action turns or gives its strength, by what comes first. */
function actionsOf(joints: readonly NamedJoint[], character: CharacterFile): AgentAction[] {
  const { rotations, strengths } = character.actions;
  const names = actionNamesOf(character);
  return [...new Set([...rotations.map(({ joint }) => joint), ...strengths])].map((name) => {
    const index = joints.findIndex((each) => each.name === name);
    const { joint } = joints[index]!;
    const ranges = [joint.x, [-joint.y, joint.y], [-joint.z, joint.z]].map(([low, high], axis) =>
      joint.angular[axis] === 'limited' ? [low!, high!] : joint.angular[axis] === 'free' ? [-180, 180] : [0, 0],
    );
    const turning = (axis: string) => names.indexOf(`${name} rotation ${axis}`);
    return {
      joint: index,
      ...{ x: turning('x'), y: turning('y'), z: turning('z') },
      strength: names.indexOf(`${name} strength`),
      low: vector(ranges.map(([low]) => low!)),
      high: vector(ranges.map(([, high]) => high!)),
      ...driveOf(character, name),
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
