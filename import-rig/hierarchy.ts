/**
 * The GameObjects of a prefab or scene as the Editor's hierarchy shows them: every prefab instance in it unfolded, children in
 * the order of their siblings, each with its components and its place in the world.
 */
import { UserError } from '../base/failure/user-error.ts';
import {
  type Assets,
  GAME_OBJECT,
  RECT_TRANSFORM,
  scriptOf,
  TRANSFORM,
  type UnityObject,
} from '../unity-assets/assets.ts';
import { referenceIn } from '../unity-assets/reference.ts';
import { type Mapping, numberAt, textAt, type Value, valueAt } from '../unity-assets/values.ts';
import { CLASS, isJoint, TRANSFORM_FIELDS } from './components.ts';
import { readFields } from './fields.ts';
import { type Placement, placedBelow, world } from './placement.ts';

export interface Node {
  /** Of the GameObject. */
  readonly id: string;
  readonly object: UnityObject;
  readonly name: string;
  readonly tag: string;
  readonly layer: number;
  /** Whether it and all above it are active. */
  readonly isActive: boolean;
  readonly parent: Node | undefined;
  readonly children: readonly Node[];
  /** Its parent's transform is in no text file: a bone of a model. */
  readonly isOfModel: boolean;
  /** As `GetComponents` lists them, the Transform left out. */
  readonly components: readonly Component[];
  readonly placement: Placement;
}

export interface Component {
  readonly object: UnityObject;
  readonly classId: number;
  /** GUID of the script of a MonoBehaviour. */
  readonly script: string | undefined;
  readonly values: Mapping;
}

export interface Hierarchy {
  readonly path: string;
  readonly roots: readonly Node[];
  /** All, depth first: the order of `GetComponentsInChildren`. */
  readonly nodes: readonly Node[];
  /** The node that a component of this id belongs to. */
  nodeOf(component: string): Node | undefined;
  /** Rigidbodies and joints that belong to no GameObject in any text file: those on bones of a model. */
  readonly onModels: readonly UnityObject[];
}

/** Order of root objects in scenes, since Unity 2022.3. */
const SCENE_ROOTS = 1660057539;

/** Characters' bones nest some dozens deep. */
const DEEPEST = 1000;

/** Mutable while it is being put together. */
interface Draft {
  readonly object: UnityObject;
  readonly transform: UnityObject;
  readonly values: Mapping;
  readonly father: string | undefined;
  readonly order: number;
  readonly children: Draft[];
}

/**
 * @throws UserError where the file, a prefab in it, or an object of it is malformed.
 */
export function readHierarchy(assets: Assets, path: string): Hierarchy {
  const objects = assets.objectsOf(path);
  const drafts = new Map<string, Draft>();
  for (const object of objects.values()) {
    if (object.classId !== GAME_OBJECT) continue;
    const transform = assets.componentsOf(path, object).find(({ classId }) => isTransform(classId));
    if (!transform) continue;
    const values = assets.valuesOf(transform);
    const father = referenceIn(valueAt(values, 'm_Father'))?.fileId;
    const order = numberAt(values, 'm_RootOrder') ?? Number.POSITIVE_INFINITY;
    drafts.set(transform.id, { object, transform, values, father, order, children: [] });
  }
  const tops: Draft[] = [];
  for (const draft of drafts.values()) (drafts.get(draft.father ?? '')?.children ?? tops).push(draft);
  for (const draft of drafts.values()) sortBySiblings(draft.children, itemsOf(valueAt(draft.values, 'm_Children')));
  sortBySiblings(tops, rootsOf(assets, objects.values()));

  const nodes: Node[] = [];
  const byComponent = new Map<string, Node>();
  const unfold = (draft: Draft, parent: Node | undefined, depth = 0): Node => {
    if (depth > DEEPEST) {
      throw new UserError({ what: `objects hang from one another more than ${DEEPEST} deep`, where: path });
    }
    const node = nodeOf(assets, path, draft, parent);
    nodes.push(node);
    for (const { object } of node.components) byComponent.set(object.id, node);
    byComponent.set(draft.transform.id, node);
    (node.children as Node[]).push(...draft.children.map((child) => unfold(child, node, depth + 1)));
    return node;
  };
  const roots = tops.map((top) => unfold(top, undefined));
  if (nodes.length < drafts.size) {
    throw new UserError({
      what: 'some objects hang from one another in a circle',
      where: path,
      mend: 'restore the file from version control',
    });
  }
  const onModels = [...objects.values()].filter(
    ({ id, classId }) => (classId === CLASS.rigidbody || isJoint(classId)) && !byComponent.has(id),
  );
  return { path, roots, nodes, nodeOf: (component) => byComponent.get(component), onModels };
}

