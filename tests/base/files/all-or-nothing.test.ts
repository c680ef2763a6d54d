import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { clearLeftovers, writeAllOrNothing } from '../../../base/files/all-or-nothing.ts';
import { type Disk, realDisk } from '../../../base/files/disk.ts';
import { deploy } from '../../../deploy-unity/deploy.ts';
import {
  ASSET,
  ASSET_GUID,
  has,
  INFERENCE_ENGINE,
  modelBytes,
  modelFile,
  read,
  refusal,
  snapshot,
  temporaryFolder,
  unityProject,
  write,
} from '../../deploy-unity/projects.ts';

type Action = keyof Disk;

/** The real disk without the waiting: these tests do some thousand steps, and none cuts the power. */
const quickDisk: Disk = {
  ...realDisk,
  writeNew: (path, bytes) => writeFileSync(path, bytes, { flag: 'wx' }),
  sync: () => undefined,
};

/** The disk, except that the nth call of one action fails; with `dies`, everything after it fails as well. */
function failingDisk(action: Action, nth: number, code: string, dies = false): Disk {
  let calls = 0;
  let isDead = false;
  const fail = () => {
    throw Object.assign(new Error(`${code}: simulated`), { code });
  };
  const actions = Object.keys(quickDisk) as Action[];
  return Object.fromEntries(
    actions.map((name) => [
      name,
      (...details: never[]) => {
        if (isDead) fail();
        if (name === action && ++calls === nth) {
          isDead = dies;
          fail();
        }
        return (quickDisk[name] as (...details: never[]) => unknown)(...details);
      },
    ]),
  ) as unknown as Disk;
}

const oldMeta = `fileFormatVersion: 2\nguid: ${ASSET_GUID}\n`;
const STARTS = [
  { start: 'an empty project', files: {} },
  { start: 'an old model without a meta', files: { [ASSET]: modelBytes('old') } },
  { start: 'an old model with its meta', files: { [ASSET]: modelBytes('old'), [`${ASSET}.meta`]: oldMeta } },
];

const FAILURES = [
  { action: 'makeFolder', code: 'EROFS', told: 'read-only file system' },
  { action: 'makeFolder', code: 'EEXIST', told: 'another program changed the file' },
  { action: 'writeNew', code: 'ENOSPC', told: 'the disk is full' },
  { action: 'writeNew', code: 'EDQUOT', told: 'your share of the disk is used up' },
  { action: 'writeNew', code: 'EACCES', told: 'no permission to write here' },
  { action: 'keepAs', code: 'EPERM', told: 'not permitted' },
  { action: 'rename', code: 'EBUSY', told: 'another program has the file open' },
  { action: 'rename', code: 'ENOSPC', told: 'the disk is full' },
  { action: 'read', code: 'ENOENT', told: 'another program changed the file' },
  { action: 'sync', code: 'ENOSPC', told: 'the disk is full' },
  { action: 'setMode', code: 'EPERM', told: 'not permitted' },
] as const;

/** Which steps there are from which start: where a model lies there are no folders to make, and a mode to keep. */
const isStepFrom = (files: object, action: Action) =>
  (action !== 'makeFolder' || !(ASSET in files)) && (action !== 'setMode' || ASSET in files);

