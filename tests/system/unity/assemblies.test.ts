/**
 * The Unity package compiles as Unity would compile it, its Edit-mode tests pass, and its window tells and does what it should
 * on a project that `deploy` itself has deployed into.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../../base/files/hash.ts';
import { deploy } from '../../../deploy-unity/deploy.ts';
import { rollback } from '../../../deploy-unity/rollback.ts';
import { decodeModel } from '../../../onnx/decode.ts';
import { modelFile, unityProject } from '../../deploy-unity/projects.ts';
import { because } from '../../skipping.ts';
import { type CompiledPackage, compilePackage, type Editor } from '../../unity/assemblies.ts';
import { compiler, runtime } from '../../unity/compiled.ts';

const root = join(import.meta.dirname, '../../..');
const ASSET = 'Assets/My Walker/Walker.onnx';
const SHIPPED = 'models/walker/walker.onnx';
const shipped = decodeModel(readFileSync(join(root, SHIPPED))).metadata;

/** `UNITY_INCLUDE_TESTS` is what the Test Runner defines for packages that are testable. */
const unity2021 = ['UNITY_EDITOR', 'UNITY_2021_3_OR_NEWER', 'UNITY_INCLUDE_TESTS'];
const unity6 = [...unity2021, 'UNITY_2022_3_OR_NEWER', 'UNITY_2023_2_OR_NEWER', 'UNITY_6000_0_OR_NEWER'];
const editors = {
  'Unity 2021.3 with ML-Agents 2.0.1': { symbols: unity2021, mlAgents: '2.0.1' },
  'Unity 6 with ML-Agents 4.0.0': { symbols: unity6, mlAgents: '4.0.0' },
  'Unity 6 without ML-Agents': { symbols: unity6 },
} satisfies Record<string, Editor>;
type Name = keyof typeof editors;

