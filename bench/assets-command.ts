/** `npm run bench -- assets`: how long a Unity project of many files takes to look through. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandText } from '../base/command-text.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { wholeNumber } from '../cli/options.ts';
import { findReferences } from '../deploy-unity/references.ts';
import { openAssets } from '../unity-assets/assets.ts';
import { scanProject } from '../unity-assets/scan-project.ts';

const guid = (kind: string, number: number) => kind + number.toString(16).padStart(31, '0');
const MODEL = guid('f', 0);
const HEAD = '%YAML 1.1\n%TAG !u! tag:unity3d.com,2011:\n';
/** Of the prefabs of ML-Agents' own project the middle one has 15 KB. */
const OBJECTS_OF_PREFAB = 60;

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench assets',
      typed: commandText('bench', 'assets'),
      summary: 'makes a Unity project of many metas and prefabs, and looks through it',
      options: {
        metas: { argument: 'N', description: '.meta files (default: 20000)', schema: wholeNumber(1).default(20_000) },
        prefabs: { argument: 'N', description: 'prefabs (default: 1500)', schema: wholeNumber(1).default(1500) },
        rounds: { argument: 'N', description: 'how often (default: 5)', schema: wholeNumber(1).default(5) },
      },
      async run({ metas, prefabs, rounds }, { terminal }) {
        const root = mkdtempSync(join(tmpdir(), 'gaitsmith-assets-'));
        try {
          const bytes = makeProject(root, metas, prefabs);
          const milliseconds: number[] = [];
          let agents = 0;
          for (let round = 0; round < rounds; round++) {
            const began = performance.now();
            const scan = scanProject(root, [MODEL]);
            const assets = openAssets({
              bytesOf: (path) => readFileSync(join(root, path)),
              pathOf: (wanted) => scan.assetsByGuid.get(wanted)?.[0],
            });
            const project = { root, editor: '6000.0.40f1', savesText: true };
            agents = findReferences(project, scan, assets, MODEL, { observationSize: 243, actionSize: 39 }).behaviors
              .length;
            milliseconds.push(Math.round(performance.now() - began));
          }
          const best = Math.min(...milliseconds);
          const size = `${metas} metas and ${prefabs} prefabs (${Math.round(bytes / 1e6)} MB), ${agents} agents with the model`;
          terminal.print(`${size}: ${milliseconds.join(', ')} ms; best ${best} ms`);
          return { json: { metas, prefabs, bytes, agents, milliseconds } };
        } finally {
          rmSync(root, { recursive: true });
        }
      },
    },
    argv,
  );

/** Every tenth prefab holds an agent, every eleventh is a variant of one. @returns bytes of the prefabs */
function makeProject(root: string, metas: number, prefabs: number): number {
  let bytes = 0;
  for (let folder = 0; folder < 100; folder++) mkdirSync(join(root, `Assets/Folder${folder}`), { recursive: true });
  mkdirSync(join(root, 'Packages'));
  for (let meta = 0; meta < metas; meta++) {
    const isPrefab = meta < prefabs;
    const path = join(root, `Assets/Folder${meta % 100}/${isPrefab ? `Thing${meta}.prefab` : `Texture${meta}.png`}`);
    writeFileSync(
      `${path}.meta`,
      `fileFormatVersion: 2\nguid: ${guid('a', meta)}\n${'TextureImporter:\n  x: 1\n'.repeat(20)}`,
    );
    if (!isPrefab) continue;
    const text = HEAD + (meta % 11 === 0 ? variantOf(guid('a', meta - (meta % 10))) : prefabOf(meta % 10 === 0));
    bytes += text.length;
    writeFileSync(path, text);
  }
  return bytes;
}

function prefabOf(hasAgent: boolean): string {
  const objects = Array.from({ length: OBJECTS_OF_PREFAB }, (_, each) => {
    const id = 10 * each + 10;
    return `--- !u!1 &${id}\nGameObject:\n  m_Name: Bone ${each}\n  m_IsActive: 1\n--- !u!4 &${id + 1}\nTransform:\n  m_GameObject: {fileID: ${id}}\n  m_LocalPosition: {x: 0, y: 1, z: 0}\n  m_Father: {fileID: ${each === 0 ? 0 : 11}}\n`;
  });
  return objects.join('') + (hasAgent ? AGENT : '');
}

const AGENT = `--- !u!114 &12
MonoBehaviour:
  m_GameObject: {fileID: 10}
  m_Script: {fileID: 11500000, guid: 5d1c4e0b1822b495aa52bc52839ecb30, type: 3}
  m_BrainParameters:
    VectorObservationSize: 243
    m_ActionSpec:
      m_NumContinuousActions: 39
      BranchSizes:${' '}
  m_Model: {fileID: 5022602860645237092, guid: ${MODEL}, type: 3}
  m_BehaviorName: Walker
`;

function variantOf(source: string): string {
  return `--- !u!1001 &77\nPrefabInstance:\n  m_Modification:\n    m_TransformParent: {fileID: 0}\n    m_Modifications: []\n  m_SourcePrefab: {fileID: 100100000, guid: ${source}, type: 3}\n`;
}
