/**
 * Side channels: what rides along with an exchange besides observations and actions.
 *
 * The bytes are any number of messages, each 16 bytes for the channel's id (as .NET writes a Guid), an int32 for the
 * length, and so many bytes; all little endian. What they hold is told by one table: a row for each kind of message.
 */
import { type AnalyticsName, decodeAny, encodeAny } from './wire.ts';

export type SideChannelMessage =
  | { readonly kind: 'screenResolution'; readonly width: number; readonly height: number }
  | { readonly kind: 'qualityLevel'; readonly level: number }
  | { readonly kind: 'timeScale'; readonly scale: number }
  /** Frames a second; -1 for as many as there can be. */
  | { readonly kind: 'targetFrameRate'; readonly rate: number }
  | { readonly kind: 'captureFrameRate'; readonly rate: number }
  | { readonly kind: 'parameter'; readonly name: string; readonly value: number }
  | ({ readonly kind: 'uniformParameter'; readonly minimum: number; readonly maximum: number } & SampledParameter)
  | ({ readonly kind: 'gaussianParameter'; readonly mean: number; readonly deviation: number } & SampledParameter)
  /** Intervals one after the other, [minimum, maximum] each. */
  | ({ readonly kind: 'multiRangeParameter'; readonly intervals: readonly number[] } & SampledParameter)
  | { readonly kind: 'statistic'; readonly name: string; readonly value: number; readonly aggregation: number }
  | { readonly kind: 'floatProperty'; readonly name: string; readonly value: number }
  | { readonly kind: 'analytics'; readonly name: AnalyticsName; readonly message: object }
  /** Of a channel that only its users know. */
  | { readonly kind: 'raw'; readonly channel: string; readonly payload: Uint8Array };

/** Unity draws from it each time it asks for the parameter. */
interface SampledParameter {
  readonly name: string;
  readonly seed: number;
}

/** How the values of a statistic become one. */
export const AGGREGATION = { average: 0, mostRecent: 1, sum: 2, histogram: 3 } as const;

const ENGINE = 'e951342c-4f7e-11ea-b238-784f4387d1f7';
const PARAMETERS = '534c891e-810f-11ea-a9d0-822485860400';
const STATISTICS = 'a1d8f7b7-cec8-50f9-b78b-d3e165a78520';
const ANALYTICS = 'b664a4a9-d86f-5a5f-95cb-e8353a7e8356';
const FLOAT_PROPERTIES = '60ccf7d0-4f7e-11ea-b238-784f4387d1f7';

type Primitive = 'int' | 'float' | 'text' | 'floats';
/** A number stands for itself: that int32 always lies there, and tells the kind. */
type Layout = readonly (number | readonly [field: string, primitive: Primitive])[];

const name = ['name', 'text'] as const;

const LAYOUTS: Readonly<
  Record<
    Exclude<SideChannelMessage['kind'], 'analytics' | 'raw'>,
    { readonly channel: string; readonly layout: Layout }
  >
> = {
  screenResolution: { channel: ENGINE, layout: [0, ['width', 'int'], ['height', 'int']] },
  qualityLevel: { channel: ENGINE, layout: [1, ['level', 'int']] },
  timeScale: { channel: ENGINE, layout: [2, ['scale', 'float']] },
  targetFrameRate: { channel: ENGINE, layout: [3, ['rate', 'int']] },
  captureFrameRate: { channel: ENGINE, layout: [4, ['rate', 'int']] },
  parameter: { channel: PARAMETERS, layout: [name, 0, ['value', 'float']] },
  uniformParameter: {
    channel: PARAMETERS,
    layout: [name, 1, ['seed', 'int'], 0, ['minimum', 'float'], ['maximum', 'float']],
  },
  gaussianParameter: {
    channel: PARAMETERS,
    layout: [name, 1, ['seed', 'int'], 1, ['mean', 'float'], ['deviation', 'float']],
  },
  multiRangeParameter: { channel: PARAMETERS, layout: [name, 1, ['seed', 'int'], 2, ['intervals', 'floats']] },
  statistic: { channel: STATISTICS, layout: [name, ['value', 'float'], ['aggregation', 'int']] },
  floatProperty: { channel: FLOAT_PROPERTIES, layout: [name, ['value', 'float']] },
};

/** The messages in their order, as the bytes of `side_channel`. */
export function encodeSideChannels(messages: readonly SideChannelMessage[]): Uint8Array {
  return Buffer.concat(
    messages.flatMap((message) => {
      const { channel, payload } = encoded(message);
      return [guidBytes(channel), int32(payload.length), payload];
    }),
  );
}

