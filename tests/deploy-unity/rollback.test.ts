/** What deploys remember: taking the last one back, and the history. */
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { realDisk } from '../../base/files/disk.ts';
import { deploy } from '../../deploy-unity/deploy.ts';
import { lockProject, stateFolder } from '../../deploy-unity/project-state.ts';
import { deploysToTakeBack } from '../../deploy-unity/records.ts';
import { history, rollback } from '../../deploy-unity/rollback.ts';
import { because } from '../skipping.ts';
import {
  ASSET,
  INFERENCE_ENGINE,
  modelBytes,
  modelFile,
  read,
  refusal,
  snapshot,
  unityProject,
  write,
} from './projects.ts';

const deployed = (project: string, producer: string) =>
  deploy({
    model: modelFile(modelBytes(producer)),
    unityProject: project,
    asset: ASSET,
    origin: { from: `runs/${producer}`, score: '657.000 +- 81.000' },
  });

describe('a rollback', () => {
  test('puts back what the last deploy replaced, and then what the one before did, byte for byte', async () => {
    const project = unityProject();
    const states = [snapshot(project)];
    for (const producer of ['first', 'second']) {
      await deployed(project, producer);
      states.push(snapshot(project));
    }
    await rollback(project);
    expect(snapshot(project)).toEqual(states[1]);
    await rollback(project);
    // Folders that the deploy made are gone too.
    expect(snapshot(project)).toEqual(states[0]);
    expect(await refusal(rollback(project))).toContain('no deploy into this project is remembered');
    await deployed(project, 'second');
    expect(snapshot(project)).toEqual(states[2]);
  });

  test('is refused where a file was changed since, by name', async () => {
    const project = unityProject();
    await deployed(project, 'first');
    await deployed(project, 'second');
    write(project, { [ASSET]: modelBytes('by hand') });
    const before = snapshot(project);
    const message = await refusal(rollback(project));
    expect(message).toContain('Walker.onnx: this file has been changed since the last deploy');
    expect(snapshot(project)).toEqual(before);
  });

  test('leaves a folder that others have put something into, and its meta', async () => {
    const project = unityProject();
    await deployed(project, 'first');
    write(project, { 'Assets/Gaitsmith/Walker/notes.txt': 'mine' });
    await rollback(project);
    expect(Object.keys(snapshot(project)).filter((path) => path.includes('Gaitsmith'))).toEqual([
      '/Assets/Gaitsmith',
      '/Assets/Gaitsmith.meta',
      '/Assets/Gaitsmith/Walker',
      '/Assets/Gaitsmith/Walker.meta',
      '/Assets/Gaitsmith/Walker/notes.txt',
    ]);
  });

  test('is refused where the old file is no longer what was kept', async () => {
    const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes('old') });
    await deployed(project, 'first');
    const [id] = readdirSync(stateFolder(project));
    const kept = readdirSync(join(stateFolder(project), id!)).find((name) => name.endsWith('.old'))!;
    writeFileSync(join(stateFolder(project), id!, kept), 'damaged');
    expect(await refusal(rollback(project))).toContain('the old file that was kept has been changed');
  });
});

describe('the history', () => {
  test('tells each deploy with where it came from, its hash and its score, but those that changed nothing', async () => {
    const project = unityProject();
    for (const producer of ['first', 'second', 'second']) await deployed(project, producer);
    await rollback(project);
    const records = history(project);
    expect(records.map(({ what, from, score }) => [what, from, score])).toEqual([
      ['deploy', 'runs/first', '657.000 +- 81.000'],
      ['deploy', 'runs/second', '657.000 +- 81.000'],
      ['rollback', 'before runs/second', null],
    ]);
    expect(records[1]!.sha256Before).toBe(records[0]!.sha256);
    expect(records[2]!.sha256).toBe(records[0]!.sha256);
    expect(deploysToTakeBack(records)).toEqual([records[0]]);
  });

  test('is kept for twenty deploys', async () => {
    const project = unityProject();
    for (let round = 0; round < 22; round++) await deployed(project, `model ${round}`);
    expect(history(project).map(({ from }) => from)).toEqual(
      Array.from({ length: 20 }, (_, each) => `runs/model ${each + 2}`),
    );
  });

  test('that is damaged is told, and nothing is done', async () => {
    const project = unityProject();
    await deployed(project, 'first');
    const [id] = readdirSync(stateFolder(project));
    for (const text of ['cut sho', '{}', '{"format":1}']) {
      writeFileSync(join(stateFolder(project), id!, 'record.json'), text);
      expect(await refusal(deployed(project, 'second'))).toContain('the record of an earlier deploy is damaged');
    }
    const record = {
      format: 1,
      id,
      phase: 'placing',
      when: new Date().toISOString(),
      what: 'deploy',
      asset: ASSET,
      from: '',
    };
    const outside = { path: '../outside', before: null, after: null };
    const whole = {
      ...record,
      sha256: null,
      sha256Before: null,
      score: null,
      folders: [],
      emptied: [],
      files: [outside],
    };
    writeFileSync(join(stateFolder(project), id!, 'record.json'), JSON.stringify(whole));
    expect(await refusal(deployed(project, 'second'))).toContain('damaged');
  });
});

