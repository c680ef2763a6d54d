/** The element types of tensors: their number in the file, their width and the typed array that holds them. */
import type { ElementType, TensorData } from './model.ts';
import { dataTypes } from './schema.ts';

type ArrayConstructor = {
  new (length: number): TensorData;
  new (buffer: ArrayBuffer): TensorData;
  readonly BYTES_PER_ELEMENT: number;
};

const arrays: Record<keyof typeof dataTypes, ArrayConstructor> = {
  float32: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  float16: Uint16Array,
  float64: Float64Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bfloat16: Uint16Array,
};

const names = new Map<number, keyof typeof dataTypes>(
  Object.entries(dataTypes).map(([name, number]) => [number, name as keyof typeof dataTypes]),
);

/** The name of a TensorProto.DataType; 'other' for strings, complex numbers and what came after them. */
export function elementTypeOf(dataType: number): ElementType {
  return names.get(dataType) ?? 'other';
}

/** The typed array of an element type, undefined for 'other'. */
export function arrayOf(type: ElementType): ArrayConstructor | undefined {
  return type === 'other' ? undefined : arrays[type];
}

/** The number of an element type in the file, undefined for 'other'. */
export function dataTypeOf(type: ElementType): number | undefined {
  return type === 'other' ? undefined : dataTypes[type];
}
