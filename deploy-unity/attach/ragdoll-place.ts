/**
 * Where a character's ragdoll is below the object of its agent: every body is found by its path, as the agent's script will
 * look for it (Runtime/Ragdoll/RagdollPath.cs), before anything is written.
 */
import { UserError } from '../../base/failure/user-error.ts';
import {
  type Assets,
  chainOf,
  GAME_OBJECT,
  placeOf,
  RECT_TRANSFORM,
  TRANSFORM,
  type UnityObject,
} from '../../unity-assets/assets.ts';
import { referenceIn } from '../../unity-assets/reference.ts';
import { textAt, valueAt } from '../../unity-assets/values.ts';

const RIGIDBODY = 54;

/**
 * The way from the agent's object to the one that the rig's paths begin at: "" or "Armature".
 *
 * @param paths of all bodies, from the ragdoll's own root
 * @throws UserError with the first path that is not there
 */
export function wayToRagdoll(assets: Assets, path: string, agent: UnityObject, paths: readonly string[]): string {
  const children = childrenOf(assets, path);
  const missing = (from: UnityObject) =>
    paths.find((each) => !isBody(assets, path, found(assets, children, from, each)));
  const first = missing(agent);
  if (first === undefined) return '';
  // The agent may stand above the object that the rig was read from.
  const below = [...assets.objectsOf(path).values()].filter(
    (each) => each.classId === GAME_OBJECT && each !== agent && chainOf(assets, path, each).includes(agent),
  );
  const starts = below.filter((each) => missing(each) === undefined);
  if (starts.length === 1) return steps(assets, path, children, agent, starts[0]!).join('/');
  const who = placeOf(assets, path, agent);
  if (starts.length > 1) {
    throw new UserError({
      what: `below this object are ${starts.length} of the ragdoll, and an agent plays one`,
      where: `--attach ${path}:${who}`,
      expected: starts.map((each) => placeOf(assets, path, each)).join(', '),
      mend: `name the object of one: --attach ${path}:${placeOf(assets, path, starts[0])}`,
    });
  }
  const unreadable = assets.unresolvedIn(path)[0];
  throw new UserError({
    what:
      isBody(assets, path, agent) || !unreadable
        ? 'a body of the rig is not below this object, or has no Rigidbody'
        : `a body of the rig is not below this object; of one of its prefab instances the prefab is ${unreadable.why}`,
    where: `--attach ${path}:${who}`,
    value: first,
    expected: 'every body at the path that the rig says',
    mend: unreadable
      ? 'in Unity: open the prefab, GameObject > Prefab > Unpack Completely on the model, save, import the rig again'
      : 'name the object that the ragdoll hangs from, PREFAB:OBJECT, or import the rig again (import-rig)',
  });
}

type Children = (gameObject: UnityObject) => readonly UnityObject[];

/** Children of a GameObject in the order of siblings: by m_Children, then whoever else says that it hangs there. */
function childrenOf(assets: Assets, path: string): Children {
  const byParent = new Map<UnityObject, UnityObject[]>();
  for (const each of assets.objectsOf(path).values()) {
    const parent = each.classId === GAME_OBJECT ? assets.parentOf(path, each) : undefined;
    if (parent) byParent.set(parent, [...(byParent.get(parent) ?? []), each]);
  }
  const transformOf = (each: UnityObject) => assets.componentsOf(path, each).find(isTransform);
  const known = new Map<UnityObject, readonly UnityObject[]>();
  return (gameObject) => {
    const there = known.get(gameObject);
    if (there) return there;
    const transform = transformOf(gameObject);
    const list = transform && valueAt(assets.valuesOf(transform), 'm_Children');
    const order = list?.kind === 'sequence' ? list.items.map((item) => referenceIn(item)?.fileId) : [];
    const place = (each: UnityObject) => {
      const at = order.indexOf(transformOf(each)?.id);
      return at < 0 ? order.length : at;
    };
    const children = (byParent.get(gameObject) ?? []).toSorted((a, b) => place(a) - place(b));
    known.set(gameObject, children);
    return children;
  };
}

/** Names from an object down to another, a number behind that of a namesake. */
function steps(assets: Assets, path: string, children: Children, from: UnityObject, to: UnityObject): string[] {
  const chain = chainOf(assets, path, to);
  const way = chain.slice(0, chain.indexOf(from)).reverse();
  return way.map((each, at) => {
    const name = nameOf(assets, each);
    const namesakes = children(way[at - 1] ?? from).filter((sibling) => nameOf(assets, sibling) === name);
    return namesakes.length > 1 ? `${name}[${namesakes.indexOf(each)}]` : name;
  });
}

function found(assets: Assets, children: Children, from: UnityObject, path: string): UnityObject | undefined {
  if (path === '') return from;
  return path.split('/').reduce<UnityObject | undefined>((at, step) => at && child(assets, children(at), step), from);
}

function child(assets: Assets, siblings: readonly UnityObject[], step: string): UnityObject | undefined {
  const named = (name: string) => siblings.filter((each) => nameOf(assets, each) === name);
  const numbered = /^(.*)\[(\d+)\]$/.exec(step);
  return named(step)[0] ?? (numbered ? named(numbered[1]!)[Number(numbered[2])] : undefined);
}

function nameOf(assets: Assets, gameObject: UnityObject): string {
  return textAt(assets.valuesOf(gameObject), 'm_Name') ?? '';
}

function isBody(assets: Assets, path: string, gameObject: UnityObject | undefined): boolean {
  return !!gameObject && assets.componentsOf(path, gameObject).some(({ classId }) => classId === RIGIDBODY);
}

function isTransform({ classId }: UnityObject): boolean {
  return classId === TRANSFORM || classId === RECT_TRANSFORM;
}