describe.each(STARTS)('from $start', ({ files }) => {
  /** Counts what a whole deploy does to the disk, so that each single step can be made to fail. */
  async function stepsOf(action: Action): Promise<number> {
    let calls = 0;
    const counting = {
      ...quickDisk,
      [action]: (...details: never[]) => {
        calls++;
        return (quickDisk[action] as (...details: never[]) => unknown)(...details);
      },
    } as Disk;
    await deploy({ model: modelFile(), unityProject: unityProject(INFERENCE_ENGINE, files), asset: ASSET }, counting);
    return calls;
  }

  const failures = FAILURES.filter(({ action }) => isStepFrom(files, action));
  test.each(failures)('$code in any $action leaves everything as it was', async ({ action, code, told }) => {
    const steps = await stepsOf(action);
    expect(steps).toBeGreaterThan(0);
    for (let nth = 1; nth <= steps; nth++) {
      const project = unityProject(INFERENCE_ENGINE, files);
      const before = snapshot(project);
      const request = { model: modelFile(), unityProject: project, asset: ASSET };
      const message = await refusal(deploy(request, failingDisk(action, nth, code)));
      expect(message).toContain(told);
      expect(message).toContain('nothing was changed');
      expect(snapshot(project)).toEqual(before);
    }
  });

  test('a process that dies at any step leaves no model without its meta, and the next deploy gives the same GUID', async () => {
    for (const action of ['makeFolder', 'writeNew', 'keepAs', 'rename', 'read', 'sync', 'remove'] as const) {
      const steps = await stepsOf(action);
      for (let nth = 1; nth <= steps; nth++) {
        const project = unityProject(INFERENCE_ENGINE, files);
        const request = { model: modelFile(), unityProject: project, asset: ASSET };
        await deploy(request, failingDisk(action, nth, 'EIO', true)).catch(() => undefined);

        const isOld = ASSET in files && readFileSync(join(project, ASSET)).equals(modelBytes('old'));
        if (has(project, ASSET) && !isOld) expect(has(project, `${ASSET}.meta`), `${action} ${nth}`).toBe(true);
        const result = await deploy(request);
        expect(result.guid).toBe(ASSET_GUID);
        expect(readFileSync(join(project, ASSET))).toEqual(modelBytes());
      }
    }
  });
});

test('a file replaced before another one failed is restored byte for byte', () => {
  const folder = temporaryFolder();
  write(folder, { first: 'old first', second: 'old second' });
  const before = snapshot(folder);
  const files = ['first', 'second'].map((name) => ({ path: join(folder, name), bytes: Buffer.from(`new ${name}`) }));
  expect(() => writeAllOrNothing([], files, failingDisk('rename', 2, 'EBUSY'))).toThrow('nothing was changed');
  expect(snapshot(folder)).toEqual(before);
  writeAllOrNothing([], files, quickDisk);
  expect(read(folder, 'first')).toBe('new first');
  expect(Object.keys(snapshot(folder))).toHaveLength(2);
});

test('what could not be undone is told, with the name of the old file', () => {
  const folder = temporaryFolder();
  write(folder, { first: 'old first', second: 'old second' });
  const files = ['first', 'second'].map((name) => ({ path: join(folder, name), bytes: Buffer.from(`new ${name}`) }));
  expect(() => writeAllOrNothing([], files, failingDisk('rename', 2, 'EBUSY', true))).toThrow(
    /could not be undone: .*first \(the old file is .*\.before\)/,
  );
  const kept = Object.entries(snapshot(folder)).find(([path]) => /\.first\..*\.before$/.test(path));
  expect(Buffer.from(kept![1], 'hex').toString()).toBe('old first');
});

test('an Editor that deletes the meta meanwhile makes the deploy fail as a whole', async () => {
  const project = unityProject();
  const before = snapshot(project);
  const meddling: Disk = {
    ...quickDisk,
    rename(from, to) {
      quickDisk.rename(from, to);
      if (to.endsWith('Walker.onnx')) quickDisk.remove(`${to}.meta`);
    },
  };
  const message = await refusal(deploy({ model: modelFile(), unityProject: project, asset: ASSET }, meddling));
  expect(message).toContain('another program changed the file during the deploy; nothing was changed');
  expect(snapshot(project)).toEqual(before);
});

test('leftovers of a killed process are cleared away once they are old', () => {
  const leftovers = ['.Walker.onnx.0123abcd.staged', '.Walker.onnx.0123abcd.before'];
  const others = ['.Walker.onnx.swp', '.Other.onnx.0123abcd.staged'];
  const names = [...leftovers, ...others];
  const folder = temporaryFolder();
  write(folder, Object.fromEntries(names.map((name) => [name, 'x'])));
  clearLeftovers(join(folder, 'Walker.onnx'), realDisk);
  // They were made a moment ago, so they may belong to a process that is still at work.
  for (const name of names) expect(has(folder, name)).toBe(true);

  // Told by the time at which the name was made: the content of a kept file is older.
  const inAnHour = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  clearLeftovers(join(folder, 'Walker.onnx'), realDisk);
  inAnHour.mockRestore();
  for (const name of leftovers) expect(has(folder, name)).toBe(false);
  for (const name of others) expect(has(folder, name)).toBe(true);
});
