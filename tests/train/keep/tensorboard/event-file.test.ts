import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crc32c } from '../../../../train/keep/tensorboard/crc32c.ts';
import { encodeEvent } from '../../../../train/keep/tensorboard/event.ts';
import { EventFile } from '../../../../train/keep/tensorboard/event-file.ts';
import { histogramOf } from '../../../../train/keep/tensorboard/histogram.ts';
import { record } from '../../../../train/keep/tensorboard/record.ts';
import { eventFilesIn, readEvents, recordsOf, shownEvents } from './read-events.ts';

describe('CRC-32C', () => {
  const bytes = (count: number, value: (index: number) => number) =>
    Uint8Array.from({ length: count }, (_, i) => value(i));
  it.each([
    // RFC 3720, appendix B.4; the last is the check value of the CRC catalogues.
    ['32 zeros', bytes(32, () => 0), 0x8a9136aa],
    ['32 ones', bytes(32, () => 255), 0x62a8ab43],
    ['0 to 31', bytes(32, (index) => index), 0x46dd794e],
    ['31 to 0', bytes(32, (index) => 31 - index), 0x113fdb5c],
    ['the digits', Buffer.from('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(), 0],
  ])('of %s is the published one', (_what, data, expected) => {
    expect(crc32c(data)).toBe(expected);
  });
});

describe('a histogram', () => {
  // Made by torch.utils.tensorboard.summary.histogram (PyTorch 2.13), whose buckets ML-Agents uses.
  it.each([
    { values: [0], ends: [0, 1e-12], counts: [0, 1] },
    { values: [1e-13, -1e-13], ends: [-1e-12, 1e-12], counts: [0, 1, 1] },
    { values: [5, 5, 5], ends: [4.636194617418625, 5.099814079160488], counts: [0, 3] },
  ])('of $values has the buckets that PyTorch makes', ({ values, ends, counts }) => {
    const { limits, ...histogram } = histogramOf(values);
    expect([limits[0], limits.at(-1)]).toEqual(ends);
    expect(histogram.counts).toEqual(counts);
  });

  it('spans what lies between, and knows its moments', () => {
    const values = [5.292, 1.2, 2.936, 6.723, 5.603, -2.932, 2.85, -0.454, -0.31, 1.232, 0.432, 4.363];
    const { limits, counts, ...rest } = histogramOf(values);
    expect(counts).toHaveLength(615);
    expect(limits).toHaveLength(615);
    expect([limits[0], limits.at(-1)]).toEqual([-3.1665833053880363, 6.7878525393626115]);
    expect(counts.flatMap((count, index) => (count ? [[index, count]] : []))).toEqual([
      ...[1, 21, 25, 586, 596, 597, 605, 606, 610].map((index) => [index, 1]),
      ...[
        [612, 2],
        [614, 1],
      ],
    ]);
    expect(rest).toMatchObject({ min: -2.932, max: 6.723, count: 12 });
    expect(rest.sum).toBeCloseTo(26.935, 10);
    expect(rest.sumOfSquares).toBeCloseTo(152.41925500000002, 10);
  });
});

/** Written by tensorboard 2.21's RecordWriter, from summaries that PyTorch 2.13 made. */
const golden = Buffer.from(
  `GAAAAAAAAACjf0siCQAAEED8VNlBGg1icmFpbi5FdmVudDoyM40v6RAAAAAAAAAAlfv+GAkAACBA/FTZQRCRCDoCCAH0qhsPUwAAAAAAAAANfU6R
CQAAQED8VNlBEJEIKkUKQwocSHlwZXJwYXJhbWV0ZXJzL3RleHRfc3VtbWFyeUIZCAcSBBICCAFCDwliYXRjaF9zaXplOgk2NEoICgYKBHRleHTL
lgYs6AAAAAAAAAD9xMK/CQAAgED8VNlBEICHpw4q1wEKJAodRW52aXJvbm1lbnQvQ3VtdWxhdGl2ZSBSZXdhcmQVAACwPwqXAQoiRW52aXJvbm1l
bnQvQ3VtdWxhdGl2ZSBSZXdhcmRfaGlzdCpxCQAAAAAAAARAEQAAAAAAAAhAGQAAAAAAAAhAIQAAAAAAACFAKQAAAAAAQDhAMiB3YDwOZggDQOo2
D3aj7wRAaLwQNZoHB0ANnMWgKVUJQDogAAAAAAAAAAAAAAAAAADwPwAAAAAAAAAAAAAAAAAAAEAKFQoOUG9saWN5L0VudHJvcHkVAAAAAMIUVN4=`,
  'base64',
);
const text = { tag: 'Hyperparameters', value: '\tbatch_size:\t64' };
const numbers = [
  { tag: 'Environment/Cumulative Reward', value: 1.375 },
  { tag: 'Environment/Cumulative Reward_hist', value: histogramOf([2.5, 3, 3]) },
  { tag: 'Policy/Entropy', value: 0 },
];

describe('an event file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'events-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("has the very bytes of TensorBoard's own writer", () => {
    const times = [1700000000.25, 1700000000.25, 1700000000.5, 1700000001, 1700000002];
    const file = new EventFile(folder, 1040, () => times.shift()!);
    file.add(1041, [text]);
    file.add(30_000_000, numbers);
    expect(readFileSync(file.path).equals(golden)).toBe(true);
  });

  it('is named so that TensorBoard finds it', () => {
    const { path } = new EventFile(folder, undefined, () => 1700000000.9);
    expect(path).toMatch(/events\.out\.tfevents\.1700000000\.[^/\\]+$/);
  });

  it('of a new run takes the place of what an earlier one left, and of nothing else', () => {
    const earlier = new EventFile(folder);
    writeFileSync(join(folder, 'metrics.jsonl'), 'x');
    const later = new EventFile(folder, undefined, () => 2e9);
    expect(eventFilesIn(folder)).toEqual([later.path]);
    expect(later.path).not.toBe(earlier.path);
    expect(readFileSync(join(folder, 'metrics.jsonl'), 'utf8')).toBe('x');
  });

  it('of a resumed run comes after those before, whatever the clock says, and takes back what is told again', () => {
    const first = new EventFile(folder, undefined, () => 2000000000);
    for (const step of [1000, 2000, 3000]) first.add(step, [{ tag: 'x', value: step }]);
    const second = new EventFile(folder, 2000, () => 1000000000);
    second.add(3000, [{ tag: 'x', value: -3000 }]);
    const third = new EventFile(folder, 2500, () => 1000000000);
    expect(eventFilesIn(folder)).toEqual([first.path, second.path, third.path]);
    expect(shownEvents([first.path, second.path]).map(({ values }) => values['x'])).toEqual([1000, 2000, -3000]);
    expect(shownEvents(eventFilesIn(folder)).map(({ values }) => values['x'])).toEqual([1000, 2000]);
    expect(readEvents(third.path).map(({ step }) => step)).toEqual([0, 2501]);
  });
});

describe('the reader of the tests', () => {
  const whole = Buffer.from(record(encodeEvent({ wallTime: 1, step: 5, what: { values: numbers } })));
  it('takes what is whole', () => {
    expect(recordsOf(Buffer.concat([whole, golden]))).toHaveLength(5);
  });

  it.each([0, 8, 11, 12, 50, whole.length - 4, whole.length - 1])('notices a changed byte %i', (at) => {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 4;
    expect(() => recordsOf(damaged)).toThrow();
  });

  it('notices a record that was cut off', () => {
    expect(() => recordsOf(whole.subarray(0, -1))).toThrow(/missing/);
  });
});
