import { join } from 'node:path';
/** What the page reads and reckons, without a browser. */
import { describe, expect, it } from 'vitest';
import { openCharacter } from '../../envs/ragdoll/open.ts';
import { stockTask } from '../../envs/walker/walker.ts';
import { Gif } from '../../viewer/page/gif.ts';
import { readAddress, writeAddress } from '../../viewer/reading/address.ts';
import { HeldSpeed } from '../../viewer/reading/held-speed.ts';
import { normalised, plottedPlaces } from '../../viewer/reading/names.ts';
import { Series } from '../../viewer/reading/series.ts';
import { Clock } from '../../viewer/simulation/clock.ts';
import { readReplay } from '../../viewer/simulation/replay.ts';
import { usualSettings } from '../../viewer/simulation/settings.ts';

describe('the address', () => {
  it('says what walks, and what is not as usual leads back to it', () => {
    const asked = readAddress('?policy=walker&compare=run:mine&walkers=4&seed=9&targetSpeed=2.5&theme=dark');
    expect(asked).toMatchObject({
      policy: 'walker',
      compare: 'run:mine',
      walkers: 4,
      seed: 9,
      theme: 'dark',
      refused: [],
    });
    expect(asked.settings).toEqual({ ...usualSettings, targetSpeed: 2.5 });
    expect(readAddress(writeAddress(asked))).toEqual(asked);
    expect(writeAddress(readAddress(''))).toBe('');
  });

  it('is told where it asks for what there is not, and the usual is taken', () => {
    const { refused, walkers, settings } = readAddress('?walkers=5&targetSpeed=99&seed=x');
    expect([walkers, settings.targetSpeed]).toEqual([1, usualSettings.targetSpeed]);
    expect(refused).toHaveLength(3);
    expect(refused[0]).toMatch(/targetSpeed=99 .* 0\.1 to 10 m\/s/);
  });
});

describe('the held speed', () => {
  it('is the mean of the last seconds, and nothing before half of them', () => {
    const held = new HeldSpeed(4);
    for (let time = 0; time < 1.9; time += 0.1) held.add(time, 5);
    expect(held.mean).toBeUndefined();
    for (let time = 1.9; time < 12; time += 0.1) held.add(time, 1);
    expect(held.mean).toBeCloseTo(1);
  });

  it('begins anew with a new episode', () => {
    const held = new HeldSpeed(4);
    for (let time = 0; time < 5; time += 0.1) held.add(time, 3);
    held.add(0, 1);
    expect(held.mean).toBeUndefined();
  });
});

describe('curves', () => {
  it('keep the last moments, and begin anew where time does', () => {
    const series = new Series(2, 3);
    for (const time of [1, 2, 3, 4]) series.add(time, [10 * time, 0]);
    expect(series.columns).toEqual([
      [2, 3, 4],
      [20, 30, 40],
      [0, 0, 0],
    ]);
    series.add(1, [5, 6]);
    expect(series.columns).toEqual([[1], [5], [6]]);
  });
});

describe('numbers by name', () => {
  it('are found: the contacts of the feet, and a strength for each of the 13 motors', () => {
    const { contacts, strengths } = plottedPlaces(stockTask);
    expect(contacts.map(({ foot }) => foot)).toEqual(['footL', 'footR']);
    for (const { foot, at } of contacts)
      expect(stockTask.behavior.observationNames![at]).toBe(`${foot} ground contact`);
    expect(strengths.map(({ joint }) => joint)).toContain('forearmR');
    expect(strengths).toHaveLength(13);
  });

  it('are found in the layout of another character', () => {
    const { task } = openCharacter(join(import.meta.dirname, '../../rigs/crawler'));
    const { contacts, strengths } = plottedPlaces(task);
    expect(contacts.map(({ foot }) => foot)).toEqual(['foreleg0', 'foreleg1', 'foreleg2', 'foreleg3']);
    expect(strengths).toHaveLength(8);
  });

  it('are normalised as the policy does', () => {
    expect([...normalised([3, 10], { mean: [1, 0], deviation: [0.5, 1] })]).toEqual([4, 10]);
    expect([...normalised([3], undefined)]).toEqual([3]);
  });
});

describe('the clock', () => {
  it('asks for as many steps as time has passed, at its pace', () => {
    const clock = new Clock(0.01);
    clock.setPace(0.5, 0);
    let steps = 0;
    for (let now = 4; now <= 1000; now += 4) steps += clock.due(now);
    expect(steps).toBeGreaterThanOrEqual(49);
    expect(steps).toBeLessThanOrEqual(50);
  });

  it('lets time go that nobody had', () => {
    const clock = new Clock(0.01);
    clock.setPace(1, 0);
    expect(clock.due(60_000)).toBeLessThan(20);
  });
});

describe('a replay', () => {
  it.each([
    ['that is no JSON', 'x', /this is no replay/],
    ['of something else', '{"format":"other"}', /this is no replay; got "other"/],
    [
      'that is cut off',
      JSON.stringify({ format: 'gaitsmith replay 1', seed: 1, steps: 2, walkers: 1 }),
      /names no policy/,
    ],
    [
      'with an unknown input',
      JSON.stringify({
        ...{ format: 'gaitsmith replay 1', seed: 1, steps: 2, walkers: 1, policies: [{ name: 'a', hash: 'b' }] },
        ...{ settings: usualSettings, hash: '00', inputs: [[0, { kind: 'explode' }]] },
      }),
      /no input/,
    ],
  ])('%s is refused with its name', (_, text, expected) => {
    expect(() => readReplay(text, 'a.replay.json')).toThrow(expected);
  });
});

describe('a GIF', () => {
  /** Of one colour. */
  const picture = (red: number) => new Uint8ClampedArray(Array.from({ length: 6 * 4 }, () => [red, 0, 0, 255]).flat());

  it('holds each picture for as long as it was shown, a fiftieth of a second at least, and goes round for ever', () => {
    const gif = new Gif(6, 4);
    for (const [red, time] of [
      [0, 1000],
      [120, 1070],
      [240, 1075],
    ] as const)
      gif.add(picture(red), time);
    const bytes = Buffer.from(gif.finish(1200));
    expect(bytes.toString('latin1', 0, 6)).toBe('GIF89a');
    expect([bytes.readUInt16LE(6), bytes.readUInt16LE(8)]).toEqual([6, 4]);
    expect(bytes.includes('NETSCAPE2.0')).toBe(true);
    // Graphic control extensions: hundredths of a second, two bytes behind the flags.
    const extension = Buffer.from([0x21, 0xf9, 0x04]);
    const delays: number[] = [];
    for (let at = bytes.indexOf(extension); at >= 0; at = bytes.indexOf(extension, at + 1))
      delays.push(bytes.readUInt16LE(at + 4));
    expect(delays).toEqual([7, 2, 13]);
  });
});
