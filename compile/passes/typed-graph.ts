/** What graph passes work on. */
import type { Graph } from '../../onnx/model.ts';
import type { ValueType } from '../recorder.ts';

/** A graph with what tracing knows of its values: dtype and shape by name (stand-ins for dynamic sizes). */
export interface TypedGraph {
  readonly graph: Graph;
  readonly types: ReadonlyMap<string, ValueType>;
  readonly opset: number;
  /** Whether a size in `types` stands for one that is only known when the graph runs. */
  isDynamic(size: number): boolean;
}
