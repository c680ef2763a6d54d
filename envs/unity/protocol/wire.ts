/**
 * Messages to bytes and back, as `unity.proto` describes them.
 *
 * The bytes are those that Google's own writers make: fields in the order of their numbers, and none that holds its
 * default. Observations are nearly all of the traffic: their floats are copied as they lie in memory.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import type { AgentActionProto, Sent, UnityMessageProto } from './messages.ts';

/**
 * protobufjs's reader, which throws where a text reaches past the end (its reader of Buffers cuts it off).
 *
 * All floats of a message go into one array: one of its own for each of many observations would keep the collector of
 * garbage busy.
 */
class MessageReader extends protobuf.Reader {
  #floats: Uint8Array | undefined;
  #taken = 0;

  /** So many bytes as the next number says, as floats. They lie anywhere in the message, and so have to be copied. */
  floats(): Float32Array {
    const length = this.uint32();
    if (length % 4 !== 0) throw new RangeError(`${length} bytes are no whole number of floats`);
    if (this.pos + length > this.len) throw new RangeError('floats reach past the end of the message');
    this.#floats ??= new Uint8Array(this.buf.length - this.pos);
    const { buffer } = this.#floats;
    const floats = new Float32Array(buffer, this.#taken, length / 4);
    this.#floats.set(this.buf.subarray(this.pos, this.pos + length), this.#taken);
    this.#taken += length;
    this.pos += length;
    return floats;
  }
}

const description = readFileSync(join(import.meta.dirname, 'unity.proto'), 'utf8');
const { root } = protobuf.parse(description, new protobuf.Root(), { keepCase: true });
root.resolveAll();

/** Types whose writers, below, leave out defaults by themselves. */
const WRITTEN_WHOLE = new Set<protobuf.Type>();

const unityMessage = messageType('UnityMessageProto');
copyFloats(messageType('ObservationProto.FloatData'));
writeActionsWhole(messageType('AgentActionProto'));
// Bytes that were not sent are no plain array, as protobufjs has it.
for (const name of ['UnityRLOutputProto', 'UnityRLInputProto']) {
  Object.assign(messageType(name).ctor.prototype, { side_channel: new Uint8Array(0) });
}

/** @throws Error where the bytes are no such message. */
export function decodeMessage(bytes: Uint8Array): UnityMessageProto {
  return unityMessage.decode(new MessageReader(bytes)) as unknown as UnityMessageProto;
}

export function encodeMessage(message: Sent<UnityMessageProto>): Uint8Array {
  return encodeAs(unityMessage, message);
}

/** A description inside a side channel: `TrainingEnvironmentInitialized` or `TrainingBehaviorInitialized`. */
export type AnalyticsName = 'TrainingEnvironmentInitialized' | 'TrainingBehaviorInitialized';

const any = messageType('AnyProto');
const TYPE_URL = 'type.googleapis.com/communicator_objects.';

/** The bytes of a google.protobuf.Any around the message. */
export function encodeAny(name: AnalyticsName, message: object): Uint8Array {
  return encodeAs(any, { type_url: `${TYPE_URL}${name}`, value: encodeAs(messageType(name), message) });
}

/** @throws Error where the bytes are no such message, or hold something else than what `AnalyticsName` lists. */
export function decodeAny(bytes: Uint8Array): { readonly name: AnalyticsName; readonly message: object } {
  const { type_url, value } = any.decode(bytes) as unknown as { type_url: string; value: Uint8Array };
  const name = (['TrainingEnvironmentInitialized', 'TrainingBehaviorInitialized'] as const).find(
    (known) => type_url === `${TYPE_URL}${known}`,
  );
  if (!name) throw new Error(`unknown message ${type_url}`);
  return { name, message: { ...messageType(name).decode(value) } };
}

function messageType(name: string): protobuf.Type {
  return root.lookupType(`communicator_objects.${name}`);
}

function encodeAs(type: protobuf.Type, message: object): Uint8Array {
  return type.encode(withoutDefaults(type, message as Fields)).finish();
}

type Fields = Readonly<Record<string, unknown>>;

/** The message with only those fields that proto3 writes. protobufjs would write all that are there. */
function withoutDefaults(type: protobuf.Type, message: Fields): Fields {
  const kept: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    // Defaults of a message that was decoded lie on its prototype.
    const value = Object.hasOwn(message, field.name) ? message[field.name] : null;
    if (value !== undefined && value !== null && !isDefault(field, value)) kept[field.name] = keptValue(field, value);
  }
  return kept;
}

/** In a oneof it is told which member is there, even where that holds its default. */
function isDefault(field: protobuf.Field, value: unknown): boolean {
  if (field.partOf || field.map) return false;
  const length = (value as ArrayLike<unknown>).length;
  return length === undefined ? value === 0 || value === false : length === 0;
}

function keptValue(field: protobuf.Field, value: unknown): unknown {
  const type = field.resolvedType;
  if (!(type instanceof protobuf.Type) || WRITTEN_WHOLE.has(type)) return value;
  if (field.repeated) return Array.from(value as Fields[], (item) => withoutDefaults(type, item));
  if (!field.map) return withoutDefaults(type, value as Fields);
  const entries = Object.entries(value as Readonly<Record<string, Fields | null>>);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutDefaults(type, item ?? {})]));
}

/** What protobufjs made for this type, `{ repeated float data = 1; }`, goes float by float, which takes five times as long. */
function copyFloats(type: protobuf.Type): void {
  WRITTEN_WHOLE.add(type.setup());
  type.encode = ((message: { readonly data: Float32Array }, writer: protobuf.Writer) => {
    return message.data.length === 0 ? writer : writer.uint32(PACKED).bytes(bytesOfFloats(message.data));
  }) as unknown as protobuf.Type['encode'];
  type.decode = ((reader: MessageReader, length = reader.len) => {
    const end = reader.pos + length;
    const pieces: Float32Array[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === PACKED) pieces.push(reader.floats());
      else if (tag === SINGLE) pieces.push(Float32Array.of(reader.float()));
      else reader.skipType(tag & 7);
    }
    if (reader.pos !== end) throw new RangeError('floats reach past the end of their message');
    return { data: pieces.length === 1 ? pieces[0]! : joined(pieces) };
  }) as unknown as protobuf.Type['decode'];
}

/** The same for actions, of which there are many a message; they are read as any message is. */
function writeActionsWhole(type: protobuf.Type): void {
  WRITTEN_WHOLE.add(type.setup());
  type.encode = ((message: Partial<AgentActionProto>, writer: protobuf.Writer) => {
    const { vector_actions_deprecated, value, continuous_actions, discrete_actions } = message;
    if (vector_actions_deprecated?.length) writer.uint32((1 << 3) | 2).bytes(bytesOfFloats(vector_actions_deprecated));
    if (value) writer.uint32((4 << 3) | 5).float(value);
    if (continuous_actions?.length) writer.uint32((6 << 3) | 2).bytes(bytesOfFloats(continuous_actions));
    if (discrete_actions?.length) {
      writer.uint32((7 << 3) | 2).fork();
      for (const action of Array.from(discrete_actions)) writer.int32(action);
      writer.ldelim();
    }
    return writer;
  }) as unknown as protobuf.Type['encode'];
}

/** Field 1 as one run of floats, and as a float by itself: readers of proto3 have to take both. */
const PACKED = (1 << 3) | 2;
const SINGLE = (1 << 3) | 5;

function bytesOfFloats(values: ArrayLike<number>): Uint8Array {
  const { buffer, byteOffset, byteLength } = values instanceof Float32Array ? values : Float32Array.from(values);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function joined(pieces: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
