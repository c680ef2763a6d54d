/** `doctor`: each check tells what it found, how bad that is, and what mends it. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checks, type Finding, type Surroundings, surroundingsHere } from '../../doctor/checks.ts';
import { unityFindings } from '../../doctor/unity.ts';
import { trainedPhysics } from '../../pipeline/stages/deploy-physics.ts';
import { copyExampleProject } from '../example-project.ts';

async function look(name: string, other: Partial<Surroundings> = {}): Promise<Finding> {
  const check = checks.find((each) => each.name === name)!;
  const found = await check.look({ ...surroundingsHere, env: {}, unity: undefined, ...other });
  return [found].flat()[0]!;
}

describe('doctor', () => {
  it.each([
    ['20.18.3', 'fail'],
    ['18.20.0', 'fail'],
    ['20.19.0', 'ok'],
    ['22.1.0', 'ok'],
    ['24.0.0', 'ok'],
  ])('judges Node %s: %s', async (node, level) => {
    expect(await look('Node', { node })).toMatchObject({ level });
  });

  it('finds this machine fit: processor, onnxruntime, disk, own files', async () => {
    for (const name of ['processor', 'onnxruntime', 'disk', 'own files', 'GPU', 'browser']) {
      expect(await look(name), name).toMatchObject({ level: expect.stringMatching(/ok|warn/) });
    }
    expect(await look('onnxruntime')).toEqual({ level: 'ok', found: 'onnxruntime-node' });
  });

  it('warns of little memory', async () => {
    expect(await look('memory', { memory: { total: 2 ** 31, free: 2 ** 28 } })).toMatchObject({
      level: 'warn',
      found: '0.3 of 2.0 GiB free',
    });
  });

  it('warns of a port that is taken, and says so of one that is free', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(await look('port', { port })).toMatchObject({ level: 'warn', mend: expect.stringContaining('--port') });
    await new Promise((resolve) => server.close(resolve));
    expect(await look('port', { port })).toMatchObject({ level: 'ok' });
  });

  it('warns of a proxy that this machine itself is not spared by', async () => {
    const env = { http_proxy: 'http://proxy:3128' };
    expect(await look('proxies', { env })).toMatchObject({ level: 'warn', mend: expect.stringContaining('no_proxy') });
    expect(await look('proxies', { env: { ...env, no_proxy: 'localhost,127.0.0.1' } })).toMatchObject({ level: 'ok' });
  });

  it('says of a folder that can not be written what to do', async () => {
    expect(await look('disk', { folder: '/nowhere/at/all' })).toMatchObject({ level: 'fail' });
  });
});

describe('of a Unity project it', () => {
  const trained = { physics: trainedPhysics(), observations: 243, actions: 39 };
  const copy = () => {
    const project = join(mkdtempSync(join(tmpdir(), 'gaitsmith-doctor-')), 'project');
    return copyExampleProject(project);
  };

  it('tells the versions and how many agents are the walker', () => {
    const [first, ...more] = unityFindings(copy(), trained);
    expect(first).toMatchObject({
      level: 'ok',
      found: expect.stringMatching(/ML-Agents 4\.0\.0, .*1 of them the Walker/),
    });
    expect(more).toEqual([]);
  });

  it('warns of physics that are not those of the training', () => {
    const project = copy();
    const path = join(project, 'ProjectSettings/TimeManager.asset');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('m_Count: 1881130', 'm_Count: 7056000'));
    expect(unityFindings(project, trained)).toContainEqual({
      level: 'warn',
      found: expect.stringMatching(/TimeManager\.asset: .*fixed timestep 0\.05 -> /),
      mend: 'deploy with --apply-physics',
    });
  });

  it('fails one that is none, with what mends it', () => {
    const [only] = unityFindings(tmpdir(), trained);
    expect(only).toMatchObject({ level: 'fail', found: expect.stringContaining('not a Unity project') });
  });
});
