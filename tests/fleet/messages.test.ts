/** What goes through a queue is refused where anything of it was changed, and an address is told without its password. */
import { describe, expect, it } from 'vitest';
import { UserError } from '../../base/failure/user-error.ts';
import { sha256 } from '../../base/files/hash.ts';
import { checkedRecord, namedFiles } from '../../fleet/checked.ts';
import type { RecordOf } from '../../fleet/jobs.ts';
import { sharesOf } from '../../fleet/players.ts';
import { queueAddress } from '../../fleet/queue/address.ts';
import { keysOf } from '../../fleet/queue/keys.ts';
import {
  actorMessage,
  jobId,
  jobMessage,
  metaMessage,
  resultMessage,
  stateMessage,
  toldMessage,
} from '../../fleet/queue/messages.ts';
import { parsedJson, Refused, sealed, sealedJson, unsealed, unsealedJson } from '../../fleet/queue/sealed.ts';

const hash = sha256('x');
const play: RecordOf<'play'> = {
  policy: { name: 'walker.onnx', sha256: hash },
  character: { name: 'rigs/crawler', sha256: hash, rig: hash },
  deterministic: false,
  world: 'unity',
  plan: { seed: 1, speeds: [1, 2], parameters: { friction: 0.5 } },
  from: 0,
  to: 8,
  gait: true,
  observed: false,
};
const train: RecordOf<'train'> = {
  configuration: 'behaviors: {}',
  file: 'walker.yaml',
  character: null,
  commit: null,
  seed: 1,
  start: { sha256: hash, how: 'resume', name: 'step.safetensors', best: null },
  until: 100,
};

describe('what is sealed', () => {
  const bytes = sealed('result of a', Buffer.from('{"some":"thing"}'));

  it('comes out as it went in', () => {
    expect(Buffer.from(unsealed('result of a', bytes)).toString()).toBe('{"some":"thing"}');
  });

  it('is refused with any bit turned, with any end cut off, and with anything added', () => {
    const damaged = [];
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const other = Buffer.from(bytes);
        other[at]! ^= 1 << bit;
        damaged.push(other);
      }
      damaged.push(bytes.subarray(0, at), Buffer.concat([bytes, bytes.subarray(0, at + 1)]));
    }
    for (const each of damaged) expect(() => unsealed('result of a', each)).toThrow(Refused);
  });

  it('is refused in the place of another one', () => {
    expect(() => unsealed('result of b', bytes)).toThrow(Refused);
    expect(() => unsealed('state of a', bytes)).toThrow(Refused);
  });
});

describe('a message', () => {
  const messages = {
    job: [jobMessage, { kind: 'play', record: play }],
    run: [metaMessage, { version: '1', lockMilliseconds: 1000 }],
    state: [stateMessage, { at: 1, files: { 'checkpoints/best.safetensors': hash } }],
    result: [resultMessage, { value: [], files: { 'metrics.jsonl': hash } }],
    told: [toldMessage, { job: hash, progress: { done: 1, total: 2, fields: { reward: null } } }],
    actor: [actorMessage, { name: 'a', version: '1', processes: 1, doing: ['waits'], done: 0, failed: 0 }],
  } as const;

  it.each(Object.entries(messages))('of a %s is refused with a key more, or one less', (_what, [schema, message]) => {
    const sealedMessage = (value: object) => sealedJson('it', value);
    expect(unsealedJson('it', sealedMessage(message), schema)).toEqual(message);
    expect(() => unsealedJson('it', sealedMessage({ ...message, code: 'x' }), schema)).toThrow(Refused);
    const [first] = Object.keys(message);
    expect(() => unsealedJson('it', sealedMessage({ ...message, [first!]: undefined }), schema)).toThrow(Refused);
    expect(() => parsedJson('it', '{', schema)).toThrow(Refused);
  });

  it.each(['../up', '/etc/passwd', 'a/../b', 'a/b/c', '.hidden', '', 'a\\b', 'C:'])('names no file %j', (name) => {
    expect(() => unsealedJson('it', sealedJson('it', { at: 1, files: { [name]: hash } }), stateMessage)).toThrow(
      Refused,
    );
  });
});

describe('a record', () => {
  it.each([
    ['play', play],
    ['train', train],
  ] as const)('of a job "%s" is refused with any field left out, more, or of another type', (kind, record) => {
    expect(checkedRecord(kind, record)).toEqual(record);
    for (const key of Object.keys(record)) {
      const { [key as keyof typeof record]: _, ...less } = record;
      expect(() => checkedRecord(kind, less), key).toThrow(UserError);
      expect(() => checkedRecord(kind, { ...record, [key]: { other: 1 } }), key).toThrow(UserError);
    }
    expect(() => checkedRecord(kind, { ...record, code: 'x' })).toThrow(UserError);
  });

  it('has another name with any change, and the same in whichever order it was written', () => {
    const name = jobId('1', 'train', train);
    const { seed, ...rest } = train;
    expect(jobId('1', 'train', { ...rest, seed })).toBe(name);
    const others = [
      jobId('2', 'train', train),
      jobId('1', 'play', train),
      ...Object.entries(train).map(([key, value]) => jobId('1', 'train', { ...train, [key]: [value] })),
    ];
    expect(new Set([name, ...others]).size).toBe(others.length + 1);
  });

  it('is not dispatched without a file that it names', () => {
    expect(() => namedFiles('play', play, [Buffer.from('y')])).toThrow('a file that the job names is not there');
    expect(namedFiles('play', play, [Buffer.from('x')])).toEqual({ [hash]: Buffer.from('x') });
  });
});

describe('an address', () => {
  it.each([
    ['redis://:secret@host:6379', 'redis://:***@host:6379'],
    ['rediss://user:secret@host/2', 'rediss://user:***@host/2'],
    ['redis://host', 'redis://host'],
  ])('%s is told as %s', (url, shown) => {
    expect(queueAddress(url)).toEqual({ url, shown });
  });

  it.each(['host:6379', 'http://host', 'redis://', 'redis:// secret@', 'secret@host'])('is refused as %s', (url) => {
    expect(() => queueAddress(url)).toThrow('this is no address of a queue');
    expect(() => queueAddress(url)).not.toThrow(/secret/);
  });
});

it('a run is called what a key can hold', () => {
  expect(keysOf('walker-seed1').meta).toBe('gaitsmith:{walker-seed1}:meta');
  for (const name of ['', 'a b', 'a}b', 'a*', 'x'.repeat(65)]) expect(() => keysOf(name)).toThrow(UserError);
});

it('shares are of whole lanes, meet, and are all', () => {
  expect(sharesOf(0, 20, 1)).toEqual([
    [0, 8],
    [8, 16],
    [16, 20],
  ]);
  expect(sharesOf(4, 5, 100)).toEqual([[4, 5]]);
  expect(sharesOf(0, 300, 2)).toHaveLength(6);
});
