/** gaitsmith.yaml: what commands are given where no flag was typed. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkOptions } from '../../cli/parse-options.ts';
import { projectSettings } from '../../pipeline/project-file.ts';
import { runFolder } from '../../pipeline/run-folder.ts';
import { runOptions } from '../../pipeline/run-options.ts';
import deployStage from '../../pipeline/stages/deploy.ts';

const home = process.cwd();
afterEach(() => process.chdir(home));

/** A working folder with this gaitsmith.yaml, or without one. */
function workIn(yaml?: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-project-'));
  if (yaml !== undefined) writeFileSync(join(folder, 'gaitsmith.yaml'), yaml);
  process.chdir(folder);
}
const deployOptions = (given = {}) => checkOptions(deployStage.options, given);

describe('gaitsmith.yaml', () => {
  it('stands in for flags, and flags stand above it', () => {
    workIn(
      'unity-project: ../MyGame\nbind: [Assets/A.prefab, Assets/B.prefab:Roller]\nrun-id: mine\napply-physics: true\n',
    );
    expect(deployOptions()).toMatchObject({
      unityProject: '../MyGame',
      bind: [{ path: 'Assets/A.prefab' }, { path: 'Assets/B.prefab', behavior: 'Roller' }],
      applyPhysics: true,
    });
    expect(deployOptions({ unityProject: '../Other' }).unityProject).toBe('../Other');
    expect(checkOptions(runOptions, {}).runId).toBe('mine');
  });

  it('need not be there', () => {
    workIn();
    expect(projectSettings()).toEqual({});
    expect(checkOptions(runOptions, {})).toMatchObject({ runId: 'walker', runsDir: 'runs' });
  });

  it('may be empty', () => {
    workIn('# nothing yet\n');
    expect(projectSettings()).toEqual({});
  });

  it('with a wrong key is told with the line and the nearest', () => {
    workIn('run-id: a\nunity-projct: b\n');
    expect(() => projectSettings()).toThrow(/gaitsmith\.yaml:2.*unity-projct.*unity-project/);
  });

  it('of the checkout has the demo deploy into the example', () => {
    expect(deployOptions().unityProject).toBe('examples/unity-project');
  });
});

describe('without a Unity project', () => {
  const run = runFolder('walker');

  it('the pipeline leaves deploy out and says how it is done', () => {
    workIn();
    expect(deployStage.leftOut!(deployOptions(), run)).toContain(
      'npm run deploy -- --run-id walker --unity-project PATH',
    );
    expect(deployStage.leftOut!(deployOptions({ unityProject: 'x' }), run)).toBeUndefined();
  });

  it('the command says which flag it needs', async () => {
    workIn();
    await expect(deployStage.check!(deployOptions())).rejects.toThrow(/--unity-project: no Unity project is named/);
  });
});

it('gaitsmith.schema.json is read by editors that check what the file says', () => {
  const schema = JSON.parse(readFileSync('gaitsmith.schema.json', 'utf8')) as Record<string, unknown>;
  expect(schema).toMatchObject({ additionalProperties: false, properties: { 'unity-project': { type: 'string' } } });
});
