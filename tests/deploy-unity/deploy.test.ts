import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../base/files/hash.ts';
import { deploy } from '../../deploy-unity/deploy.ts';
import {
  ASSET,
  ASSET_GUID,
  BARRACUDA,
  has,
  INFERENCE_ENGINE,
  LFS_POINTER,
  lock,
  modelBytes,
  modelFile,
  read,
  SENTIS,
  snapshot,
  temporaryFolder,
  unityProject,
  write,
} from './projects.ts';

/** The head of every .onnx.meta, as Unity writes it: note the spaces after userData and the two bundle fields. */
const metaHead = (importer: string) =>
  `fileFormatVersion: 2
guid: ${ASSET_GUID}
ScriptedImporter:
  internalIDToNameTable: []
  externalObjects: {}
  serializedVersion: 2
  userData:${' '}
  assetBundleName:${' '}
  assetBundleVariant:${' '}
  script: {fileID: 11500000, guid: ${importer}, type: 3}
`;
const OLD_IMPORTER = '683b6cb6d0a474744822c888b46772c9';
const NEW_IMPORTER = 'f22407ba6b4157b4a93d0a670bd3dd57';

const FOLDER_METAS = ['Assets/Gaitsmith.meta', 'Assets/Gaitsmith/Walker.meta'];

const KINDS = [
  {
    kind: 'inference-engine',
    packages: INFERENCE_ENGINE,
    meta: `${metaHead(NEW_IMPORTER)}  dynamicDimConfigs:\n  - name: batch\n    size: -1\n`,
  },
  { kind: 'sentis', packages: SENTIS, meta: metaHead(OLD_IMPORTER) },
  {
    kind: 'barracuda',
    packages: BARRACUDA,
    meta: `${metaHead(OLD_IMPORTER)}  optimizeModel: 1
  forceArbitraryBatchSize: 1
  treatErrorsAsWarnings: 0
  importMode: 1
  weightsTypeMode: 0
  activationTypeMode: 0
`,
  },
];

describe('a first deploy', () => {
  test.each(KINDS)('writes the model and the meta that $kind would write', async ({ kind, packages, meta }) => {
    const project = unityProject(packages);
    const result = await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    expect(readFileSync(join(project, ASSET))).toEqual(modelBytes());
    expect(read(project, `${ASSET}.meta`)).toBe(meta);
    expect(result).toMatchObject({
      asset: ASSET,
      dryRun: false,
      unchanged: false,
      guid: ASSET_GUID,
      meta: 'written',
      sha256Before: undefined,
      sha256: sha256(modelBytes()),
      references: [],
    });
    expect(result.recognised).toEqual({
      editor: '6000.0.40f1',
      mlAgents: { version: packages['com.unity.ml-agents'], source: 'packages-lock.json' },
      inference: {
        id: Object.keys(packages)[1],
        kind,
        version: Object.values(packages)[1],
        source: 'packages-lock.json',
      },
    });
    expect(result.warnings.map(({ code }) => code)).toEqual(['not-referenced']);
  });

  test('writes folder metas first, the meta of the model next and the model last', async () => {
    const project = unityProject();
    const { written } = await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    expect(written).toEqual(['Assets/Gaitsmith.meta', 'Assets/Gaitsmith/Walker.meta', `${ASSET}.meta`, ASSET]);
    expect(read(project, 'Assets/Gaitsmith.meta')).toMatch(
      /^fileFormatVersion: 2\nguid: [0-9a-f]{32}\nfolderAsset: yes\n/,
    );
  });

  test('leaves nothing else behind', async () => {
    const project = unityProject();
    const before = Object.keys(snapshot(project));
    const { written } = await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    const added = Object.keys(snapshot(project)).filter((path) => !before.includes(path));
    expect(added.sort()).toEqual(
      [...written, 'Assets/Gaitsmith', 'Assets/Gaitsmith/Walker'].map((path) => `/${path}`).sort(),
    );
  });

  test('keeps a folder meta that waits for its folder', async () => {
    const project = unityProject(INFERENCE_ENGINE, { 'Assets/Gaitsmith.meta': 'guid: from-git\n' });
    const { written } = await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    expect(written).not.toContain('Assets/Gaitsmith.meta');
    expect(read(project, 'Assets/Gaitsmith.meta')).toBe('guid: from-git\n');
  });

  test('gives the same bytes on every machine', async () => {
    const [one, other] = [unityProject(), unityProject()];
    for (const project of [one, other]) await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    expect(snapshot(one)).toEqual(snapshot(other));
  });
});