/** Names from the root down: `Platform/Crawler/Body`. */
export function placeInFile(node: Node): string {
  return `${node.parent ? `${placeInFile(node.parent)}/` : ''}${node.name}`;
}

/** Whether the one hangs from the other, or is it. */
export function isBelow(node: Node, above: Node): boolean {
  for (let at: Node | undefined = node; at; at = at.parent) if (at === above) return true;
  return false;
}

function nodeOf(assets: Assets, path: string, draft: Draft, parent: Node | undefined): Node {
  const values = assets.valuesOf(draft.object);
  const name = textAt(values, 'm_Name') ?? '';
  const where = `${path}: Transform of ${name === '' ? draft.object.id : name}`;
  const transform = readFields(TRANSFORM_FIELDS, draft.values, where);
  const listed = itemsOf(valueAt(values, 'm_Component')).map(
    // Unity 5.4 and before wrote the class instead of `component`.
    (item) => referenceIn(item.kind === 'mapping' ? [...item.entries.values()][0] : undefined)?.fileId,
  );
  const components = assets.componentsOf(path, draft.object).filter(({ classId }) => !isTransform(classId));
  const placeOf = ({ id }: UnityObject) => (listed.includes(id) ? listed.indexOf(id) : listed.length);
  const layer = numberAt(values, 'm_Layer') ?? 0;
  return {
    id: draft.object.id,
    object: draft.object,
    name,
    tag: textAt(values, 'm_TagString') ?? 'Untagged',
    layer: Number.isInteger(layer) && layer >= 0 && layer < 32 ? layer : 0,
    isActive: (parent?.isActive ?? true) && textAt(values, 'm_IsActive') !== '0',
    parent,
    children: [],
    isOfModel: parent?.isOfModel || (!parent && draft.father !== undefined),
    components: [...components]
      .sort((a, b) => placeOf(a) - placeOf(b))
      .map((object) => ({
        object,
        classId: object.classId,
        script: scriptOf(object),
        get values() {
          return assets.valuesOf(object);
        },
      })),
    placement: placedBelow(parent?.placement ?? world, transform),
  };
}

/** By the list that names them; those that it does not name by their root order, else as the file has them, behind. */
function sortBySiblings(drafts: Draft[], list: readonly Value[]): void {
  const places = new Map(list.map((item, place) => [referenceIn(item)?.fileId, place]));
  const placeOf = ({ transform, order }: Draft) => [places.get(transform.id) ?? list.length, order] as const;
  drafts.sort((a, b) => {
    const [[placeA, orderA], [placeB, orderB]] = [placeOf(a), placeOf(b)];
    return placeA - placeB || (orderA === orderB ? 0 : orderA - orderB);
  });
}

function rootsOf(assets: Assets, objects: Iterable<UnityObject>): readonly Value[] {
  for (const object of objects) {
    if (object.classId === SCENE_ROOTS) return itemsOf(valueAt(assets.valuesOf(object), 'm_Roots'));
  }
  return [];
}

function itemsOf(value: Value | undefined): readonly Value[] {
  return value?.kind === 'sequence' ? value.items : [];
}

function isTransform(classId: number): boolean {
  return classId === TRANSFORM || classId === RECT_TRANSFORM;
}
