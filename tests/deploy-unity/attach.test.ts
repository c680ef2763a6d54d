/** `--attach`: the agent on the user's own prefab, wherever its object comes from, and out of it again to the byte. */
import { describe, expect, it } from 'vitest';
import { agentFilePath, attachingIn, RAGDOLL_AGENT_SCRIPT } from '../../deploy-unity/attach/attach.ts';
import { deploy } from '../../deploy-unity/deploy.ts';
import { rollback } from '../../deploy-unity/rollback.ts';
import { agentFileOf } from '../../pipeline/stages/deploy-character.ts';
import { type Assets, openAssets, placeOf, scriptOf } from '../../unity-assets/assets.ts';
import { referenceIn } from '../../unity-assets/reference.ts';
import { textAt, valueAt } from '../../unity-assets/values.ts';
import { gameObject, guid, HEAD } from '../unity-assets/project.ts';
import { INFERENCE_ENGINE, modelFile, read, refusal, snapshot, unityProject } from './projects.ts';
import {
  BEHAVIOR,
  GROUND_CONTACT,
  instanceOf,
  OWN_AGENT,
  REQUESTER,
  ragdollPrefab,
  script,
  wormCharacter,
} from './ragdoll-prefabs.ts';

const ASSET = 'Assets/Hero/Hero.onnx';
const worm = wormCharacter();
const { rig } = worm;
const hero = agentFileOf(worm);
const CONTRACT = { observationSize: 64, actionSize: 9 };
const meta = (number: number) => `fileFormatVersion: 2\nguid: ${guid(number)}\n`;

const FILES = {
  'Assets/Bare.prefab': ragdollPrefab(rig, 'Bare', []),
  'Assets/Bare.prefab.meta': meta(1),
  'Assets/Full.prefab': ragdollPrefab(rig, 'Full', [BEHAVIOR, OWN_AGENT, REQUESTER], {
    above: 'Armature',
    onBodies: [GROUND_CONTACT],
  }).replaceAll('\n', '\r\n'),
  'Assets/Full.prefab.meta': meta(2),
  'Assets/Variant.prefab': HEAD + instanceOf(guid(1), '700001'),
  'Assets/Variant.prefab.meta': meta(3),
  'Assets/FullVariant.prefab': HEAD + instanceOf(guid(2), '700001'),
  'Assets/Old.prefab': HEAD + instanceOf(guid(1), '700001', { addedLists: false }),
  'Assets/Nested.prefab': HEAD + gameObject(10, 'Platform') + instanceOf(guid(3), '700003', { parent: '11' }),
  'Assets/Game.unity': HEAD + instanceOf(guid(1), '800001') + instanceOf(guid(2), '800003'),
  'Assets/NoEnd.prefab': (HEAD + instanceOf(guid(1), '700001')).trimEnd(),
};

function attaching(words: string, more: { dryRun?: boolean; project?: string; contract?: object } = {}) {
  const project = more.project ?? unityProject(INFERENCE_ENGINE, FILES);
  const before = snapshot(project);
  const { dryRun = false, contract = CONTRACT } = more;
  const request = {
    model: modelFile(),
    unityProject: project,
    asset: ASSET,
    dryRun,
    contract: contract as typeof CONTRACT,
  };
  return { project, before, result: deploy({ ...request, attach: { ...attachingIn(words), character: hero } }) };
}

function assetsOf(project: string): Assets {
  const paths = Object.keys(FILES).filter((path) => path.endsWith('.meta'));
  const guids = new Map(paths.map((path) => [/guid: (\w+)/.exec(read(project, path))![1]!, path.slice(0, -5)]));
  return openAssets({ bytesOf: (path) => Buffer.from(read(project, path)), pathOf: (each) => guids.get(each) });
}

/** The scripts on the object of that place, with the fields that count. */
function scriptsOn(project: string, path: string, place: string) {
  const assets = assetsOf(project);
  const all = [...assets.objectsOf(path).values()];
  const object = all.find((each) => each.classId === 1 && placeOf(assets, path, each) === place)!;
  return assets.componentsOf(path, object).flatMap((component) => {
    const values = assets.valuesOf(component);
    const guidOf = scriptOf(component);
    if (guidOf === undefined) return [];
    return [
      {
        guid: guidOf,
        on: textAt(values, 'm_Enabled') === '1',
        observations: textAt(values, 'm_BrainParameters.VectorObservationSize'),
        stacked: textAt(values, 'm_BrainParameters.NumStackedVectorObservations'),
        actions: textAt(values, 'm_BrainParameters.m_ActionSpec.m_NumContinuousActions'),
        branches: branchesIn(valueAt(values, 'm_BrainParameters.m_ActionSpec.BranchSizes')),
        model: referenceIn(valueAt(values, 'm_Model'))?.guid,
        name: textAt(values, 'm_BehaviorName'),
        character: referenceIn(valueAt(values, 'character'))?.guid,
        period: textAt(values, 'DecisionPeriod'),
        between: textAt(values, 'TakeActionsBetweenDecisions'),
      },
    ];
  });
}

