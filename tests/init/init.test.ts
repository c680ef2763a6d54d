/** `init`: finds the project and its agents, writes what is not there, and leaves what is. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { init } from '../../init/init.ts';
import { projectSettings } from '../../pipeline/project-file.ts';
import { copyExampleProject } from '../example-project.ts';

const home = process.cwd();
let work: string;
beforeEach(() => {
  work = join(realpathSync(mkdtempSync(join(tmpdir(), 'gaitsmith init ä '))), 'game');
  mkdirSync(work);
  process.chdir(work);
});
afterEach(() => process.chdir(home));

/** A copy of the example, beside the working folder or where it is told. */
function unityProject(at = '../My Game'): string {
  return copyExampleProject(at);
}
const read = (path: string) => readFileSync(path, 'utf8');

describe('init', () => {
  it('finds the project beside the folder, its ML-Agents, and its agents with their sizes', () => {
    unityProject();
    const { project, written } = init({ ci: false });
    expect(written).toEqual(['gaitsmith.yaml', '.gitignore', 'package.json']);
    expect(project).toMatchObject({ path: '../My Game', mlAgents: 'com.unity.ml-agents 4.0.0' });
    expect(project!.agents).toContainEqual({
      path: 'Assets/Gaitsmith/Walker/Walker.prefab',
      behavior: 'Walker',
      observations: 243,
      actions: 39,
      branches: [],
      sensors: [],
      model: null,
    });
  });

  it('writes a gaitsmith.yaml that commands take, with the schema for editors', () => {
    unityProject();
    init({ ci: false });
    expect(projectSettings()).toEqual({ 'unity-project': '../My Game' });
    const schema = /\$schema=(.*)/.exec(read('gaitsmith.yaml'))![1]!;
    expect(JSON.parse(read(schema))).toMatchObject({ title: 'gaitsmith.yaml' });
  });

  it('keeps the asset that the walker has for a model, so that references stay', () => {
    const project = unityProject();
    const prefab = join(project, 'Assets/Gaitsmith/Walker/Walker.prefab');
    const guid = /m_Model: \{fileID: \d+, guid: ([0-9a-f]{32})/.exec(read(prefab))![1]!;
    mkdirSync(join(project, 'Assets/Brains'));
    writeFileSync(join(project, 'Assets/Brains/Mine.onnx.meta'), `fileFormatVersion: 2\nguid: ${guid}\n`);
    init({ ci: false });
    expect(projectSettings().asset).toBe('Assets/Brains/Mine.onnx');
  });

  it('overwrites nothing, says what a file lacks, and adds only the scripts that are missing', () => {
    unityProject();
    writeFileSync('gaitsmith.yaml', 'run-id: mine\n');
    writeFileSync('.gitignore', 'Library/\n');
    writeFileSync('package.json', '{\n\t"name": "game",\n\t"scripts": { "walker": "echo" }\n}\n');
    const { written, kept } = init({ ci: false });
    expect(written).toEqual(['package.json']);
    expect(kept).toEqual([{ path: 'gaitsmith.yaml' }, { path: '.gitignore', lacks: 'runs/' }]);
    expect(read('gaitsmith.yaml')).toBe('run-id: mine\n');
    expect(JSON.parse(read('package.json'))).toMatchObject({
      name: 'game',
      scripts: { walker: 'echo', 'walker:deploy': 'gaitsmith deploy' },
    });
    expect(read('package.json')).toContain('\n\t"name"');
    expect(init({ ci: false }).written).toEqual([]);
  });

  it('without a project nearby leaves a line to fill in', () => {
    expect(init({ ci: false }).project).toBeNull();
    expect(read('gaitsmith.yaml')).toContain('# unity-project: ../MyGame');
    expect(projectSettings()).toEqual({});
  });

  it('between several projects asks which one is meant, and writes nothing', () => {
    unityProject();
    unityProject('Other');
    expect(() => init({ ci: false })).toThrow(/several Unity projects nearby.*Other.*My Game/);
    expect(existsSync('gaitsmith.yaml')).toBe(false);
    expect(init({ unityProject: 'Other', ci: false }).project!.path).toBe('Other');
  });

  it('writes a workflow on request, which installs, lints and judges', () => {
    init({ ci: true });
    const { jobs } = parse(read('.github/workflows/gaitsmith.yml')) as {
      jobs: { policies: { steps: { run?: string }[] } };
    };
    const commands = jobs.policies.steps.flatMap(({ run }) => run ?? []).join('\n');
    expect(commands).toMatch(/npm ci --ignore-scripts[\s\S]*gaitsmith lint[\s\S]*gaitsmith regress "\$\{baseline%/);
  });
});
