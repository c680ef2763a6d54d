/**
 * Which of a file's bodies are the ragdoll: those that joints hold together. A ragdoll below an agent comes first, then the
 * one of the most bodies; an object that the person names chooses among those below it.
 */
import { UserError } from '../base/failure/user-error.ts';
import { BEHAVIOR_PARAMETERS_SCRIPT } from '../deploy-unity/behavior-parameters.ts';
import { CLASS, isJoint } from './components.ts';
import { reference } from './fields.ts';
import { type Component, type Hierarchy, isBelow, type Node, placeInFile } from './hierarchy.ts';

export interface FoundJoint {
  readonly owner: Node;
  readonly component: Component;
  /** Undefined: the world, unless `loose` says why there is no other body. */
  readonly connected: Node | undefined;
  readonly loose?: 'inactive' | 'not in the file' | 'an ArticulationBody';
}

export interface Ragdoll {
  /** Depth first. */
  readonly bodies: readonly Node[];
  /** In the order of their owners, of one owner as `GetComponents` lists them. */
  readonly joints: readonly FoundJoint[];
  /** The object with BehaviorParameters that it hangs from. */
  readonly agent: Node | undefined;
  /** The object that paths of bodies begin below. */
  readonly root: Node;
  /** Others that could have been meant. */
  readonly others: readonly { readonly root: string; readonly bodies: number; readonly isCopy: boolean }[];
}

interface Candidate {
  readonly bodies: readonly Node[];
  readonly joints: readonly FoundJoint[];
  readonly agent: Node | undefined;
}

/**
 * @param object the name of an object, or its place in the file (`Platform/Crawler`); undefined: whichever fits best
 * @throws UserError where there is none, with what there is instead
 */
export function findRagdoll(hierarchy: Hierarchy, object: string | undefined): Ragdoll {
  const all = candidatesIn(hierarchy);
  const chosen = object === undefined ? undefined : objectsNamed(hierarchy, object);
  const below = chosen
    ? all.filter(({ bodies }) => chosen.some((node) => bodies.some((body) => isBelow(body, node))))
    : all;
  const best = below.toSorted(byRank)[0];
  if (!best) throw nothingFound(hierarchy, object, chosen);
  const others = below
    .filter((each) => each !== best)
    .map((each) => ({
      root: placeInFile(each.agent ?? each.bodies[0]!),
      bodies: each.bodies.length,
      isCopy: isCopyOf(each, best),
    }));
  return { ...best, root: ownRoot(hierarchy, best, chosen), others };
}

const byRank = (a: Candidate, b: Candidate) =>
  Number(b.agent !== undefined) - Number(a.agent !== undefined) || b.bodies.length - a.bodies.length;

/** A platform of a scene stands there ten times. */
function isCopyOf(one: Candidate, other: Candidate): boolean {
  const names = ({ bodies }: Candidate) => bodies.map(({ name }) => name).join('/');
  return names(one) === names(other);
}

function candidatesIn(hierarchy: Hierarchy): Candidate[] {
  const bodies = hierarchy.nodes.filter((node) => node.isActive && has(node, CLASS.rigidbody));
  const joints = bodies.flatMap((owner) =>
    owner.components
      .filter(({ classId }) => isJoint(classId))
      .map((component) => ({ owner, component, ...connectedTo(hierarchy, owner, component) })),
  );
  const groups = new Map(bodies.map((body) => [body, [body]]));
  for (const { owner, connected } of joints) {
    const [one, other] = [groups.get(owner)!, connected && groups.get(connected)];
    if (!other || one === other) continue;
    one.push(...other);
    for (const body of other) groups.set(body, one);
  }
  const order = new Map(bodies.map((body, place) => [body, place]));
  return [...new Set(groups.values())]
    .filter((group) => group.length > 1)
    .map((group) => {
      const sorted = group.toSorted((a, b) => order.get(a)! - order.get(b)!);
      const members = new Set(group);
      return {
        bodies: sorted,
        joints: joints.filter(({ owner }) => members.has(owner)),
        agent: hierarchy.nodes.findLast((node) => isAgent(node) && group.some((body) => isBelow(body, node))),
      };
    });
}

function isAgent(node: Node): boolean {
  return node.isActive && node.components.some(({ script }) => script === BEHAVIOR_PARAMETERS_SCRIPT);
}

function has(node: Node, classId: number): boolean {
  return node.components.some((component) => component.classId === classId);
}

const CONNECTED_BODY = reference('m_ConnectedBody');
const CONNECTED_ARTICULATION = reference('m_ConnectedArticulationBody');