describe.skipIf(because(!compiler || !runtime, 'no mcs or no mono on the PATH: apt-get install mono-mcs mono-runtime'))(
  'the Unity package',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'gaitsmith unity ä-'));
    const compiled = {} as Record<Name, CompiledPackage>;
    beforeAll(async () => {
      for (const [name, editor] of Object.entries(editors)) {
        compiled[name as Name] = await compilePackage(editor, join(folder, name));
      }
    }, 300_000);
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(Object.keys(editors) as Name[])('compiles for %s, and its Edit-mode tests pass', async (name) => {
      const hasWalker = ['2.0.1', '4.0.0'].some((version) => name.endsWith(version));
      const editorAlone = ['Gaitsmith.Editor', 'Gaitsmith.Editor.Tests'];
      expect(compiled[name].assemblies).toEqual(hasWalker ? ['Gaitsmith', ...editorAlone] : editorAlone);
      const outcomes = await compiled[name].host(['tests']);
      expect(outcomes.filter((line) => !line.startsWith('passed '))).toEqual([]);
      expect(outcomes.some((line) => line.includes('WalkerTests'))).toBe(hasWalker);
      expect(outcomes.length).toBeGreaterThan(20);
    });

    describe("'s window", () => {
      const unity = (...words: string[]) => compiled['Unity 6 with ML-Agents 4.0.0'].host(['window', ...words]);
      /** A home whose login shell has the PATH of this process, and a npx that writes down its words and ends with a code. */
      function homeWith(exitCode: number): Record<string, string> {
        const home = mkdtempSync(join(folder, 'home-'));
        const npx = `#!/bin/sh\nprintf '%s\\n' "$@" > '${home}/words'\necho deploying\nexit ${exitCode}\n`;
        writeFileSync(join(home, 'npx'), npx, { mode: 0o755 });
        writeFileSync(join(home, '.profile'), `PATH='${home}:${process.env.PATH}'\n`);
        return { HOME: home, SHELL: '/bin/sh' };
      }
      async function deployed(from: string, model = modelFile(), into = unityProject()): Promise<string> {
        await deploy({ model, unityProject: into, asset: ASSET, origin: { from, score: '1084.1 +- 98.8' } });
        return into;
      }

      it('says how to begin where nothing is deployed', async () => {
        const project = unityProject();
        const drawn = await unity(project, 'draw');
        expect(drawn.join('\n')).toContain(`npx gaitsmith deploy --unity-project "${project}"`);
        expect(drawn).not.toContain('[Deploy again]');
      });

      it('tells which run is deployed, its score, and what the file says of itself', async () => {
        const project = await deployed('runs/walker', join(root, SHIPPED));
        const drawn = await unity(project, 'draw');
        for (const line of ['state: as deployed', 'deployed from: runs/walker', 'score: 1084.1 +- 98.8'])
          expect(drawn).toContain(line);
        expect(shipped['gaitsmith.commit']).toMatch(/^[0-9a-f]{40}$/);
        for (const name of ['run', 'commit']) expect(drawn).toContain(`${name}: ${shipped[`gaitsmith.${name}`]}`);
      });

      it('tells of a file that was changed since, and of a deploy that was taken back', async () => {
        const changed = await deployed('runs/walker');
        copyFileSync(join(root, SHIPPED), join(changed, ASSET));
        expect(await unity(changed, 'draw')).toContain('state: another file has taken its place since');
        const back = await deployed('runs/walker');
        await rollback(back);
        expect(await unity(back, 'draw')).toContain('state: its deploy was taken back');
      });

      it("tells the project's physics next to those of the training, and writes these when asked", async () => {
        const before = await unity(unityProject(), 'draw');
        expect(before).toContain('Project Settings > Time > Fixed Timestep: 0.02, trained with 0.01333');
        expect(before).toContain('Project Settings > Physics > Gravity, y: -9.81, trained with -14.715');
        expect(before).toContain('Project Settings > Physics > Bounce Threshold: 2, as trained');
        const saving = await unity(unityProject(), 'press=Make them as trained');
        expect(saving).toContain('asked Physics of the training');
        expect(saving.slice(saving.indexOf('to be saved: ProjectSettings/DynamicsManager.asset'))).toContain('saved');
        const after = await unity(unityProject(), 'press=Make them as trained', 'draw');
        expect(after.filter((line) => line.includes('trained with'))).toEqual([]);
        expect(after).not.toContain('[Make them as trained]');
      });

      it('deploys again by npx in the folder that it was told, and imports what came of it', async () => {
        const project = await deployed('../all runs/walker');
        const home = homeWith(0);
        const steps = [`folder=${home['HOME']}`, 'press=Deploy again', 'wait', 'draw'];
        const drawn = await compiled['Unity 6 with ML-Agents 4.0.0'].host(['window', project, ...steps], home);
        expect(drawn.join('\n')).toMatch(/^deploying\ndone$/m);
        expect(readFileSync(join(home['HOME']!, 'words'), 'utf8').trimEnd().split('\n')).toEqual(
          ['--no', 'gaitsmith', 'deploy', '--run-id', 'walker', '--runs-dir', '../all runs'].concat([
            '--unity-project',
            project,
            '--asset',
            ASSET,
          ]),
        );
      });

      it('tells how a deploy failed', async () => {
        const home = homeWith(2);
        const steps = [`folder=${home['HOME']}`, 'press=Deploy again', 'wait', 'draw'];
        const words = ['window', await deployed('runs/walker'), ...steps];
        const drawn = await compiled['Unity 2021.3 with ML-Agents 2.0.1'].host(words, home);
        expect(drawn.join('\n')).toMatch(/^deploying\nfailed: exit code 2$/m);
      });

      it("deploys again for real, by npm, where the folder is Gaitsmith's own source", async () => {
        const project = await deployed(SHIPPED);
        expect(sha256OfFile(join(project, ASSET))).not.toBe(sha256OfFile(join(root, SHIPPED)));
        const steps = [`folder=${root}`, 'press=Deploy again', 'wait', 'draw'];
        const drawn = await compiled['Unity 6 with ML-Agents 4.0.0'].host(['window', project, ...steps], homeWith(0));
        expect(drawn.join('\n')).toMatch(/^done$/m);
        expect(sha256OfFile(join(project, ASSET))).toBe(sha256OfFile(join(root, SHIPPED)));
        expect(drawn).toContain('state: as deployed');
        expect(drawn).toContain(`run: ${shipped['gaitsmith.run']}`);
      });

      it('opens the report of the run, and says where there is none', async () => {
        const project = await deployed('runs/walker');
        const work = mkdtempSync(join(folder, 'work-'));
        const report = join(work, 'runs/walker/report.html');
        const steps = [project, `folder=${work}`, 'press=Open report'];
        expect(await unity(...steps, 'draw')).toContain(`Error: There is no report yet: ${report}`);
        mkdirSync(join(work, 'runs/walker'), { recursive: true });
        writeFileSync(report, '<html>');
        const opened = (await unity(...steps)).find((line) => line.startsWith('opened '));
        expect(decodeURI(opened!)).toBe(`opened ${decodeURI(pathToFileURL(report).href)}`);
      });

      it('says what is missing where there is no ML-Agents, and adds the one for this Unity', async () => {
        const drawn = await compiled['Unity 6 without ML-Agents'].host([
          'window',
          unityProject(),
          'press=Add ML-Agents',
        ]);
        expect(drawn).toContain('added com.unity.ml-agents@4.0.0');
      });
    });
  },
);
