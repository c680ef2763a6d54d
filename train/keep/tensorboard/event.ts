/**
 * What TensorBoard reads, as protocol buffers: event.proto and summary.proto of tensorflow/core, as far as they are used
 * here.
 */
import protobuf from 'protobufjs';
import type { Histogram } from './histogram.ts';

const description = `
syntax = "proto3";
package tensorboard;

message Event {
  double wall_time = 1;
  int64 step = 2;
  oneof what {
    string file_version = 3;
    Summary summary = 5;
    SessionLog session_log = 7;
  }
}

message SessionLog {
  int32 status = 1;
}

message Summary {
  message Value {
    string tag = 1;
    SummaryMetadata metadata = 9;
    oneof value {
      float simple_value = 2;
      HistogramProto histo = 5;
      TensorProto tensor = 8;
    }
  }
  repeated Value value = 1;
}

message SummaryMetadata {
  message PluginData {
    string plugin_name = 1;
    bytes content = 2;
  }
  PluginData plugin_data = 1;
}

message HistogramProto {
  double min = 1;
  double max = 2;
  double num = 3;
  double sum = 4;
  double sum_squares = 5;
  repeated double bucket_limit = 6 [packed = true];
  repeated double bucket = 7 [packed = true];
}

message TensorProto {
  int32 dtype = 1;
  TensorShapeProto tensor_shape = 2;
  repeated bytes string_val = 8;
}

message TensorShapeProto {
  message Dim {
    int64 size = 1;
  }
  repeated Dim dim = 2;
}
`;

const eventType = protobuf
  .parse(description, new protobuf.Root(), { keepCase: true })
  .root.resolveAll() // else repeated numbers are not packed
  .lookupType('tensorboard.Event');

/** TensorFlow's word for a string tensor. */
const DT_STRING = 7;
/** SessionLog.SessionStatus. */
const START = 1;

/** One event; `step` is the step of all that it tells. */
export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  readonly what: FileVersion | SessionStart | TaggedValues;
}

/** The first event of every file. */
export interface FileVersion {
  readonly fileVersion: 'brain.Event:2';
}

/** Says that whatever was told of this step or later ones, in earlier files, counts no more. */
export interface SessionStart {
  readonly sessionStart: true;
}

/** TensorFlow calls it a summary. */
export interface TaggedValues {
  readonly values: readonly Value[];
}

export interface Value {
  readonly tag: string;
  readonly value: number | Histogram | string;
}

export function encodeEvent({ wallTime, step, what }: Event): Uint8Array {
  return eventType
    .encode({ wall_time: wallTime, ...(step === undefined ? {} : { step }), ...contentOf(what) })
    .finish();
}

function contentOf(what: Event['what']): object {
  if ('fileVersion' in what) return { file_version: what.fileVersion };
  if ('sessionStart' in what) return { session_log: { status: START } };
  return { summary: { value: what.values.map(summaryValue) } };
}

function summaryValue({ tag, value }: Value): object {
  if (typeof value === 'number') return { tag, simple_value: value };
  if (typeof value !== 'string') return { tag, histo: histogramMessage(value) };
  return {
    tag: `${tag}/text_summary`, // as PyTorch names it, and so ML-Agents
    metadata: { plugin_data: { plugin_name: 'text' } },
    tensor: { dtype: DT_STRING, tensor_shape: { dim: [{ size: 1 }] }, string_val: [Buffer.from(value, 'utf8')] },
  };
}

function histogramMessage({ min, max, count, sum, sumOfSquares, limits, counts }: Histogram): object {
  return { min, max, num: count, sum, sum_squares: sumOfSquares, bucket_limit: limits, bucket: counts };
}
