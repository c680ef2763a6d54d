/**
 * The package's C# is the walker that is trained: it is compiled against classes of ours that stand for Unity's, and run.
 *
 * So this says what the scripts build, observe, do and reward. Nothing here says what Unity makes of it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENE } from '../../unity/make/make.ts';
import { because } from '../skipping.ts';
import { allOf } from './built.ts';
import { compile, compiler, openedBy, type Players, runtime, scripts } from './compiled.ts';
import { type Built, differencesOf } from './differences.ts';
import { mutations } from './mutations.ts';
import { recordTrace, type Trace } from './trace.ts';

const UNITY_6 = ['UNITY_6000_0_OR_NEWER'];

describe.skipIf(because(!compiler || !runtime, 'no mcs or no mono on the PATH: apt-get install mono-mcs mono-runtime'))(
  "the walker's scripts",
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-csharp-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const sound = scripts();
    const mutants = mutations.map((mutation, at) => ({ ...mutation, own: `Mutant${at}` }));
    const built = mutants.filter(({ showsWhenBuilt }) => showsWhenBuilt).map(({ own }) => own);
    const played = ['Walker', ...mutants.map(({ own }) => own).filter((own) => !built.includes(own))];
    let trace: Trace;
    let script: string[];
    let said: Record<string, string[]>;
    let older: Players;

    beforeAll(async () => {
      const copies = mutants.map(({ own, file, from, to }) => [
        own,
        { ...sound, [file]: sound[file]!.replace(from, to) },
      ]);
      const walkers = { Walker: sound, ...Object.fromEntries(copies) };
      const compiling = [
        compile(walkers, UNITY_6, join(folder, '6')),
        compile({ Walker: sound }, [], join(folder, '2021')),
      ];
      trace = await recordTrace();
      script = ['build 5', ...trace.script];
      const [newest, oldest] = await Promise.all(compiling);
      older = oldest!;
      said = Object.assign(
        {},
        ...(await Promise.all([newest!.play(script, played), newest!.play(['build 5'], built)])),
      );
    }, 240_000);

    it('compile for Unity 2021 too, where damping and velocity have other names, and are the same walker', async () => {
      const { Walker } = await older.play(script, ['Walker']);
      expect(Walker!.slice(1)).toEqual(said['Walker']!.slice(1));
    });

    it('build the scene that is trained in, see what it shows, do what is decided and earn what it gives', () => {
      expect([trace.falls, trace.targetsTouched]).toEqual([1, 1]);
      expect(differencesOf(trace, said['Walker']!)).toEqual([]);
    });

    it("nest the parts in the order of ML-Agents' own prefab", () => {
      const { built } = JSON.parse(said['Walker']![0]!) as Built;
      const children = (name: string) =>
        allOf(built)
          .find(({ thing }) => thing.name === name)!
          .thing.children.filter((child) => child.name !== 'Skin')
          .map((child) => child.name);
      expect(children('Hips')).toEqual(['Spine', 'ThighL', 'ThighR']);
      expect(children('Spine')).toEqual(['Chest']);
      expect(children('Chest')).toEqual(['Head', 'ArmL', 'ArmR']);
      expect(children('ThighL')).toEqual(['ShinL']);
    });

    it('warn of another decision period than the trained one', async () => {
      const { warnings } = JSON.parse((await older.play(['build 4'], ['Walker']))['Walker']![0]!) as Built;
      expect(warnings).toEqual([
        'The walker was trained with another value of Decision Requester > Decision Period: 5, here it is 4.',
      ]);
    });

    it('open the scene where the Editor starts with an empty one, and no second time', async () => {
      const starts = [
        { path: '', isDirty: false },
        { path: '', isDirty: true },
        { path: 'Assets/Mine.unity', isDirty: false },
      ];
      const nothing = '';
      expect(await openedBy(starts, join(folder, 'editor'))).toEqual([SCENE, nothing, nothing]);
    });

    it.each(mutants)('are another walker where $name', ({ own, file, from, noticed, showsWhenBuilt }) => {
      expect(sound[file]!.split(from), 'times that the text to change is there').toHaveLength(2);
      const found = differencesOf(showsWhenBuilt ? { ...trace, moments: [] } : trace, said[own]!);
      expect(
        found.filter((difference) => noticed.test(difference)).length,
        found.slice(0, 5).join('\n'),
      ).toBeGreaterThan(0);
    });
  },
);
