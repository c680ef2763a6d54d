/** unity/com.gaitsmith as Unity's Package Manager takes it: made parts, GUIDs, assemblies, and what the sample refers to. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assetGuid } from '../../deploy-unity/asset-guid.ts';
import { exampleProject, PREFAB, packageFiles, packageFolder, packageGuid, SAMPLE } from '../../unity/make/make.ts';
import { assemblyDefinitions, definesOf } from './assemblies.ts';

const read = (path: string) => readFileSync(join(packageFolder, path), 'utf8');
const all = readdirSync(packageFolder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
const manifest = JSON.parse(read('package.json')) as Record<string, string> & { samples: { path: string }[] };

describe('what is made of the Unity package', () => {
  const made = packageFiles();

  it.each(Object.keys(made))('%s is as npm run build:unity makes it, byte for byte', (path) => {
    expect(read(path)).toBe(made[path]);
  });

  it('is a meta for all that Unity sees and for no more, each with a GUID of its own', () => {
    const isHidden = (path: string) => path.endsWith('~') || path === SAMPLE;
    const seen = all.filter((path) => !path.endsWith('.meta') && !isHidden(path));
    expect(all.filter((path) => path.endsWith('.meta')).sort()).toEqual(seen.map((path) => `${path}.meta`).sort());
    const guids = seen.map((path) => /^guid: ([0-9a-f]{32})$/m.exec(read(`${path}.meta`))![1]);
    expect(guids).toEqual(seen.map(packageGuid));
    expect(new Set(guids).size).toBe(seen.length);
  });

  it('stays where it is: GUIDs that prefabs out there refer to', () => {
    expect(packageGuid('Runtime/WalkerAgent.cs')).toBe('5bc67dcac81ba50be477e590072f8881');
    expect(packageGuid('Runtime/WalkerCamera.cs')).toBe('9f362b4a1586d0ba954176778be5cbc5');
  });
});

describe('the manifest of the Unity package', () => {
  it('has the version of the npm package, and a section of the changelog for it', () => {
    const { version } = JSON.parse(readFileSync(join(packageFolder, '../../package.json'), 'utf8'));
    expect(manifest['version']).toBe(version);
    expect(read('CHANGELOG.md')).toContain(`\n## ${version}\n`);
  });

  it('is for Unity 2021.3 and newer, and has its sample where it says', () => {
    expect(manifest['unity']).toBe('2021.3');
    expect(manifest.samples.map(({ path }) => path)).toEqual([SAMPLE]);
    expect(readdirSync(join(packageFolder, SAMPLE)).sort()).toEqual([
      'Walker.prefab',
      'Walker.prefab.meta',
      'Walker.unity',
      'Walker.unity.meta',
    ]);
  });

  it('is what the example project takes its scripts from', () => {
    const { dependencies } = JSON.parse(readFileSync(join(exampleProject, 'Packages/manifest.json'), 'utf8'));
    const [, path] = /^file:(.*)$/.exec(dependencies[manifest['name']!])!;
    expect(join(exampleProject, 'Packages', path!)).toBe(packageFolder);
  });
});

describe('the assemblies of the Unity package', () => {
  const definitions = assemblyDefinitions();

  it('hold every script: each lies in the folder of one .asmdef, under its namespace', () => {
    const folders = [...definitions.keys()].map((path) => dirname(path));
    for (const script of all.filter((path) => path.endsWith('.cs'))) {
      const own = folders.filter((folder) => script.startsWith(`${folder}/`));
      expect(own, script).toHaveLength(1);
      const { name } = definitions.get([...definitions.keys()].find((path) => dirname(path) === own[0])!)!;
      expect(read(script), script).toContain(`\nnamespace ${name}\n`);
    }
  });

  it('that are for the Editor alone are in no player', () => {
    for (const [path, { includePlatforms }] of definitions)
      expect(includePlatforms, path).toEqual(path.startsWith('Runtime/') ? [] : ['Editor']);
  });

  it.each([
    [undefined, []],
    ['1.9.1', []],
    ['2.0.0', ['GAITSMITH_ML_AGENTS']],
    ['10.0.0', ['GAITSMITH_ML_AGENTS']],
  ])('know with ML-Agents %s what the walker needs: %s', (version, symbols) => {
    const editor = { symbols: [], ...(version === undefined ? {} : { mlAgents: version }) };
    for (const definition of definitions.values()) expect(definesOf(definition, editor)).toEqual(symbols);
    expect(definitions.get('Runtime/Gaitsmith.asmdef')!.defineConstraints).toEqual(['GAITSMITH_ML_AGENTS']);
  });

  it('say of ML-Agents the same', () => {
    const told = [...definitions.values()].map(({ versionDefines }) => JSON.stringify(versionDefines));
    expect(new Set(told).size).toBe(1);
  });
});

describe('the sample', () => {
  const sample = (name: string) => read(`${SAMPLE}/${name}`);

  it('is the scene and the prefab of the example project, but for its own GUIDs', () => {
    const example = (path: string) => readFileSync(join(exampleProject, path), 'utf8');
    expect(sample('Walker.prefab')).toBe(example(PREFAB));
    const scene = example(PREFAB.replace('.prefab', '.unity'));
    expect(sample('Walker.unity')).toBe(scene.replaceAll(assetGuid(PREFAB), packageGuid(`${SAMPLE}/Walker.prefab`)));
  });

  it("refers to the package's scripts, to ML-Agents, and to the model where a deploy puts it", () => {
    const scripts = ['Runtime/WalkerAgent.cs', 'Runtime/WalkerCamera.cs'].filter((path) =>
      existsSync(join(packageFolder, path)),
    );
    const known = [
      ...scripts.map(packageGuid),
      packageGuid(`${SAMPLE}/Walker.prefab`),
      assetGuid('Assets/Gaitsmith/Walker/Walker.onnx'),
      '5d1c4e0b1822b495aa52bc52839ecb30', // BehaviorParameters
      '3a5c9d521e5ef4759a8246a07d52221e', // DecisionRequester
      '0000000000000000f000000000000000', // what every Unity has in itself
    ];
    const used = ['Walker.prefab', 'Walker.unity'].flatMap((name) =>
      [...sample(name).matchAll(/guid: ([0-9a-f]{32})/g)].map((match) => match[1]!),
    );
    expect([...new Set(used)].sort()).toEqual([...known].sort());
  });
});
