/**
 * Reads event files with nothing of what writes them, and forgives nothing: every checksum of every record is checked, and
 * so is that nothing is left over. Field numbers are those of TensorFlow's event.proto and summary.proto.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly fileVersion?: string;
  readonly sessionStatus?: number;
  /** By tag: a number, a text, or a histogram. */
  readonly values: Readonly<Record<string, number | string | ReadHistogram>>;
}

export interface ReadHistogram {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly limits: number[];
  readonly counts: number[];
}

/** All event files of a folder in the order in which TensorBoard reads them. */
export function eventFilesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.includes('tfevents'))
    .sort()
    .map((name) => join(folder, name));
}

export function readEvents(path: string): ReadEvent[] {
  return recordsOf(readFileSync(path)).map(eventOf);
}

/** What TensorBoard shows of some files in a row: a session that starts takes back all of its step and later ones. */
export function shownEvents(paths: readonly string[]): ReadEvent[] {
  let shown: ReadEvent[] = [];
  for (const event of paths.flatMap(readEvents)) {
    if (event.sessionStatus === 1) shown = shown.filter(({ step }) => step < event.step);
    else if (event.fileVersion === undefined) shown.push(event);
  }
  return shown;
}

export function recordsOf(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  let at = 0;
  const take = (length: number) => {
    if (at + length > file.length) throw new Error(`${length} bytes are missing at ${at}`);
    at += length;
    return file.subarray(at - length, at);
  };
  const checked = (bytes: Buffer) => {
    const written = take(4).readUInt32LE();
    if (written !== masked(crc(bytes))) throw new Error(`wrong checksum before ${at}`);
    return bytes;
  };
  while (at < file.length) records.push(checked(take(Number(checked(take(8)).readBigUInt64LE()))));
  return records;
}

/** Bit by bit, as the definition has it. */
export function crc(bytes: Uint8Array): number {
  let register = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const low = (register ^ (byte >>> bit)) & 1;
      register = low ? (register >>> 1) ^ 0x82f63b78 : register >>> 1;
    }
  }
  return ~register >>> 0;
}

function masked(value: number): number {
  const rotated = (BigInt(value) >> 15n) | ((BigInt(value) & 0x7fffn) << 17n);
  return Number((rotated + 0xa282ead8n) & 0xffffffffn);
}

/** Hands each field of a message to its reader; a field without one is an error. */
function fields(bytes: Uint8Array, readers: Record<number, (reader: protobuf.Reader) => void>): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const field = reader.uint32() >>> 3;
    if (!readers[field]) throw new Error(`unknown field ${field}`);
    readers[field](reader);
  }
}

function eventOf(bytes: Uint8Array): ReadEvent {
  const values: Record<string, number | string | ReadHistogram> = {};
  const event = { wallTime: 0, step: 0, values } as { -readonly [Key in keyof ReadEvent]: ReadEvent[Key] };
  fields(bytes, {
    1: (reader) => (event.wallTime = reader.double()),
    2: (reader) => (event.step = Number(reader.int64())),
    3: (reader) => (event.fileVersion = reader.string()),
    5: (reader) =>
      fields(reader.bytes(), {
        1: (inside) => {
          const [tag, value] = valueOfTag(inside.bytes());
          if (tag in values) throw new Error(`${tag} is told twice in one event`);
          values[tag] = value;
        },
      }),
    7: (reader) => fields(reader.bytes(), { 1: (inside) => (event.sessionStatus = inside.int32()) }),
  });
  return event;
}

function valueOfTag(bytes: Uint8Array): [string, number | string | ReadHistogram] {
  let tag = '';
  let plugin = '';
  let value: number | string | ReadHistogram | undefined;
  fields(bytes, {
    1: (reader) => (tag = reader.string()),
    2: (reader) => (value = reader.float()),
    5: (reader) => (value = histogram(reader.bytes())),
    8: (reader) =>
      fields(reader.bytes(), {
        1: (inside) => expectNumber(inside.int32(), 7),
        2: (inside) =>
          fields(inside.bytes(), {
            2: (dim) => fields(dim.bytes(), { 1: (size) => expectNumber(Number(size.int64()), 1) }),
          }),
        8: (inside) => (value = Buffer.from(inside.bytes()).toString('utf8')),
      }),
    9: (reader) =>
      fields(reader.bytes(), {
        1: (inside) => fields(inside.bytes(), { 1: (name) => (plugin = name.string()) }),
      }),
  });
  if (value === undefined) throw new Error(`${tag} has no value`);
  if (typeof value === 'string' && plugin !== 'text') throw new Error(`${tag} is a text without its plug-in`);
  return [tag, value];
}

function histogram(bytes: Uint8Array): ReadHistogram {
  const read = { min: 0, max: 0, num: 0, sum: 0, sumSquares: 0, limits: [] as number[], counts: [] as number[] };
  fields(bytes, {
    1: (reader) => (read.min = reader.double()),
    2: (reader) => (read.max = reader.double()),
    3: (reader) => (read.num = reader.double()),
    4: (reader) => (read.sum = reader.double()),
    5: (reader) => (read.sumSquares = reader.double()),
    6: (reader) => (read.limits = doubles(reader)),
    7: (reader) => (read.counts = doubles(reader)),
  });
  return read;
}

function doubles(reader: protobuf.Reader): number[] {
  const bytes = Buffer.from(reader.bytes());
  return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(index * 8));
}

function expectNumber(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${found} instead of ${wanted}`);
}
