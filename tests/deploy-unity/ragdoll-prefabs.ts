/** Prefabs and scenes that hold a ragdoll, as Unity would save them: made from a rig, with no Unity at hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Character, characterOf } from '../../envs/ragdoll/character.ts';
import { readCharacterFile } from '../../envs/ragdoll/character-file.ts';
import { type RigFile, readRigFile } from '../../envs/ragdoll/rig-file.ts';
import { HEAD } from '../unity-assets/project.ts';

const RIGS = join(import.meta.dirname, '../../rigs');

/** The smallest of the characters that come with us. No world of ours carries the mass scale of its mouth. */
export function wormCharacter(): Character {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(RIGS, file), 'utf8'));
  const { bodies, ...rest } = readRigFile(read('worm.json'), 'worm');
  const rig = {
    ...rest,
    bodies: bodies.map((body) => ({
      ...body,
      joints: body.joints.map((joint) => ({ ...joint, massScale: [1, 1] as [number, number] })),
    })),
  };
  return characterOf(rig, readCharacterFile(read('worm.character.json'), rig, 'worm'), 'worm');
}

/** A component of the agent's object: its class, its type and its fields. */
export interface Component {
  readonly type: string;
  readonly fields: readonly string[];
}

export const script = (guid: string, ...fields: readonly string[]): Component => ({
  type: 'MonoBehaviour',
  fields: ['m_Enabled: 1', `m_Script: {fileID: 11500000, guid: ${guid}, type: 3}`, ...fields],
});

export const BEHAVIOR = script(
  '5d1c4e0b1822b495aa52bc52839ecb30',
  'm_BrainParameters:',
  '  VectorObservationSize: 12',
  '  NumStackedVectorObservations: 2',
  '  m_ActionSpec:',
  '    m_NumContinuousActions: 0',
  '    BranchSizes: 0300000002000000',
  'm_Model: {fileID: 0}',
  'm_BehaviorName: Mine',
);
export const REQUESTER = script(
  '3a5c9d521e5ef4759a8246a07d52221e',
  'DecisionPeriod: 1',
  'DecisionStep: 0',
  'TakeActionsBetweenDecisions: 1',
);
export const OWN_AGENT = script(
  'c'.repeat(32),
  'agentParameters:',
  '  maxStep: 0',
  'hasUpgradedFromAgentParameters: 1',
  'MaxStep: 5000',
);
export const GROUND_CONTACT = script(
  '2666e2573ca26404f8ae50c4cfb8b3a8',
  'agentDoneOnGroundContact: 1',
  'penalizeGroundContact: 1',
);

const CLASSES: Readonly<Record<string, number>> = { MonoBehaviour: 114, Rigidbody: 54 };

/**
 * A prefab of one root object, which has these components, with the rig's bodies below it.
 *
 * @param above objects between the root and the rig's own root: "Armature". @param onBodies components of every body.
 */
export function ragdollPrefab(
  rig: RigFile,
  name: string,
  components: readonly Component[],
  { above = '', onBodies = [] as readonly Component[] } = {},
): string {
  const paths = new Map<string, readonly Component[]>([['', components]]);
  const rigidbody: Component = { type: 'Rigidbody', fields: ['serializedVersion: 2', 'm_Mass: 1'] };
  for (const { path } of rig.bodies) {
    const steps = [above, path]
      .filter((each) => each !== '')
      .join('/')
      .split('/');
    for (let depth = 1; depth < steps.length; depth++) {
      const between = steps.slice(0, depth).join('/');
      if (!paths.has(between)) paths.set(between, []);
    }
    paths.set(steps.join('/'), [rigidbody, ...onBodies]);
  }
  const ids = new Map([...paths.keys()].map((path, at) => [path, 1000 * (at + 1)]));
  const parentOf = (path: string) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');
  const objects = [...paths].map(([path, own]) => {
    const id = ids.get(path)!;
    const children = [...paths.keys()].filter((each) => each !== '' && parentOf(each) === path);
    const father = path === '' ? 0 : ids.get(parentOf(path))! + 1;
    const documents = own.map(({ type, fields }, at) =>
      [
        `--- !u!${CLASSES[type]} &${id + 2 + at}`,
        `${type}:`,
        `  m_GameObject: {fileID: ${id}}`,
        ...fields.map((f) => `  ${f}`),
        '',
      ].join('\n'),
    );
    return [
      `--- !u!1 &${id}`,
      'GameObject:',
      '  m_ObjectHideFlags: 0',
      '  serializedVersion: 6',
      '  m_Component:',
      `  - component: {fileID: ${id + 1}}`,
      ...own.map((_, at) => `  - component: {fileID: ${id + 2 + at}}`),
      '  m_Layer: 0',
      `  m_Name: ${
        path === ''
          ? name
          : path
              .split('/')
              .at(-1)!
              .replace(/\[\d+\]$/, '')
      }`,
      '  m_TagString: Untagged',
      '  m_IsActive: 1',
      `--- !u!4 &${id + 1}`,
      'Transform:',
      `  m_GameObject: {fileID: ${id}}`,
      '  m_LocalPosition: {x: 0, y: 0, z: 0}',
      `  m_Children:${children.length === 0 ? ' []' : ''}`,
      ...children.map((each) => `  - {fileID: ${ids.get(each)! + 1}}`),
      `  m_Father: {fileID: ${father}}`,
      documents.join(''),
    ].join('\n');
  });
  return HEAD + objects.join('');
}

/** Instances of a prefab: a variant, where it hangs from nothing in a prefab. @param addedLists as Unity has since 2022.2 */
export function instanceOf(guid: string, id: string, { addedLists = true, parent = '0' } = {}): string {
  return [
    `--- !u!1001 &${id}`,
    'PrefabInstance:',
    '  m_ObjectHideFlags: 0',
    '  serializedVersion: 2',
    '  m_Modification:',
    ...(addedLists ? ['    serializedVersion: 3'] : []),
    `    m_TransformParent: {fileID: ${parent}}`,
    '    m_Modifications:',
    `    - target: {fileID: 1001, guid: ${guid},`,
    '        type: 3}',
    '      propertyPath: m_LocalPosition.x',
    '      value: 3',
    '      objectReference: {fileID: 0}',
    '    m_RemovedComponents: []',
    ...(addedLists ? ['    m_RemovedGameObjects: []', '    m_AddedGameObjects: []', '    m_AddedComponents: []'] : []),
    `  m_SourcePrefab: {fileID: 100100000, guid: ${guid}, type: 3}`,
    '',
  ].join('\n');
}