describe('a later deploy', () => {
  test('replaces the model and keeps the existing meta byte for byte, with its GUID', async () => {
    const meta = `fileFormatVersion: 2\r\nguid: b000e8fcd1edc454d9e6deb84abefbf9\r\nScriptedImporter:\r\n  userData: mine\r\n  script: {fileID: 11500000, guid: ${NEW_IMPORTER}, type: 3}\r\n`;
    const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes('old'), [`${ASSET}.meta`]: meta });
    const result = await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    expect(read(project, `${ASSET}.meta`)).toBe(meta);
    expect(readFileSync(join(project, ASSET))).toEqual(modelBytes());
    expect(result).toMatchObject({
      meta: 'kept',
      guid: 'b000e8fcd1edc454d9e6deb84abefbf9',
      // Whoever put the model there left its folders without.
      written: [...FOLDER_METAS, ASSET],
      sha256Before: sha256(modelBytes('old')),
    });
  });

  test('of the same model touches nothing, so that Unity imports nothing', async () => {
    const project = unityProject();
    const request = { model: modelFile(), unityProject: project, asset: ASSET };
    const first = await deploy(request);
    const before = statSync(join(project, ASSET));
    const second = await deploy(request);
    expect(first.unchanged).toBe(false);
    expect(second).toMatchObject({ unchanged: true, written: [], meta: 'kept', guid: first.guid });
    expect(second.sha256Before).toBe(second.sha256);
    expect(statSync(join(project, ASSET)).mtimeMs).toBe(before.mtimeMs);
    expect(statSync(join(project, ASSET)).ino).toBe(before.ino);
  });

  test('adds a missing meta to a model that is already there', async () => {
    const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes() });
    const result = await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    expect(result).toMatchObject({ unchanged: true, written: [...FOLDER_METAS, `${ASSET}.meta`], meta: 'written' });
    expect((await deploy({ model: modelFile(), unityProject: project, asset: ASSET })).written).toEqual([]);
  });

  test("may name the project's own file as the model", async () => {
    const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes() });
    const result = await deploy({ model: join(project, ASSET), unityProject: project, asset: ASSET });
    expect(result.unchanged).toBe(true);
  });

  test("keeps a meta of another package's importer, and says so", async () => {
    const meta = metaHead(OLD_IMPORTER);
    const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes('old'), [`${ASSET}.meta`]: meta });
    const result = await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    expect(read(project, `${ASSET}.meta`)).toBe(meta);
    const warning = result.warnings.find(({ code }) => code === 'importer-of-another-package');
    expect(warning).toMatchObject({ where: `${ASSET}.meta` });
    expect(warning?.message).toContain('com.unity.sentis or com.unity.barracuda');
    expect(warning?.message).toContain('com.unity.ai.inference');
  });

  test('replaces a Git LFS pointer, and says so', async () => {
    const project = unityProject(INFERENCE_ENGINE, { [ASSET]: LFS_POINTER, [`${ASSET}.meta`]: metaHead(NEW_IMPORTER) });
    const result = await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    expect(readFileSync(join(project, ASSET))).toEqual(modelBytes());
    expect(result.warnings.map(({ code }) => code)).toContain('replaces-lfs-pointer');
    expect(result.sha256Before).toBe(sha256(LFS_POINTER));
  });

  test('notices another asset with the same GUID', async () => {
    const project = unityProject(INFERENCE_ENGINE, {
      [ASSET]: modelBytes('old'),
      [`${ASSET}.meta`]: metaHead(NEW_IMPORTER),
      'Assets/Copy.onnx.meta': metaHead(NEW_IMPORTER),
    });
    const { warnings } = await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    expect(warnings.find(({ code }) => code === 'guid-used-twice')?.message).toContain('Assets/Copy.onnx');
  });
});

