/** The graph passes in the order they run, each to be switched off by its name. */
import { mergeCommonSubexpressions } from './common-subexpressions.ts';
import { removeDeadCode } from './dead-code.ts';
import { fuseGemm } from './gemm.ts';
import { mergeNegations } from './negations.ts';
import { removeNeutralOperations } from './neutral-operations.ts';
import { mergeReshapes } from './reshapes.ts';
import { multiplyRowSums } from './row-sums.ts';
import type { TypedGraph } from './typed-graph.ts';

const passes = {
  /** A reshape after another, or of a constant. */
  reshapes: mergeReshapes,
  /** x * 1, x + 0, the transpose of a transpose. */
  neutralOperations: removeNeutralOperations,
  /** x + (-y), x - (-y). */
  negations: mergeNegations,
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
