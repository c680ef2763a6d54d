/**
 * What pushes a ragdoll in Unity besides its joints: scripts on its objects whose C# calls AddForce and its like, or sets
 * velocities and poses. Nobody simulates that, so it is told by file and line.
 */

import { CLASS } from './components.ts';
import type { Finding } from './findings.ts';
import { type Component, isBelow, type Node } from './hierarchy.ts';
import type { Ragdoll } from './ragdoll.ts';

/** Where scripts are read. */
export interface Scripts {
  pathOf(guid: string): string | undefined;
  /** Undefined where there is none that can be read. */
  textOf(path: string): string | undefined;
}

interface Call {
  readonly pattern: RegExp;
  readonly advice: string;
}

const POLICY = 'the policy will not know of it: train without it, or switch it off where the policy plays';

const CALLS: readonly Call[] = [
  {
    pattern: /\b(AddForce|AddForceAtPosition|AddRelativeForce|AddExplosionForce|AddTorque|AddRelativeTorque)\s*\(/g,
    advice: POLICY,
  },
  { pattern: /\.(velocity|linearVelocity|angularVelocity)\s*[-+*/]?=(?!=)/g, advice: POLICY },
  { pattern: /\b(MovePosition|MoveRotation)\s*\(/g, advice: POLICY },
  {
    pattern: /\b(IgnoreCollision|IgnoreLayerCollision)\s*\(/g,
    advice:
      'what does not touch in the rig stands in the layer matrix alone: put those bodies on layers that do not collide',
  },
];

/** Scripts by the examples of ML-Agents that are known to set velocities at the start of an episode alone. */
const AT_RESET = /\b(angularVelocity|velocity|linearVelocity)\s*=\s*Vector3\.zero/;

/** Every script once, with the objects that it is on. */
export function scriptFindings(ragdoll: Ragdoll, scripts: Scripts): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { node, component } of componentsOf(ragdoll)) {
    if (component.classId === CLASS.constantForce) {
      findings.push({
        kind: 'force',
        on: node.name,
        feature: 'ConstantForce',
        told: 'pushes the body all the time in Unity, and is not simulated',
        advice: 'remove it',
      });
    }
    const path = component.script === undefined ? undefined : scripts.pathOf(component.script);
    if (path === undefined || seen.has(path)) continue;
    seen.add(path);
    findings.push(...callsIn(path, scripts.textOf(path) ?? ''));
  }
  return findings;
}

/** Calls of a C# source that are not simulated, each line once. */
export function callsIn(path: string, source: string): Finding[] {
  const code = withoutComments(source);
  const lines = code.split('\n');
  return CALLS.flatMap(({ pattern, advice }) => {
    const found = lines.flatMap((line, index) =>
      AT_RESET.test(line) ? [] : [...line.matchAll(pattern)].map((match) => ({ call: match[1]!, line: index + 1 })),
    );
    if (found.length === 0) return [];
    const calls = [...new Set(found.map(({ call }) => call))].join(', ');
    const where = [...new Set(found.map(({ line }) => line))].slice(0, 5).join(', ');
    return [
      { kind: 'force', on: path, feature: calls, told: `called in line ${where}, and not simulated`, advice } as const,
    ];
  });
}

/** With strings and comments blanked, line by line. */
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|@?"(?:\\.|[^"\\\n])*"/g, (match) => match.replace(/[^\n]/g, ' '));
}

/** Of the agent, what is above the bodies up to the root, the bodies, and what hangs from them. */
function componentsOf({ bodies, root, agent }: Ragdoll): { readonly node: Node; readonly component: Component }[] {
  const top = agent ?? root;
  const nodes = new Set<Node>([top]);
  const add = (node: Node) => {
    nodes.add(node);
    node.children.forEach(add);
  };
  bodies.forEach(add);
  for (const body of bodies) {
    for (let at = body.parent; at && isBelow(at, top); at = at.parent) nodes.add(at);
  }
  return [...nodes].flatMap((node) => node.components.map((component) => ({ node, component })));
}
