/** The Unity project's text files: what is made from the world that is trained in, and a scene that holds together. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assetGuid } from '../../deploy-unity/asset-guid.ts';
import { exampleFiles, PREFAB, packageFolder, exampleProject as project, SCENE } from '../../unity/make/make.ts';

const read = (path: string) => readFileSync(join(project, path), 'utf8');
const readScript = (name: string) => readFileSync(join(packageFolder, 'Runtime', name), 'utf8');

/** The documents of one of Unity's files, by their id: class and text. */
function documentsOf(text: string): Map<string, { classId: number; text: string }> {
  const parts = text.split(/^--- !u!(\d+) &(\d+)\n/m).slice(1);
  const documents = Array.from({ length: parts.length / 3 }, (_, at) => {
    const [classId, id, body] = parts.slice(3 * at, 3 * at + 3);
    return [id!, { classId: Number(classId), text: body! }] as const;
  });
  return new Map(documents);
}

/** Every reference: to an object of the same file, where it has no GUID. */
function referencesOf(text: string): { id: string; guid: string | undefined }[] {
  return [...text.matchAll(/\{fileID: (-?\d+)(?:, guid: ([0-9a-f]{32}), type: \d)?\}/g)]
    .map(([, id, guid]) => ({ id: id!, guid }))
    .filter(({ id }) => id !== '0');
}

/** Every asset that a meta names, by its GUID: of the project by its path in there, of the package by its whole path. */
const assets = new Map([...assetsIn(project, 'Assets'), ...assetsIn(packageFolder, 'Runtime')]);

function assetsIn(root: string, folder: string): [string, string][] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.meta'))
    .map((path) => {
      const meta = `${folder}/${path.replaceAll('\\', '/')}`;
      const asset = meta.slice(0, -'.meta'.length);
      const [, guid] = /^guid: ([0-9a-f]{32})$/m.exec(readFileSync(join(root, meta), 'utf8'))!;
      return [guid!, root === project ? asset : join(root, asset)];
    });
}

const guidOfScript = (name: string) =>
  [...assets].find(([, path]) => path === join(packageFolder, 'Runtime', name))![0];

/** ML-Agents' own scripts. */
const BEHAVIOR_PARAMETERS = '5d1c4e0b1822b495aa52bc52839ecb30';
const DECISION_REQUESTER = '3a5c9d521e5ef4759a8246a07d52221e';

/** What every Unity has in itself. */
const BUILT_IN = '0000000000000000f000000000000000';

describe('what is made of the example project', () => {
  const made = exampleFiles();

  it.each(Object.keys(made))('%s is as npm run build:unity makes it, byte for byte', (path) => {
    expect(read(path)).toBe(made[path]);
  });

  it('is all but the script that opens the scene, and what says which Unity and which packages it is for', () => {
    const all = ['Assets', 'Packages', 'ProjectSettings'].flatMap((folder) =>
      readdirSync(join(project, folder), { recursive: true, encoding: 'utf8', withFileTypes: true })
        .filter((entry) => entry.isFile() && !/\.onnx(\.meta)?$/.test(entry.name))
        .map(({ name }) => name),
    );
    const names = new Set(Object.keys(made).map((path) => path.split('/').at(-1)));
    expect(all.filter((name) => !names.has(name)).sort()).toEqual([
      'EditorSettings.asset',
      'OpenWalker.cs',
      'ProjectVersion.txt',
      'manifest.json',
    ]);
  });
});

describe('the settings of the example project', () => {
  it('have the physics of the training: gravity, fixed step and solver', () => {
    const physics = read('ProjectSettings/DynamicsManager.asset');
    expect(physics).toContain('m_Gravity: {x: 0, y: -14.715, z: 0}');
    expect(physics).toContain('m_DefaultSolverIterations: 12\n  m_DefaultSolverVelocityIterations: 12');
    const time = read('ProjectSettings/TimeManager.asset');
    const ticks = /m_Count: (\d+)/.exec(time);
    const perSecond = /m_Numerator: (\d+)/.exec(time);
    expect(Number(ticks?.[1]) / Number(perSecond?.[1])).toBeCloseTo(0.01333, 8);
  });

  it('begin a player with the scene', () => {
    const text = read('ProjectSettings/EditorBuildSettings.asset');
    expect(/path: (.*)\n {4}guid: ([0-9a-f]{32})/.exec(text)?.slice(1)).toEqual([SCENE, assetGuid(SCENE)]);
  });
});