/**
 * The messages in the bytes of `side_channel`. What a known channel says in a way that the table doesn't list comes as
 * raw. Where a message is shorter than its layout, the rest counts as zeros: fields may be added to the end.
 *
 * @throws Error where a message reaches past the end of the bytes.
 */
export function decodeSideChannels(bytes: Uint8Array): SideChannelMessage[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: SideChannelMessage[] = [];
  let at = 0;
  while (at < buffer.length) {
    const begin = at + GUID_BYTES + 4;
    const length = begin <= buffer.length ? buffer.readInt32LE(begin - 4) : -1;
    if (length < 0 || begin + length > buffer.length) {
      throw new RangeError(`side channel: a message at byte ${at} reaches past the end (${buffer.length} bytes)`);
    }
    messages.push(decoded(guidText(buffer.subarray(at, begin - 4)), buffer.subarray(begin, begin + length)));
    at = begin + length;
  }
  return messages;
}

function encoded(message: SideChannelMessage): { readonly channel: string; readonly payload: Uint8Array } {
  if (message.kind === 'raw') return message;
  if (message.kind === 'analytics') {
    return { channel: ANALYTICS, payload: encodeAny(message.name, message.message) };
  }
  const { channel, layout } = LAYOUTS[message.kind];
  const fields = message as unknown as Readonly<Record<string, unknown>>;
  const parts = layout.map((part) =>
    typeof part === 'number' ? int32(part) : PRIMITIVES[part[1]].write(fields[part[0]]),
  );
  return { channel, payload: Buffer.concat(parts) };
}

function decoded(channel: string, payload: Buffer): SideChannelMessage {
  if (channel === ANALYTICS) return { kind: 'analytics', ...decodeAny(payload) };
  for (const [kind, row] of Object.entries(LAYOUTS)) {
    const fields = row.channel === channel ? fieldsOf(row.layout, payload) : undefined;
    if (fields) return { kind, ...fields } as unknown as SideChannelMessage;
  }
  return { kind: 'raw', channel, payload };
}

/** Undefined where the payload is of another kind. */
function fieldsOf(layout: Layout, payload: Buffer): Readonly<Record<string, unknown>> | undefined {
  const reader: Reader = { payload, at: 0 };
  const fields: Record<string, unknown> = {};
  for (const part of layout) {
    if (typeof part !== 'number') fields[part[0]] = PRIMITIVES[part[1]].read(reader);
    else if (PRIMITIVES.int.read(reader) !== part) return undefined;
  }
  return fields;
}

interface Reader {
  readonly payload: Buffer;
  at: number;
}

/** The next bytes, or zeros where there are no so many left. */
function take(reader: Reader, length: number): Buffer {
  const bytes = reader.payload.subarray(reader.at, reader.at + length);
  reader.at += bytes.length;
  return bytes.length === length ? bytes : Buffer.alloc(length);
}

/** A count of things of so many bytes, of which there can be no more than there are bytes for. */
function takeCount(reader: Reader, bytesOfOne: number): number {
  const count = take(reader, 4).readInt32LE();
  return Math.max(0, Math.min(count, Math.floor((reader.payload.length - reader.at) / bytesOfOne)));
}

const PRIMITIVES: Readonly<
  Record<Primitive, { write(value: unknown): Buffer; read(reader: Reader): number | string | number[] }>
> = {
  int: { write: (value) => int32(value as number), read: (reader) => take(reader, 4).readInt32LE() },
  float: { write: (value) => float32(value as number), read: (reader) => take(reader, 4).readFloatLE() },
  text: {
    write(value) {
      const bytes = Buffer.from(value as string, 'utf8');
      return Buffer.concat([int32(bytes.length), bytes]);
    },
    read: (reader) => take(reader, takeCount(reader, 1)).toString('utf8'),
  },
  floats: {
    write(value) {
      const numbers = value as readonly number[];
      return Buffer.concat([int32(numbers.length), ...numbers.map(float32)]);
    },
    read: (reader) => Array.from({ length: takeCount(reader, 4) }, () => take(reader, 4).readFloatLE()),
  },
};

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

const GUID_BYTES = 16;
/** .NET keeps the first three groups of a Guid as numbers, little endian, and the rest as bytes. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

function guidBytes(text: string): Buffer {
  const written = Buffer.from(text.replaceAll('-', ''), 'hex');
  return Buffer.from(GUID_ORDER.map((place) => written[place]!));
}

function guidText(bytes: Buffer): string {
  const written = Buffer.from(GUID_ORDER.map((place) => bytes[place]!)).toString('hex');
  return written.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