describe('a dry run', () => {
  test('says what it would do and writes nothing', async () => {
    const project = unityProject();
    const before = snapshot(project);
    const result = await deploy({ model: modelFile(), unityProject: project, asset: ASSET, dryRun: true });
    expect(snapshot(project)).toEqual(before);
    expect(result).toMatchObject({ dryRun: true, guid: ASSET_GUID, meta: 'written' });
    expect(result.written).toContain(ASSET);
  });
});

describe('an Editor that may be open', () => {
  const codes = async (files: Record<string, string>) => {
    const project = unityProject(INFERENCE_ENGINE, files);
    const { warnings } = await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    return warnings.filter(({ code }) => code === 'editor-open').map(({ where }) => where);
  };

  test('is noticed by its process, or by its lock', async () => {
    const running = JSON.stringify({ process_id: process.pid, version: '6000.0.40f1' });
    expect(await codes({ 'Library/EditorInstance.json': running })).toEqual(['Library/EditorInstance.json']);
    expect(await codes({ 'Temp/UnityLockfile': '' })).toEqual(['Temp/UnityLockfile']);
  });

  test('is not taken for open by what a closed one left', async () => {
    expect(await codes({ 'Library/EditorInstance.json': JSON.stringify({ process_id: 2 ** 30 }) })).toEqual([]);
    expect(await codes({ 'Library/EditorInstance.json': JSON.stringify({ process_id: 0 }) })).toEqual([]);
    expect(await codes({ 'Library/EditorInstance.json': 'cut sho' })).toEqual([]);
  });
});

