/** A user's ragdoll as lines for csharp/ragdoll/RagdollPlayer.cs: objects, bodies and joints as a rig says, and the project around. */

import type { AgentFile } from '../../deploy-unity/attach/agent-file.ts';
import type { LimitSpring, RigFile, RigFileBody } from '../../envs/ragdoll/rig-file.ts';

/** The agent's object. */
export const HERO = 'Hero';

const line = (...words: readonly (string | number)[]) => words.join('\t');

/** The object of a body, by the path in which every namesake has its number. */
function keyOf({ path }: RigFileBody): string {
  return [HERO, path.replaceAll(/\[(\d+)\]/g, '#$1')].filter((part) => part !== '').join('/');
}

export interface Played {
  /** Path of the agent's file on the disk; "-" for none. */
  readonly file: string;
  readonly agent: AgentFile;
  /** Folder of the Unity project. */
  readonly project: string;
}

/** Where something is to be wrong: each changes one thing. */
export interface Wrong {
  readonly body?: (body: RigFileBody) => RigFileBody;
  readonly world?: readonly (readonly [field: string, value: string | number])[];
  readonly sizes?: readonly [observations: number, actions: number, stacked: number];
  readonly requester?: readonly [period: number, between: number] | 'none';
  readonly other?: boolean;
  readonly leftOut?: string;
  readonly tag?: '-';
  readonly noGround?: boolean;
}

/** Everything up to the line `awake`, which answers first. */
export function builtLines(rig: RigFile, { file, agent, project }: Played, wrong: Wrong = {}): string[] {
  const { world, sensors, actionSize, apart } = agent;
  const layers = ['Default', ...new Set(rig.bodies.map(({ layer }) => layer).filter((layer) => layer !== 'Default'))];
  const numberOf = (layer: string) => (layer === 'Default' ? 0 : layers.indexOf(layer) + 7);
  const bodies = rig.bodies.filter(({ name }) => name !== wrong.leftOut).map((body) => wrong.body?.(body) ?? body);
  const lines = [
    line('world', 'timeStep', world.timeStep),
    line('world', 'gravity', world.gravity),
    line('world', 'positionIterations', world.positionIterations),
    line('world', 'velocityIterations', world.velocityIterations),
    line('world', 'bounceThreshold', world.bounceThreshold),
    line('world', 'contactOffset', world.contactOffset),
    line('world', 'project', project),
    ...layers.map((layer) => line('world', 'layer', `${numberOf(layer)} ${layer}`)),
    ...apart.map(({ one, other }) => {
      const pair = [numberOf(one), numberOf(other)].sort((a, b) => a - b);
      return line('world', 'apart', pair.join(' '));
    }),
    ...(wrong.world ?? []).map(([field, value]) => line('world', field, value)),
    ...(wrong.tag ? [line('tag', wrong.tag)] : []),
    ...(wrong.noGround ? [] : [line('object', 'Floor', 0, 0, 0, 0, 0, 0, 1, 0, 'ground')]),
    line('object', HERO, 0, 0, 0, 0, 0, 0, 1, 0, 'Untagged'),
  ];
  const made = new Set([HERO]);
  const depth = (body: RigFileBody) => keyOf(body).split('/').length;
  for (const body of bodies.toSorted((a, b) => depth(a) - depth(b))) {
    const key = keyOf(body);
    const steps = key.split('/');
    for (let count = 2; count < steps.length; count++) {
      const between = steps.slice(0, count).join('/');
      if (!made.has(between)) lines.push(line('object', between, 0, 0, 0, 0, 0, 0, 1, 0, 'Untagged'));
      made.add(between);
    }
    lines.push(line('object', key, ...body.position, ...body.rotation, numberOf(body.layer), 'Untagged'));
    made.add(key);
  }
  for (const body of bodies) {
    const { mass, linearDamping, angularDamping, useGravity, kinematic } = body;
    lines.push(line('body', keyOf(body), mass, linearDamping, angularDamping, Number(useGravity), Number(kinematic)));
  }
  for (const body of bodies) {
    for (const { type, connectedTo, anchor, axis, secondaryAxis, x, y, z, limitSprings, ...joint } of body.joints) {
      const other = bodies.find(({ name }) => name === connectedTo);
      const frame = [...anchor, ...axis, ...secondaryAxis];
      const spring = (it: LimitSpring | undefined) => [it?.spring ?? 0, it?.damper ?? 0];
      const springs = [...spring(limitSprings?.x), ...spring(limitSprings?.yz)];
      const radius = [joint.linearLimit, ...spring(limitSprings?.linear)];
      const numbers = [...frame, ...joint.linear, ...joint.angular, ...x, y, z, ...springs, ...radius];
      lines.push(line('joint', keyOf(body), type, other ? keyOf(other) : '-', ...numbers));
    }
  }
  if (wrong.other) lines.push(line('other', HERO));
  if (wrong.requester !== 'none')
    lines.push(line('requester', HERO, ...(wrong.requester ?? [world.decisionPeriod, 0])));
  const [observations, actions, stacked] = wrong.sizes ?? [sensors[0]!.size, actionSize, 1];
  lines.push(line('agent', HERO, file, observations, actions, stacked), 'awake');
  return lines;
}
