/** The graph passes in the order they run, each to be switched off by its name. */
import type { Graph } from '../../onnx/model.ts';
import type { ValueType } from '../recorder.ts';
import { mergeCommonSubexpressions } from './common-subexpressions.ts';
import { removeDeadCode } from './dead-code.ts';
import { fuseGemm } from './gemm.ts';
import { removeNeutralOperations } from './neutral-operations.ts';
import { mergeReshapes } from './reshapes.ts';
import { multiplyRowSums } from './row-sums.ts';

/** A graph with what tracing knows of its values: dtype and shape by name (stand-ins for dynamic sizes). */
export interface TypedGraph {
  readonly graph: Graph;
  readonly types: ReadonlyMap<string, ValueType>;
  readonly opset: number;
  /** Whether a size in `types` stands for one that is only known when the graph runs. */
  isDynamic(size: number): boolean;
}

const passes = {
  /** A reshape after another, or of a constant. */
  reshapes: mergeReshapes,
  /** x * 1, x + 0, the transpose of a transpose. */
  neutralOperations: removeNeutralOperations,
  /** Two nodes that compute the same become one. */
  commonSubexpressions: mergeCommonSubexpressions,
  /** Matrix product, transposes and bias become one Gemm. */
  gemm: fuseGemm,
  /** The sum of many rows becomes a product with ones. */
  rowSums: multiplyRowSums,
  /** What no output needs goes. */
  deadCode: removeDeadCode,
} as const;

export type PassName = keyof typeof passes;

/** Runs every pass that is not switched off; the graph is changed in place. */
export function runPasses(typed: TypedGraph, wanted: Readonly<Partial<Record<PassName, boolean>>>): void {
  for (const [name, pass] of Object.entries(passes)) {
    if (wanted[name as PassName] !== false) pass(typed);
  }
}
