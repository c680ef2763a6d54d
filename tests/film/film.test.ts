import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCharacter } from '../../envs/ragdoll/open.ts';
import { looksOf, walkerShown } from '../../envs/walker/looks.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { exportActor } from '../../export/export-actor.ts';
import { filmOf, sheetOf } from '../../film/film.ts';
import { GAP } from '../../film/picture.ts';
import type { Place } from '../../film/points.ts';
import { type FilmPolicy, openPolicy } from '../../film/policy.ts';
import { goalOf, headingOf, hipsOf, progressOver } from '../../film/poses.ts';
import { FRAMES_PER_SECOND, type Recording, record } from '../../film/record.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { Normaliser } from '../../train/policy/normaliser.ts';
import { initialParameters } from '../../train/policy/policy.ts';
import { because } from '../skipping.ts';
import { readAnimation, readPicture } from './read-png.ts';

describe('poses', () => {
  /** Hips and target somewhere on the floor; the bodies between do not matter. */
  const pose = (hips: Place, target: Place) =>
    Float32Array.from([0, 0, 0, 1, hips[0], 1, hips[1], ...[0, 0, 0, 1, target[0], 1, target[1]]]);

  it('tell where the target is, and which way the walker goes', () => {
    expect(hipsOf(pose([1, 2], [4, 6]))).toEqual([1, 2]);
    expect(goalOf(pose([1, 2], [4, 6])).map((part) => part.toFixed(5))).toEqual(['0.60000', '0.80000']);
    expect(headingOf([pose([0, 0], [5, 0]), pose([0, 3], [5, 0])])).toBeCloseTo(0, 6);
    // It stayed where it was: then it is shown as if it went to the target, along x.
    expect(headingOf([pose([0, 0], [5, 0]), pose([0, 0.1], [5, 0])])).toBeCloseTo(Math.PI / 2, 6);
  });

  it('count what brings the walker nearer, to whichever target there is at the time', () => {
    const there = [pose([0, 0], [5, 0]), pose([1, 0], [5, 0]), pose([1, 2], [5, 0])];
    expect(progressOver(there)).toBeCloseTo(1, 6);
    // The target is elsewhere from the second frame on.
    expect(progressOver([there[0]!, pose([1, 0], [-5, 0]), pose([0, 0], [-5, 0])])).toBeCloseTo(2, 6);
  });
});

describe('a film', () => {
  let folder: string;
  let policy: FilmPolicy;
  /** Of a policy that has learnt nothing: it falls. */
  let falling: Recording;
  const options = { speed: 1, seconds: 3, secondsOfEpisode: 3, tries: 3, seed: 1 };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'film-'));
    const path = join(folder, 'policy.onnx');
    const network = { observationSize: 243, actionSize: 39, hiddenUnits: 8, layers: 1 };
    const parameters = initialParameters(network, 1);
    writeFileSync(path, encodeModel(exportActor({ network, parameters, normaliser: new Normaliser(243) }, '0.0.0')));
    policy = await openPolicy(path);
    falling = await record(policy, options);
  });
  afterAll(async () => {
    await policy.close();
    rmSync(folder, { recursive: true });
  });

  it('of a policy that falls shows it until it lies, and stays there', () => {
    const { poses, fellAfter, lasted, tries } = falling;
    expect([lasted, tries]).toEqual([0, 3]);
    expect(poses).toHaveLength(3 * FRAMES_PER_SECOND);
    expect(fellAfter).toBeLessThan(3);
    const fallen = Math.round(fellAfter! * FRAMES_PER_SECOND) - 1;
    expect(poses[fallen]).not.toEqual(poses[0]);
    expect(poses.at(-1)).toEqual(poses[fallen]);
  });

  it('counts the episodes that lasted the seconds that were asked for, however long the film is', async () => {
    const { lasted, fellAfter } = await record(policy, { ...options, secondsOfEpisode: 0.2 });
    expect([lasted, fellAfter]).toEqual([3, falling.fellAfter]);
  });

  it('comes out the same again', async () => {
    expect(await record(policy, options)).toEqual(falling);
  });

  it('has a panel for each recording, and a frame for each decision', () => {
    const short = { ...falling, poses: falling.poses.slice(0, 3) };
    const { width, height, framesPerSecond, frames } = readAnimation(filmOf([short, short], 40));
    expect([width, height, framesPerSecond, frames.length]).toEqual([80 + GAP, 40, 15, 3]);
    expect(frames[2]).not.toEqual(frames[0]);
  });

  it('has a sheet of six moments of each recording, in a row', () => {
    const size = 30;
    const { width, height, pixels } = readPicture(sheetOf([falling, falling], size));
    expect([width, height]).toEqual([6 * size + 5 * GAP, 2 * size + GAP]);
    const row = 3 * width * size;
    expect(pixels.slice(pixels.length - row)).toEqual(pixels.slice(0, row));
    const moment = (which: number) =>
      Array.from({ length: size }, (_, y) =>
        pixels.slice(3 * (y * width + which * (size + GAP)), 3 * (y * width + which * (size + GAP) + size)),
      );
    expect(moment(1)).not.toEqual(moment(0));
    // It lies still by then.
    expect(moment(5)).toEqual(moment(4));
  });

  it('is refused of what is no policy', async () => {
    await expect(openPolicy(join(folder, 'none.onnx'))).rejects.toThrow(/none\.onnx: there is no such file/);
    await expect(openPolicy(folder)).rejects.toThrow(/this file cannot be read/);
    writeFileSync(join(folder, 'text.onnx'), 'version https://git-lfs.github.com/spec/v1\n');
    await expect(openPolicy(join(folder, 'text.onnx'))).rejects.toThrow(/text\.onnx: .*Git LFS/);
  });

  it("is refused of a policy for anything but ML-Agents' Walker", async () => {
    const network = { observationSize: 20, actionSize: 2, hiddenUnits: 8, layers: 1 };
    const parameters = initialParameters(network, 1);
    const path = join(folder, 'ball.onnx');
    writeFileSync(path, encodeModel(exportActor({ network, parameters, normaliser: new Normaliser(20) }, '0.0.0')));
    await expect(openPolicy(path)).rejects.toThrow(
      /ball\.onnx: this is no policy.*obs_0 \[batch, 20\].*expected obs_0 \[batch, 243\]/,
    );
  });
});