function branchesIn(value: ReturnType<typeof valueAt>): number | undefined {
  if (value === undefined) return undefined;
  return value.kind === 'sequence' ? value.items.length : value.kind === 'scalar' ? value.text.length / 8 : undefined;
}

const guidIn = (project: string, path: string) => /guid: (\w+)/.exec(read(project, `${path}.meta`))![1]!;

describe('attached', () => {
  it.each([
    ['a plain prefab', 'Assets/Bare.prefab', 'Bare', []],
    ['an object that has an agent, and its own parameters', 'Assets/Full.prefab', 'Full', ['c'.repeat(32)]],
    ['a variant', 'Assets/Variant.prefab', 'Bare', []],
    ['a variant of one that has an agent', 'Assets/FullVariant.prefab', 'Full', ['c'.repeat(32)]],
    ['a variant that a Unity before 2022.2 saved', 'Assets/Old.prefab', 'Bare', []],
    ['a prefab nested two deep', 'Assets/Nested.prefab:Bare', 'Platform/Bare', []],
    ['an instance in a scene', 'Assets/Game.unity:Full', 'Full', ['c'.repeat(32)]],
    ['a file without an end of line', 'Assets/NoEnd.prefab', 'Bare', []],
  ])('to %s, it has all that it needs, and a rollback gives the very bytes', async (_, words, place, others) => {
    const { project, before, result } = attaching(words);
    const { attached, warnings, written } = await result;
    const [path] = words.split(':') as [string];
    expect(attached).toMatchObject({ path, place });
    expect(written).toEqual(
      expect.arrayContaining([ASSET, 'Assets/Hero/Hero.agent.json.meta', 'Assets/Hero/Hero.agent.json', path]),
    );
    // What the agent reads and its model come before what refers to them.
    expect(written.at(-1)).toBe(path);
    const scripts = scriptsOn(project, path, place);
    const found = (id: string) => scripts.filter((each) => each.guid === id);
    const [behavior] = found('5d1c4e0b1822b495aa52bc52839ecb30');
    expect(behavior).toMatchObject({ on: true, observations: '64', stacked: '1', actions: '9', branches: 0 });
    expect(behavior!.model).toBe(guidIn(project, ASSET));
    expect(behavior!.name).toBe(others.length > 0 ? 'Mine' : 'Worm');
    expect(found(RAGDOLL_AGENT_SCRIPT)).toMatchObject([{ on: true, character: guidIn(project, agentFilePath(ASSET)) }]);
    expect(found('3a5c9d521e5ef4759a8246a07d52221e')).toMatchObject([{ on: true, period: '5', between: '0' }]);
    for (const other of others) expect(found(other)).toMatchObject([{ on: false }]);
    expect(warnings.map(({ code }) => code).filter((code) => /size|sensor|branch|reference/.test(code))).toEqual([]);
    // The same again changes nothing; taken back, every byte is the old one.
    const again = await attaching(words, { project }).result;
    expect(again.written).toEqual([ASSET].filter(() => !again.unchanged));
    await rollback(project);
    expect(snapshot(project)).toEqual(before);
  });

  it("to an object whose ragdoll hangs further down, the agent's file leads there", async () => {
    const { project, result } = attaching('Assets/Full.prefab');
    await result;
    const { bodies } = JSON.parse(read(project, 'Assets/Hero/Hero.agent.json')) as typeof hero;
    expect(bodies[1]!.path).toBe('Armature/BodySeg0/eyeR');
  });

  it("ML-Agents' ground contacts no longer end the episodes of the agent that is off", async () => {
    const { project, result } = attaching('Assets/Full.prefab');
    expect((await result).attached!.switchedOff).toContain('agentDoneOnGroundContact of Full/Armature/BodySeg0');
    expect(read(project, 'Assets/Full.prefab')).not.toMatch(/(agentDoneOnGroundContact|penalizeGroundContact): 1/);
  });

  it('the rest of the file, its line ends among it, stays as it was', async () => {
    const { project, result } = attaching('Assets/Full.prefab');
    await result;
    const lines = (text: string) => new Set(text.split('\n'));
    const after = lines(read(project, 'Assets/Full.prefab'));
    const gone = [...lines(FILES['Assets/Full.prefab'])].filter((line) => !after.has(line));
    expect(gone.map((line) => line.trim().split(':')[0])).toEqual(
      expect.arrayContaining(['VectorObservationSize', 'm_NumContinuousActions', 'BranchSizes', 'm_Model']),
    );
    expect([...after].filter((line) => line !== '' && !line.endsWith('\r'))).toEqual([]);
  });

  it('a dry run shows all of it as a diff, and writes nothing', async () => {
    const { project, before, result } = attaching('Assets/Variant.prefab', { dryRun: true });
    const { diff } = await result;
    expect(diff).toContain('+++ Assets/Variant.prefab');
    expect(diff).toMatch(/^\+ {4}- targetCorrespondingSourceObject: \{fileID: 1000, guid: a+1,$/m);
    expect(diff).toMatch(/^\+--- !u!1 &\d+ stripped$/m);
    expect(diff).toMatch(/^\+ {2}m_Script: \{fileID: 11500000, guid: \w{32}, type: 3\}$/m);
    expect(snapshot(project)).toEqual(before);
  });

  it('the project is told to have the package, where it does not', async () => {
    const codes = async (packages: Record<string, string>) =>
      (await attaching('Assets/Bare.prefab', { project: unityProject(packages, FILES) }).result).warnings.map(
        ({ code }) => code,
      );
    expect(await codes(INFERENCE_ENGINE)).toContain('package-missing');
    expect(await codes({ ...INFERENCE_ENGINE, 'com.gaitsmith': '0.2.0' })).not.toContain('package-missing');
  });
});

describe('refused before anything is written', () => {
  const other = {
    'Assets/Ray.prefab': ragdollPrefab(rig, 'Ray', [BEHAVIOR, script('6bb6b867a41448888c1cd4f99643ad71')]),
    'Assets/Lost.prefab': ragdollPrefab(rig, 'Lost', []).replace('m_Name: BodySeg2', 'm_Name: Renamed'),
    'Assets/Limp.prefab': ragdollPrefab(rig, 'Limp', []).replace('--- !u!54 &', '--- !u!55 &'),
    'Assets/Model.prefab': HEAD + gameObject(10, 'Hero') + instanceOf(guid(9), '700001', { parent: '11' }),
    'Assets/Hero.fbx.meta': meta(9),
    'Assets/Ten.unity': HEAD + instanceOf(guid(2), '810001') + instanceOf(guid(2), '820001'),
  };
  it.each([
    [
      'a policy of other sizes',
      'Assets/Bare.prefab',
      /not trained for that character.*64 observations, 9 actions.*243/s,
    ],
    [
      'a sensor that would be one more input',
      'Assets/Ray.prefab',
      /sensors of its own.*Ray Perception Sensor 3D.*Remove Component/s,
    ],
    [
      'a body that has another name',
      'Assets/Lost.prefab',
      /a body of the rig is not below.*BodySeg0\/BodySeg1\/BodySeg2/s,
    ],
    ['a body without a Rigidbody', 'Assets/Limp.prefab', /or has no Rigidbody.*BodySeg0/s],
    ['bones inside a model', 'Assets/Model.prefab', /no text file of Unity.*Unpack Completely/s],
    [
      'an object that is not there',
      'Assets/Bare.prefab:Bear',
      /no such object.*write --attach Assets\/Bare.prefab:Bare/s,
    ],
    ['two that are meant', 'Assets/Ten.unity', /2 objects of this file are meant.*attach to the prefab/s],
    ['a prefab that is not there', 'Assets/Bear.prefab', /no such prefab.*write --attach Assets\/Bare.prefab/s],
  ])('%s', async (what, words, message) => {
    const project = unityProject(INFERENCE_ENGINE, { ...FILES, ...other });
    const contract = what.includes('sizes') ? { observationSize: 243, actionSize: 39 } : CONTRACT;
    const { before, result } = attaching(words, { project, contract });
    expect(await refusal(result)).toMatch(message);
    expect(snapshot(project)).toEqual(before);
  });

  it('words that name no prefab', () => {
    expect(() => attachingIn('Hero')).toThrow(/names no prefab or scene to attach/);
  });
});
