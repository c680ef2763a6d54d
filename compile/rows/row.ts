/**
 * A row of the operator table: what the tracer must know about one tfjs kernel. Its name, its inputs, the shape rule and
 * the ONNX nodes it becomes stand side by side; all rows together are `table` in table.ts.
 */
import type { Recorder, Shape, Value } from '../recorder.ts';

// Every kernel has attributes of its own, and tfjs hands them over untyped.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Attributes = Record<string, any>;

/** What a row's emission is given beside the inputs. */
export interface Emission {
  readonly graph: Recorder;
  readonly attrs: Attributes;
  /** The result's shape, as the shape rule told it; of the first result where there are several. */
  readonly shape: Shape;
  /** All results' shapes. */
  readonly results: readonly Shape[];
  /** The shapes that tfjs gives to the inputs; a broadcasting row's values may be smaller. */
  readonly shapes: readonly Shape[];
}

export type ShapeRule = (shapes: readonly Shape[], attrs: Attributes, graph: Recorder) => Shape | readonly Shape[];
export type Emit = (emission: Emission, ...inputs: Value[]) => Value | Value[];

export interface Row {
  /** The kernel's name in tfjs: kernel_names.ts there. */
  readonly kernel: string;
  /** Names of the inputs in tfjs; 'list' for a kernel that takes a list; a name with '?' may be left out. */
  readonly inputs: readonly string[] | 'list';
  /** The results' shapes from the inputs' shapes and the attributes. */
  readonly shape: ShapeRule;
  readonly emit: Emit;
  /** Whether the emission takes values smaller than their tensor (recorder.ts); else they are expanded before. */
  readonly broadcasts: boolean;
  /**
   * How the kernel is computed while tracing where all its inputs are constants: on the small values, on the whole
   * tensors, or not at all because its emission costs nothing.
   */
  readonly folds: 'small' | 'whole' | 'never';
  /** Which types it refuses: booleans, where what tfjs gives for them is none (true + true is 2), or all but floats. */
  readonly takes?: 'numbers' | 'floats';
}

/** A row whose inputs come as full tensors. */
export function row(kernel: string, inputs: string | 'list', shape: ShapeRule, emit: Emit): Row {
  return { kernel, inputs: named(inputs), shape, emit, broadcasts: false, folds: 'whole' };
}

/** A row whose emission copes with values that are smaller than their tensor. */
export function broadcastingRow(kernel: string, inputs: string | 'list', shape: ShapeRule, emit: Emit): Row {
  return { ...row(kernel, inputs, shape, emit), broadcasts: true };
}

/** A row that works element by element: the small values are all it needs. */
export function elementwiseRow(kernel: string, inputs: string | 'list', shape: ShapeRule, emit: Emit): Row {
  return { ...row(kernel, inputs, shape, emit), broadcasts: true, folds: 'small' };
}

/** A row that adds no node: another look at the same value, or a fill. */
export function freeRow(kernel: string, inputs: string | 'list', shape: ShapeRule, emit: Emit): Row {
  return { ...row(kernel, inputs, shape, emit), broadcasts: true, folds: 'never' };
}

/** The row for numbers; booleans are refused. */
export function numbersOnly(each: Row): Row {
  return { ...each, takes: 'numbers' };
}

/** The row for floats; whole numbers and booleans are refused. */
export function floatsOnly(each: Row): Row {
  return { ...each, takes: 'floats' };
}

const named = (inputs: string): Row['inputs'] =>
  inputs === 'list' ? inputs : inputs.split(' ').filter((name) => name !== '');

/** Shape rule: that of the first input. */
export const sameAsFirst: ShapeRule = ([first]) => first!;