// Evidence that nobody here made: the policy that ships with Unity's example. Not part of the project, so not always there.
const unityPolicy = resolve(import.meta.dirname, '../../../shared/reference/Walker-unity-2023.onnx');

describe.skipIf(because(!existsSync(unityPolicy), `${unityPolicy} is not here, so there is no walk to film`))(
  'a policy that was trained in Unity',
  () => {
    it('is shown walking to its target at about the target speed', async () => {
      const policy = await openPolicy(unityPolicy);
      const walk = await record(policy, { speed: 1.5, seconds: 2, secondsOfEpisode: 5, tries: 2, seed: 0 });
      await policy.close();
      expect(walk.fellAfter).toBeNull();
      expect(walk.poses).toHaveLength(2 * FRAMES_PER_SECOND);
      expect(Math.abs(walk.walked - 1.5)).toBeLessThan(0.5);
      // Its head is above its hips all the way.
      const head = 7 * walkerRig.bodies.findIndex(({ name }) => name === 'head');
      for (const pose of walk.poses) expect(pose[head + 5]! - pose[5]!).toBeGreaterThan(0.5);
    });
  },
);

// Unity's own policy of another body.
const crawlerPolicy = resolve(import.meta.dirname, '../../../shared/reference/Crawler-unity.onnx');

describe.skipIf(because(!existsSync(crawlerPolicy), `${crawlerPolicy} is not here, so there is no Crawler to film`))(
  "Unity's Crawler",
  () => {
    it('is shown walking at the speed that is asked, on what its rig says that it has', async () => {
      const shown = openCharacter(resolve(import.meta.dirname, '../../rigs/crawler'));
      const policy = await openPolicy(crawlerPolicy, shown.task.behavior);
      const walk = await record(policy, { shown, speed: 3, seconds: 1, secondsOfEpisode: 4, tries: 2, seed: 0 });
      await policy.close();
      expect(walk.fellAfter).toBeNull();
      expect(walk.walked).toBeGreaterThan(1.5);
      const { width, height } = readPicture(sheetOf([walk], 40));
      expect([width, height]).toEqual([6 * 40 + 5 * GAP, 40]);
    });
  },
);

describe('looks', () => {
  const character = (name: string) => looksOf(openCharacter(resolve(import.meta.dirname, '../../rigs', name)));

  it('tell left from right by where bodies are: of the Walker as their names do', () => {
    for (const { name, part } of looksOf(walkerShown).bodies) {
      const named = name === 'head' ? 'head' : name.endsWith('L') ? 'left' : name.endsWith('R') ? 'right' : 'trunk';
      expect(part, name).toBe(named);
    }
  });

  it("have a rig's own shapes, and are as large as it is", () => {
    const [crawler, worm] = [character('crawler'), character('worm')];
    expect(looksOf(walkerShown).size).toBe(1);
    expect(crawler.size).toBeGreaterThan(1.5);
    expect(crawler.target).toBe(1);
    expect(crawler.bodies.map(({ shapes }) => shapes[0]!.kind)).toEqual(['sphere', ...Array(8).fill('capsule')]);
    expect(crawler.bodies.filter(({ part }) => part === 'left')).toHaveLength(4);
    // The Worm has eyes of its own, which are bodies.
    expect([crawler.eyes?.places.length, worm.eyes]).toEqual([2, undefined]);
  });
});