describe('the packages of a project', () => {
  const recognised = async (files: Record<string, string>, packages: Record<string, string> = {}) => {
    const project = unityProject(packages, files);
    const result = await deploy({ model: modelFile(), unityProject: project, asset: ASSET, dryRun: true });
    return { ...result.recognised, codes: result.warnings.map(({ code }) => code) };
  };
  const manifest = (dependencies: Record<string, string>) => JSON.stringify({ dependencies });

  test('are read from the lock where manifest and lock differ', async () => {
    const found = await recognised({
      'Packages/manifest.json': manifest({ 'com.unity.ml-agents': '4.0.0' }),
      'Packages/packages-lock.json': lock({ 'com.unity.ml-agents': '4.0.1', 'com.unity.ai.inference': '2.4.1' }),
    });
    expect(found.mlAgents).toEqual({ version: '4.0.1', source: 'packages-lock.json' });
    expect(found.inference).toMatchObject({ version: '2.4.1', source: 'packages-lock.json' });
  });

  test('are read from an embedded package before anything else, as Unity does', async () => {
    const embedded = JSON.stringify({ name: 'com.unity.ml-agents', version: '3.0.0' });
    const found = await recognised({ 'Packages/my-fork/package.json': embedded }, SENTIS);
    expect(found.mlAgents).toEqual({ version: '3.0.0', source: 'embedded package' });
  });

  test('are read through a file: reference, as in the repository of ML-Agents', async () => {
    const found = await recognised({
      'Packages/manifest.json': manifest({ 'com.unity.ml-agents': 'file:../../com.unity.ml-agents' }),
      'Packages/packages-lock.json': lock({ 'com.unity.ml-agents': 'file:../../com.unity.ml-agents' }),
      '../com.unity.ml-agents/package.json': JSON.stringify({ name: 'com.unity.ml-agents', version: '3.0.0-exp.1' }),
    });
    expect(found.mlAgents?.version).toBe('3.0.0-exp.1');
    expect(found.inference).toMatchObject({ kind: 'sentis', version: '1.2.0-exp.2' });
  });

  test('are read from the name of a .tgz', async () => {
    const found = await recognised({}, { 'com.unity.ml-agents': 'file:../com.unity.ml-agents-4.0.0.tgz' });
    expect(found.mlAgents?.version).toBe('4.0.0');
  });

  test('are read from a Git tag, or from what Unity fetched', async () => {
    const address = 'https://example.org/ml-agents.git?path=com.unity.ml-agents';
    const byTag = await recognised({}, { 'com.unity.ml-agents': `${address}#release_22` });
    expect(byTag.mlAgents?.version).toBe('3.0.0');
    const cached = { 'Library/PackageCache/com.unity.ml-agents@1a2b3c/package.json': '{ "version": "4.0.0" }' };
    const byCache = await recognised(cached, { 'com.unity.ml-agents': `${address}#develop` });
    expect(byCache.mlAgents?.version).toBe('4.0.0');
  });

  test('need not name the engine before Unity has opened the project', async () => {
    const project = temporaryFolder();
    write(project, {
      'Assets/': '',
      'Packages/manifest.json': `\uFEFF${manifest({ 'com.unity.ml-agents': '2.0.1' })}`,
      'ProjectSettings/ProjectVersion.txt': 'm_EditorVersion: 2021.3.45f1\n',
    });
    const { recognised: found, warnings } = await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    expect(found.inference).toEqual({
      id: 'com.unity.barracuda',
      kind: 'barracuda',
      version: '2.0.0',
      source: 'dependency of com.unity.ml-agents',
    });
    expect(read(project, `${ASSET}.meta`)).toMatch(/importMode: 1\n$/);
    expect(warnings.map(({ code }) => code)).toContain('no-deterministic-inference');
  });

  test('may include a second engine, which ML-Agents does not use', async () => {
    const found = await recognised({}, { ...SENTIS, 'com.unity.ai.inference': '2.2.1' });
    expect(found.inference.kind).toBe('sentis');
    expect(found.codes).toEqual(['not-referenced']);
  });

  test('may hold an engine other than the known one, which is used with a warning', async () => {
    const found = await recognised({}, { 'com.unity.ml-agents': '3.0.0', 'com.unity.ai.inference': '2.2.1' });
    expect(found.inference.kind).toBe('inference-engine');
    expect(found.codes).toContain('engine-mismatch');
  });

  test('are used with a warning where ML-Agents is missing or of unknown version', async () => {
    expect((await recognised({}, { 'com.unity.sentis': '2.1.0' })).codes).toContain('ml-agents-missing');
    const branch = { 'com.unity.ml-agents': 'https://example.org/fork.git', 'com.unity.sentis': 'file:../nowhere' };
    const codes = (await recognised({}, branch)).codes;
    expect(codes).toContain('ml-agents-version-unknown');
    expect(codes).toContain('engine-version-unknown');
  });

  test('are compared with the Editor', async () => {
    const old = { 'ProjectSettings/ProjectVersion.txt': 'm_EditorVersion: 2022.3.10f1\n' };
    expect((await recognised(old, INFERENCE_ENGINE)).codes).toContain('editor-too-old');
  });

  test.each([
    { sentis: '1.2.0-exp.2', lastLine: '  optimizeModel: 1' },
    { sentis: '1.3.0-pre.3', lastLine: '  optimizeModel: 1' },
    { sentis: '1.4.0-pre.3', lastLine: `  script: {fileID: 11500000, guid: ${OLD_IMPORTER}, type: 3}` },
  ])('decide the fields of the meta: Sentis $sentis', async ({ sentis, lastLine }) => {
    const project = unityProject({ 'com.unity.ml-agents': '3.0.0-exp.1', 'com.unity.sentis': sentis });
    await deploy({ model: modelFile(), unityProject: project, asset: ASSET });
    expect(read(project, `${ASSET}.meta`).trimEnd().split('\n').at(-1)).toBe(lastLine);
    expect(has(project, ASSET)).toBe(true);
  });
});
