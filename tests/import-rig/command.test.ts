/** What an import writes and compares, on the disk. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRigFile } from '../../envs/ragdoll/rig-file.ts';
import { rigChanges } from '../../import-rig/changes.ts';
import { importRigCommand } from '../../import-rig/command.ts';
import { checkImport, fileName, writeImport } from '../../import-rig/import-rig.ts';
import { importRigOutput } from '../../import-rig/output.ts';
import { snapshot, unityProject } from '../deploy-unity/projects.ts';
import { temporaryFolder } from '../temporary-folders.ts';
import { guid } from '../unity-assets/project.ts';
import { prefabText } from './prefab-builder.ts';
import { hingeQuadruped, wizardBiped } from './ragdolls.ts';

const ASSET = 'Assets/Biped.prefab';

function projectWith(text = prefabText(wizardBiped)): string {
  return unityProject({}, { [ASSET]: text, [`${ASSET}.meta`]: `fileFormatVersion: 2\nguid: ${guid(1)}\n` });
}

test('writes the rig, a report and a picture, and nothing into the Unity project', () => {
  const project = projectWith();
  const before = snapshot(project);
  const out = join(temporaryFolder('import-rig-'), 'rigs/biped.json');
  const { written, rig } = writeImport({ asset: ASSET, unityProject: project, out });
  const besides = out.replace('.json', '');
  expect(written).toEqual([out, `${besides}.md`, `${besides}.svg`]);
  expect(readRigFile(JSON.parse(readFileSync(out, 'utf8')), out)).toEqual(rig);
  expect(readFileSync(`${besides}.md`, 'utf8')).toContain(
    '| LeftLeg | 6.563 | capsule 0.06 x 0.48 | LeftUpLeg | character | -80..0 |',
  );
  const picture = readFileSync(`${besides}.svg`, 'utf8');
  // From two sides: eleven shapes and ten joints.
  expect(picture.match(/<g>/g)).toHaveLength(22);
  expect(picture.match(/<circle/g)).toHaveLength(20);
  expect(snapshot(project)).toEqual(before);
});

test('what --json tells is as docs/json.md says, and people are told what to run next', async () => {
  const out = join(temporaryFolder('import-rig-'), 'biped.json');
  const lines: string[] = [];
  const terminal = {
    print: (text: string) => lines.push(text),
    printError: () => undefined,
    color: { yellow: (text: string) => text },
  };
  const request = { subject: { asset: ASSET, object: undefined }, unityProject: projectWith(), out, check: false };
  const { json } = await importRigCommand.run(request, { terminal } as never);
  expect(importRigOutput.parse(JSON.parse(JSON.stringify(json)))).toMatchObject({
    name: 'Biped',
    source: ASSET,
    bodies: 11,
    joints: 10,
    changes: null,
    agent: null,
  });
  expect(lines.at(-1)).toBe(`next: npm run init -- --from-rig ${out}`);
});

test('--check tells what has changed since, and writes nothing', () => {
  const project = projectWith();
  const folder = temporaryFolder('import-rig-');
  const request = { asset: ASSET, unityProject: project, out: join(folder, 'biped.json') };
  expect(() => checkImport(request)).toThrow(/no rig of an earlier import.*import-rig/);
  writeImport(request);
  expect(checkImport(request).changes).toEqual([]);
  const text = prefabText(wizardBiped)
    .replace('m_Mass: 10.9375', 'm_Mass: 12')
    .replace('limit: -80', 'limit: -70')
    .replace('m_Radius: 0.12', 'm_Radius: 0.120000004');
  writeFileSync(join(project, ASSET), text);
  expect(checkImport(request).changes).toEqual([
    { what: 'Hips, mass', before: '10.9375', now: '12' },
    { what: 'LeftLeg, joints, 0, x', before: '[-80,0]', now: '[-70,0]' },
  ]);
  expect(readdirSync(folder).sort()).toEqual(['biped.json', 'biped.md', 'biped.svg']);
});

test('bodies that came, went or changed places are told', () => {
  const rigOf = (text: string) => {
    const out = join(temporaryFolder('import-rig-'), 'rig.json');
    return writeImport({ asset: ASSET, unityProject: projectWith(text), out }).rig;
  };
  const [before, now] = [rigOf(prefabText(wizardBiped)), rigOf(prefabText(wizardBiped.slice(0, -1)))];
  expect(rigChanges(before, now)).toEqual([{ what: 'Head', before: 'a body of 4.375 kg', now: 'none' }]);
  const turned = {
    ...now,
    bodies: now.bodies.map((body) => ({ ...body, rotation: body.rotation.map((part) => -part) })),
  };
  // The same rotation by the other of its two quaternions.
  expect(rigChanges(now, readRigFile(turned, 'turned'))).toEqual([]);
  const swapped = { ...now, bodies: [...now.bodies.slice(0, 1), ...now.bodies.slice(1).reverse()] };
  expect(rigChanges(now, swapped).map(({ what }) => what)).toEqual(['order of bodies']);
});

test('what is asked for wrongly is refused with what to write instead', () => {
  const project = projectWith();
  const of = (asset: string, out?: string) => () => writeImport({ asset, unityProject: project, out });
  expect(of('Assets/Bipde.prefab')).toThrow(/no such prefab or scene.*expected "?Assets\/Biped\.prefab/);
  expect(of('Assets/Biped.fbx')).toThrow(/neither a prefab nor a scene.*Unpack Completely/);
  expect(of(ASSET, join(project, 'Assets/rigs/biped.json'))).toThrow(/writes nothing into a Unity project/);
  expect(of(ASSET, 'biped.yaml')).toThrow(/a rig is a JSON file/);
  expect(existsSync('biped.yaml')).toBe(false);
  expect(() => writeImport({ asset: ASSET, unityProject: temporaryFolder('no-project-') })).toThrow(
    /not a Unity project/,
  );
});

test('the object is what stands behind the colon of a file, wherever else colons are', () => {
  const { schema } = importRigCommand.options.subject;
  expect(schema.parse('Assets/A.unity:Level/Hero')).toEqual({ asset: 'Assets/A.unity', object: 'Level/Hero' });
  expect(schema.parse('C:\\Game\\Assets\\A.prefab')).toEqual({
    asset: 'C:\\Game\\Assets\\A.prefab',
    object: undefined,
  });
  expect(schema.parse('Assets/A.prefab:a:b')).toEqual({ asset: 'Assets/A.prefab', object: 'a:b' });
});

test('the rig is found under the name of its prefab, whatever the object at the top was called when it was saved, in characters that every system has for files', () => {
  expect([' Hero (1) ', 'T-Rex', 'Ёж', '???', 'CON'].map(fileName)).toEqual([
    'hero-1',
    't-rex',
    'ёж',
    'rig',
    'rig-con',
  ]);
  const project = projectWith(prefabText(hingeQuadruped));
  const out = join(temporaryFolder('import-rig-'), 'q.json');
  expect(writeImport({ asset: join(project, ASSET), unityProject: project, out }).rig.name).toBe('Biped');
});
