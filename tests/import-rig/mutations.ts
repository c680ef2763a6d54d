/** Damaged prefabs: each import of one has to be a rig that holds, or an error that says what is wrong. */
import { UserError } from '../../base/failure/user-error.ts';
import { RandomStream } from '../../base/random/stream.ts';
import { type RigFile, readRigFile } from '../../envs/ragdoll/rig-file.ts';
import { rigPicture } from '../../import-rig/picture.ts';
import { reportMarkdown, reportText } from '../../import-rig/report.ts';
import { rigText } from '../../import-rig/rig-text.ts';
import { guid, HEAD, instance } from '../unity-assets/project.ts';
import { imported } from './imported.ts';
import { tiedBiped } from './nested.ts';
import {
  behaviorParameters,
  box,
  configurableJoint,
  driveFields,
  fixedJoint,
  idsOf,
  meshCollider,
  type ObjectRow,
  prefabText,
  rigidbody,
  script,
  sphere,
} from './prefab-builder.ts';
import { hingeQuadruped, wizardBiped } from './ragdolls.ts';

/** A mesh that comes with Unity, and is carried. */
const CUBE = '{fileID: 10202, guid: 0000000000000000e000000000000000, type: 0}';

const agent: readonly ObjectRow[] = [
  { name: 'Agent', components: [behaviorParameters('Agent', 20, 4), script(guid(90), { MaxStep: 100 })] },
  { name: 'hips', parent: 'Agent', at: [0, 1, 0], components: [rigidbody({ mass: 5 }), sphere({ radius: 0.2 })] },
  {
    name: 'limb',
    parent: 'hips',
    scale: [1, 2, 1],
    turn: [0, 0, 1, 1],
    components: [
      rigidbody(),
      box({ size: [0.1, 0.2, 0.3] }),
      configurableJoint('hips', {
        ...{ low: -20, high: 30, y: 10, m_AngularZMotion: 2, m_SlerpDrive: driveFields(100, 10) },
        ...{ m_XMotion: 1, m_YMotion: 2, m_LinearLimit: { limit: 0.1, bounciness: 0, contactDistance: 0 } },
      }),
    ],
  },
  { name: 'tip', parent: 'limb', components: [rigidbody(), meshCollider(CUBE), fixedJoint('limb')] },
];

const FILES: Readonly<Record<string, string>> = {
  'Assets/Biped.prefab': prefabText(wizardBiped),
  'Assets/Quadruped.prefab': prefabText(hingeQuadruped),
  'Assets/Agent.prefab': prefabText(agent),
  'Assets/Variant.prefab':
    HEAD +
    instance(7777, guid(2), [
      { target: idsOf(agent).component('hips', 0), path: 'm_Mass', value: '9' },
      { target: idsOf(agent).transform('limb'), path: 'm_LocalScale.y', value: '0.5' },
    ]),
  // Its limits are all soft, and a leg is tied to the world.
  'Assets/Tied.prefab': prefabText(tiedBiped).replaceAll('spring: 0', 'spring: 60'),
  'ProjectSettings/DynamicsManager.asset': `${HEAD}--- !u!55 &1\nPhysicsManager:\n  m_DefaultMaxAngularSpeed: 7\n  m_LayerCollisionMatrix: ${'f'.repeat(256)}\n`,
};
const READ = [
  'Assets/Biped.prefab',
  'Assets/Quadruped.prefab',
  'Assets/Agent.prefab',
  'Assets/Variant.prefab',
  'Assets/Tied.prefab',
];

const TOKENS = [
  '{',
  '}',
  ': ',
  '- ',
  "'",
  '\n',
  '\r\n',
  '\0',
  '&',
  '--- !u!1001 &5\nPrefabInstance:\n',
  '--- !u!54 &1202\n',
  '--- !u!4 &1101 stripped\n',
  '<<<<<<< HEAD\n',
  '9'.repeat(40),
  '1e999',
  '-1e30',
  'NaN',
  'Infinity',
  '{fileID: 1101}',
  '{fileID: 1201}',
  '  ',
];
/** What a number is turned into. */
const NUMBERS = ['0', '-1', '1e-30', '1e9', '1e40', '3.4028233e+38', '-Infinity', '0.5', '179.5', '4294967295', ''];

/** @param seed of everything that is drawn. */
export function mutations(seed: number) {
  const random = new RandomStream(seed);
  const oneOf = <Item>(items: readonly Item[]): Item => items[random.below(items.length)]!;
  const damages: readonly ((text: string, at: number, to: number) => string)[] = [
    (text, at) => text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1),
    (text, at, to) => text.slice(0, at) + text.slice(to),
    (text, at, to) => text.slice(0, to) + text.slice(at),
    (text, at) => text.slice(0, at) + oneOf(TOKENS) + text.slice(at),
    (text, at) => text.slice(0, at),
    // One value, of any field.
    (text, at) => {
      const colon = text.indexOf(': ', at);
      const end = colon < 0 ? -1 : text.slice(colon).search(/[\n,}]/) + colon;
      return colon < 0 ? text : `${text.slice(0, colon + 2)}${oneOf(NUMBERS)}${text.slice(end)}`;
    },
    (text) => text.replace(/\d+(\.\d+)?/g, (digits) => (random.below(60) === 0 ? oneOf(NUMBERS) : digits)),
    (text) => {
      const lines = text.split('\n');
      const [one, other] = [random.below(lines.length), random.below(lines.length)];
      [lines[one], lines[other]] = [lines[other]!, lines[one]!];
      return lines.join('\n');
    },
  ];
  const damaged = (whole: string) => {
    let text = whole;
    for (let times = 1 + random.below(3); times > 0; times--) {
      const at = random.below(text.length + 1);
      text = oneOf(damages)(text, at, Math.min(text.length, at + random.below(120)));
    }
    return text;
  };

  return {
    /** One damaged project, imported. @throws whatever is no UserError, with the file that did it. */
    next(): { readonly which: string; readonly rig: RigFile | undefined; readonly refusal: UserError | undefined } {
      const path = oneOf(READ);
      const file = random.below(6) === 0 ? oneOf(Object.keys(FILES)) : path;
      const text = damaged(FILES[file]!);
      const which = `${path}, with ${file}: ${JSON.stringify(text)}`;
      try {
        const result = imported({ ...FILES, [file]: text }, { path });
        // What is told, drawn and written of it must be whole as well.
        const again = readRigFile(JSON.parse(rigText(result.rig)), path);
        if (JSON.stringify(again) !== JSON.stringify(result.rig)) throw new Error('its text is another rig');
        // A damaged name may be "-Infinity", and is told as it is.
        const names = [...text.matchAll(/m_\w*Name: (.+)/g)].map(([, name]) => name!.trim());
        const told = names
          .filter((name) => /NaN|undefined|Infinity/.test(name))
          .reduce(
            (whole, name) => whole.replaceAll(name, 'name'),
            [reportText(result), reportMarkdown(result, 'a.svg'), rigPicture(result.rig)].join(''),
          );
        if (/NaN|undefined|Infinity/.test(told))
          throw new Error(`told: ${/.{40}(NaN|undefined|Infinity).{40}/s.exec(told)?.[0]}`);
        return { which, rig: result.rig, refusal: undefined };
      } catch (error) {
        if (!(error instanceof UserError)) throw new Error(which, { cause: error });
        return { which, rig: undefined, refusal: error };
      }
    },
  };
}