test.skipIf(because(process.platform === 'win32', 'Windows knows no such modes'))(
  'the mode of a replaced file stays as it was',
  async () => {
    const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes('old') });
    chmodSync(join(project, ASSET), 0o664);
    await deployed(project, 'first');
    expect(statSync(join(project, ASSET)).mode & 0o777).toBe(0o664);
    await rollback(project);
    expect(statSync(join(project, ASSET)).mode & 0o777).toBe(0o664);
    expect(readFileSync(join(project, ASSET))).toEqual(modelBytes('old'));
  },
);

test('a file that someone saves in the meantime is not overwritten', async () => {
  const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes('old') });
  const meddling = {
    ...realDisk,
    keepAs(path: string, secondName: string) {
      if (path.endsWith('.onnx')) write(project, { [ASSET]: modelBytes('saved meanwhile') });
      realDisk.keepAs(path, secondName);
    },
  };
  const message = await refusal(deploy({ model: modelFile(), unityProject: project, asset: ASSET }, meddling));
  expect(message).toContain('another program changed the file during the deploy; nothing was changed');
  expect(readFileSync(join(project, ASSET))).toEqual(modelBytes('saved meanwhile'));
});

test('folder metas that a killed deploy left out are made good', async () => {
  const project = unityProject(INFERENCE_ENGINE, { 'Assets/Gaitsmith/Walker/': '' });
  const { written } = await deployed(project, 'first');
  expect(written).toEqual(['Assets/Gaitsmith.meta', 'Assets/Gaitsmith/Walker.meta', `${ASSET}.meta`, ASSET]);
  expect(read(project, 'Assets/Gaitsmith/Walker.meta')).toContain('folderAsset: yes');
});

test('a deploy waits for another one that is at work in the project', async () => {
  const project = unityProject();
  const lock = await lockProject(project, 'a test');
  let isDone = false;
  const waiting = deployed(project, 'first').then(() => {
    isDone = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(isDone).toBe(false);
  lock.release();
  await waiting;
  expect(readFileSync(join(project, ASSET))).toEqual(modelBytes('first'));
});

describe('a deploy that was killed', () => {
  /** Does the first deploy's steps until the nth rename, and then nothing any more, as a process that is killed. */
  async function killedAt(nth: number) {
    const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes('old') });
    const before = snapshot(project);
    let renames = 0;
    let isDead = false;
    const dying = Object.fromEntries(
      Object.entries(realDisk).map(([name, act]) => [
        name,
        (...details: never[]) => {
          if (name === 'rename' && ++renames === nth) isDead = true;
          if (isDead) throw Object.assign(new Error('EIO'), { code: 'EIO' });
          return (act as (...details: never[]) => unknown)(...details);
        },
      ]),
    ) as unknown as typeof realDisk;
    const request = { model: modelFile(modelBytes('new')), unityProject: project, asset: ASSET };
    await deploy(request, dying).catch(() => undefined);
    return { project, before };
  }

  test('is finished by the next one where all is staged', async () => {
    const { project } = await killedAt(3);
    const dry = await deploy({ model: modelFile(), unityProject: project, asset: ASSET, dryRun: true });
    expect(dry.warnings.map(({ code }) => code)).toContain('deploy-unfinished');
    const next = await deployed(project, 'newer');
    expect(next.recovered).toBe('finished');
    expect(history(project).map(({ what, phase }) => [what, phase])).toEqual([
      ['deploy', 'done'],
      ['deploy', 'done'],
    ]);
    await rollback(project);
    expect(readFileSync(join(project, ASSET))).toEqual(modelBytes('new'));
  });

  test('is undone where someone has meddled with what was staged', async () => {
    const { project, before } = await killedAt(4);
    const [id] = readdirSync(stateFolder(project)).filter((name) => name !== 'lock');
    for (const name of readdirSync(join(stateFolder(project), id!))) {
      if (name.endsWith('.new')) writeFileSync(join(stateFolder(project), id!, name), 'meddled');
    }
    const refused = deploy({ model: 'nowhere.onnx', unityProject: project, asset: ASSET });
    expect(await refusal(refused)).toContain('there is no such model file');
    expect(snapshot(project)).toEqual(before);
    expect(history(project)).toEqual([]);
  });
});
