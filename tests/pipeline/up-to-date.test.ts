import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, win32 } from 'node:path';
import { expect, test } from 'vitest';
import { fromHere } from '../../base/files/from-here.ts';
import type { Json } from '../../base/json.ts';
import { schemaPath } from '../../init/init.ts';
import { readManifest, recordStage, type StageRecord } from '../../pipeline/manifest.ts';
import { pathOfRecorded, recordedPath } from '../../pipeline/run-folder.ts';
import { defineStage } from '../../pipeline/stage.ts';
import { hashInputs, hashOutputs, reasonToRun } from '../../pipeline/up-to-date.ts';
import { type Place, place } from './fixtures/start.ts';

function stageWith(settings: Json, files: Record<string, string>) {
  return defineStage({
    name: 'bake',
    summary: '',
    options: {},
    inputs: () => ({ files, settings }),
    run: async () => ({ summary: '', outputs: {}, details: null }),
  });
}

/** A stage that was done, as run.json tells it. */
async function baked(at: Place, settings: Json = { heat: 200, time: { minutes: 40 } }): Promise<StageRecord> {
  mkdirSync(at.run.path, { recursive: true });
  writeFileSync(at.run.policy, 'bread');
  const stage = stageWith(settings, { dough: at.source });
  recordStage(at.run, 'bake', {
    status: 'done',
    started: new Date().toISOString(),
    seconds: 1,
    pid: 1,
    command: 'npm run bake',
    inputs: await hashInputs(stage, {}, at.run),
    outputs: hashOutputs(stage, { bread: at.run.policy }, at.run),
    versions: { gaitsmith: '0', node: '0', platform: '', commit: null, dirty: null },
  });
  return readManifest(at.run).stages['bake']!;
}

async function reason(at: Place, record: StageRecord, settings: Json = { heat: 200, time: { minutes: 40 } }) {
  return reasonToRun(record, await hashInputs(stageWith(settings, { dough: at.source }), {}, at.run), at.run);
}

test('a stage that is done and whose inputs, settings and outputs are the same is up to date', async () => {
  const at = place();
  expect(await reason(at, await baked(at))).toBeUndefined();
});

test('the order of the keys in its settings makes no difference', async () => {
  const at = place();
  expect(await reason(at, await baked(at), { time: { minutes: 40 }, heat: 200 })).toBeUndefined();
});

test('a stage that never ran, was killed, failed or was interrupted has to run', async () => {
  const at = place();
  const record = await baked(at);
  expect(reasonToRun(undefined, record.inputs, at.run)).toBe('not run yet');
  expect(reasonToRun({ ...record, status: 'running' }, record.inputs, at.run)).toBe('was killed last time');
  expect(reasonToRun({ ...record, status: 'failed' }, record.inputs, at.run)).toBe('failed last time');
  expect(reasonToRun({ ...record, status: 'interrupted' }, record.inputs, at.run)).toBe('interrupted last time');
});

test('a setting or an input file that changed is a reason to run', async () => {
  const at = place();
  const record = await baked(at);
  expect(await reason(at, record, { heat: 201, time: { minutes: 40 } })).toBe('its settings changed');
  expect(await reason(at, record, { heat: 200 })).toBe('its settings changed');
  writeFileSync(at.source, 'another dough');
  expect(await reason(at, record)).toBe('its input changed: dough');
});

test('an input that came or went is a reason to run', async () => {
  const at = place();
  const record = await baked(at);
  const { settings } = record.inputs;
  expect(reasonToRun(record, { files: {}, settings }, at.run)).toBe('its input changed: dough');
  const more = { ...record.inputs.files, salt: record.inputs.files['dough']! };
  expect(reasonToRun(record, { files: more, settings }, at.run)).toBe('its input changed: salt');
});

test('an output that was edited or deleted is a reason to run', async () => {
  const at = place();
  const record = await baked(at);
  writeFileSync(at.run.policy, 'toast');
  expect(await reason(at, record)).toBe('its output was changed: bread');
  rmSync(at.run.policy);
  expect(await reason(at, record)).toBe('its output is gone: bread');
});

test('a missing input tells which stages make it, or which run was meant', async () => {
  const at = place();
  const stage = stageWith(null, { bread: at.run.policy });
  await baked({ ...at, run: at.run });
  rmSync(at.run.policy);
  await expect(hashInputs(stage, {}, at.run)).rejects.toThrow(
    `policy.onnx: bake needs this file (bread), and there is none. To mend it: run the stages before it: npm run pipeline -- --run-id one`,
  );
  const mistyped = { ...at.run, id: 'oen', path: join(at.runsDir, 'oen') };
  const lost = stageWith(null, { bread: join(mistyped.path, 'policy.onnx') });
  await expect(hashInputs(lost, {}, mistyped)).rejects.toThrow('there is no such run to work on; expected one');
});

test('a folder where a file was expected is one clear error', async () => {
  const at = place();
  const stage = stageWith(null, { dough: at.runsDir });
  await expect(hashInputs(stage, {}, at.run)).rejects.toThrow('a file was expected here (dough); got "a folder"');
});

test.each([
  ['C:\\game\\runs\\walker\\checkpoints\\a.safetensors', 'checkpoints/a.safetensors'],
  ['C:\\game\\runs\\walker-2\\policy.onnx', 'C:\\game\\runs\\walker-2\\policy.onnx'],
  ['C:\\game\\runs\\walker\\..notes', '..notes'],
  ['D:\\game\\runs\\walker\\policy.onnx', 'D:\\game\\runs\\walker\\policy.onnx'],
])('on Windows run.json says %s as %s, and finds it again', (path, recorded) => {
  const run = { path: 'C:\\game\\runs\\walker' };
  expect(recordedPath(run, path, win32)).toBe(recorded);
  expect(pathOfRecorded(run, recorded, win32)).toBe(path);
});

test('a path that is shown is short below the working folder, also on Windows, and whole on another drive', () => {
  const here = win32.resolve('.');
  expect(fromHere(`${here}\\runs\\walker`, win32)).toBe('runs\\walker');
  expect(fromHere('D:\\runs\\walker', win32)).toBe('D:\\runs\\walker');
});

test("gaitsmith.yaml names its schema with slashes, relative to itself unless it lies on another of Windows' drives", () => {
  expect(schemaPath('node_modules\\gaitsmith\\gaitsmith.schema.json')).toBe(
    './node_modules/gaitsmith/gaitsmith.schema.json',
  );
  expect(schemaPath('D:\\gaitsmith\\gaitsmith.schema.json')).toBe('D:/gaitsmith/gaitsmith.schema.json');
});