function connectedTo(
  hierarchy: Hierarchy,
  owner: Node,
  { values }: Component,
): Pick<FoundJoint, 'connected' | 'loose'> {
  const read = ({ names, read }: typeof CONNECTED_BODY) => read(values.entries.get(names[0]!), '');
  const to = read(CONNECTED_BODY);
  if (!to) return { connected: undefined, ...(read(CONNECTED_ARTICULATION) && { loose: 'an ArticulationBody' }) };
  const node = to.guid === undefined ? hierarchy.nodeOf(to.fileId) : undefined;
  if (!node || !has(node, CLASS.rigidbody)) return { connected: undefined, loose: 'not in the file' };
  if (!node.isActive) return { connected: undefined, loose: 'inactive' };
  if (node === owner) return { connected: undefined, loose: 'not in the file' };
  return { connected: node };
}

/** By name, or by its place: a whole one or the end of one. */
function objectsNamed({ nodes, path }: Hierarchy, object: string): Node[] {
  const wanted = object.replace(/^\/|\/$/g, '');
  const found = nodes.filter((node) => {
    const place = placeInFile(node);
    return place === wanted || place.endsWith(`/${wanted}`);
  });
  if (found.length > 0) return found;
  const agents = nodes.filter(isAgent).map(placeInFile);
  throw new UserError({
    what: 'there is no object of this name',
    where: path,
    value: object,
    expected: agents.length > 0 ? `an object such as ${agents.slice(0, 3).join(', ')}` : undefined,
    mend: `name an object as the hierarchy shows it, with the objects above it where there are namesakes: Platform/Crawler`,
  });
}

/** The agent's object if all bodies hang from it, else the one that was named, else the top of a prefab or what is above the root body. */
function ownRoot({ path, roots }: Hierarchy, { bodies, agent }: Candidate, chosen: readonly Node[] | undefined): Node {
  const holdsAll = (node: Node) => bodies.every((body) => isBelow(body, node));
  const above = ancestorsOf(bodies[0]!).filter(holdsAll);
  if (above.length === 0) {
    throw new UserError({
      what: 'the bodies of this ragdoll hang from no common object',
      where: path,
      value: [...new Set(bodies.map((body) => placeInFile(body).split('/')[0]!))].slice(0, 5),
      mend: 'put them below one empty object in Unity, and make a prefab of it',
    });
  }
  const named = chosen?.find((node) => above.includes(node));
  if (agent && above.includes(agent)) return agent;
  if (named) return named;
  if (!/\.unity$/i.test(path)) return roots.find((root) => above.includes(root))!;
  return above[0] === bodies[0] ? (above[1] ?? above[0]!) : above[0]!;
}

/** From the node upwards, itself first. */
function ancestorsOf(node: Node): Node[] {
  return [node, ...(node.parent ? ancestorsOf(node.parent) : [])];
}

function nothingFound(
  hierarchy: Hierarchy,
  object: string | undefined,
  chosen: readonly Node[] | undefined,
): UserError {
  const where = object === undefined ? hierarchy.path : `${hierarchy.path}:${object}`;
  const inside = hierarchy.nodes.filter((node) => !chosen || chosen.some((each) => isBelow(node, each)));
  const articulated = inside.filter((node) => has(node, CLASS.articulationBody));
  if (articulated.length > 0) {
    return new UserError({
      what: `its ${articulated.length} bodies are ArticulationBodies, which another solver moves`,
      where,
      value: articulated.slice(0, 3).map(({ name }) => name),
      mend: 'build the ragdoll of Rigidbody and ConfigurableJoint in Unity (GameObject > 3D Object > Ragdoll... makes one of a skeleton), or train in Unity: docs/start-character.md',
    });
  }
  if (hierarchy.onModels.length > 0) {
    return new UserError({
      what: `its bodies are on bones of a model: where they are stands in no text file`,
      where,
      value: `${hierarchy.onModels.length} Rigidbodies and joints`,
      mend: 'in Unity, open the prefab, select the model in it, GameObject > Prefab > Unpack Completely, and save; then import it again',
    });
  }
  const bodies = inside.filter((node) => has(node, CLASS.rigidbody));
  const inactive = bodies.filter(({ isActive }) => !isActive);
  const what =
    bodies.length === 0
      ? 'there is no ragdoll: no object has a Rigidbody'
      : inactive.length === bodies.length
        ? 'there is no ragdoll: every object with a Rigidbody is inactive'
        : 'there is no ragdoll: no joint holds two of its bodies together';
  return new UserError({
    what,
    where,
    ...(bodies.length === 0 ? {} : { value: bodies.slice(0, 5).map(({ name }) => name) }),
    expected: 'at least two objects with a Rigidbody, and a joint between them',
    mend: 'name the prefab or scene that the ragdoll is in; in Unity, GameObject > 3D Object > Ragdoll... makes one of a skeleton',
  });
}