describe('the prefab', () => {
  const text = read(PREFAB);

  it('has the scripts of an agent: those of the package and those of ML-Agents', () => {
    const scripts = [...text.matchAll(/m_Script: \{fileID: 11500000, guid: ([0-9a-f]{32}), type: 3\}/g)];
    expect(scripts.map((script) => script[1])).toEqual([
      BEHAVIOR_PARAMETERS,
      guidOfScript('WalkerAgent.cs'),
      DECISION_REQUESTER,
    ]);
  });

  it.each([
    ['VectorObservationSize: 243'],
    ['NumStackedVectorObservations: 1'],
    ['m_NumContinuousActions: 39'],
    ['VectorActionSize: 27000000'],
    ['MaxStep: 5000'],
    ['DecisionPeriod: 5'],
    ['TakeActionsBetweenDecisions: 0'],
  ])('says %s', (field) => {
    expect(text).toMatch(new RegExp(`^ +${field}$`, 'm'));
  });

  it('sets fields that its script has', () => {
    const script = readScript('WalkerAgent.cs');
    const agent = documentsOf(text).get('1000000000000000004')!.text;
    expect(agent).toMatch(/^ {2}targetSpeed: 10\n {2}randomSpeed: 1$/m);
    expect(script).toMatch(/public float targetSpeed\b/);
    expect(script).toMatch(/public bool randomSpeed\b/);
  });
});

describe('the scene', () => {
  const scene = documentsOf(read(SCENE));
  const prefab = documentsOf(read(PREFAB));
  const ofClass = (classId: number) => [...scene].filter(([, document]) => document.classId === classId);

  it('has a camera that is looked through, a light and an instance of the prefab', () => {
    expect(ofClass(1).map(([, { text }]) => /m_Name: (.*)/.exec(text)?.[1])).toEqual([
      'Main Camera',
      'Directional Light',
    ]);
    expect(ofClass(1)[0]![1].text).toContain('m_TagString: MainCamera');
    expect([ofClass(20), ofClass(108), ofClass(1001)].map((documents) => documents.length)).toEqual([1, 1, 1]);
    expect(ofClass(1001)[0]![1].text).toContain(
      `m_SourcePrefab: {fileID: 100100000, guid: ${assetGuid(PREFAB)}, type: 3}`,
    );
  });

  it.each([
    ['the scene', scene],
    ['the prefab', prefab],
  ])('and what it stands on: %s refers to nothing that is not there', (_, documents) => {
    for (const [owner, { text }] of documents) {
      for (const { id, guid } of referencesOf(text)) {
        const asset = guid === undefined ? undefined : assets.get(guid);
        if (guid === undefined) expect(documents.has(id), `${owner} -> ${id}`).toBe(true);
        else if (asset === PREFAB) expect(id === '100100000' || prefab.has(id), `${owner} -> ${id}`).toBe(true);
        else if (guid === assetGuid('Assets/Gaitsmith/Walker/Walker.onnx')) expect(id).toBe('5022602860645237092');
        else if (asset === undefined) expect([BEHAVIOR_PARAMETERS, DECISION_REQUESTER, BUILT_IN]).toContain(guid);
        else expect(asset.endsWith('.cs') && existsSync(asset), asset).toBe(true);
      }
    }
  });

  it('gives each component to the object that lists it, and each object its components', () => {
    for (const [id, { text }] of ofClass(1)) {
      const listed = [...text.matchAll(/component: \{fileID: (\d+)\}/g)].map((match) => match[1]!);
      const owned = [...scene].filter(([, each]) => each.text.includes(`m_GameObject: {fileID: ${id}}`));
      expect(owned.map(([component]) => component)).toEqual(listed);
    }
  });

  it('has all that lies at its root in an order', () => {
    const roots = [...ofClass(4), ...ofClass(1001)].map(([, { text }]) => text);
    const orders = roots.map((text) => /m_RootOrder(?:: |\n +value: )(\d+)/.exec(text)?.[1]);
    expect(orders).toEqual(['0', '1', '2']);
  });

  it('has the camera follow the walker by the name that its instance has', () => {
    const camera = ofClass(114)[0]![1].text;
    expect(camera).toContain(guidOfScript('WalkerCamera.cs'));
    const walker = /walker: (.*)/.exec(camera)![1];
    expect(ofClass(1001)[0]![1].text).toContain(`propertyPath: m_Name\n      value: ${walker}\n`);
    const script = readScript('WalkerCamera.cs');
    expect(script).toMatch(/public string walker\b/);
    expect(script).toMatch(/public Vector3 away\b/);
  });
});
