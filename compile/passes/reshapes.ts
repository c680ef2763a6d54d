/**
 * Reshapes that need not be: one after another becomes the last alone, one to the shape that is there already goes, and
 * that of a constant is done here. tfjs writes them around many operators (a dense layer's product of rank 2 goes through
 * rank 3), and what stands between two layers decides whether they fuse.
 */
import type { Graph, Node } from '../../onnx/model.ts';
import { sameShape } from '../recorder.ts';
import type { TypedGraph } from './typed-graph.ts';

export function mergeReshapes(typed: TypedGraph): void {
  const { graph, types } = typed;
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const makers = new Map<string, Node>();
  const replaced = new Map<string, string>();
  graph.nodes = graph.nodes.filter((node) => {
    node.inputs = node.inputs.map((name) => replaced.get(name) ?? name);
    for (const name of node.outputs) makers.set(name, node);
    if (node.op !== 'Reshape') return true;
    const before = makers.get(node.inputs[0]!);
    if (before?.op === 'Reshape') node.inputs[0] = before.inputs[0]!;
    const [source, output] = [node.inputs[0]!, node.outputs[0]!];
    const [from, to] = [types.get(source)?.shape, types.get(output)?.shape];
    if (!from || !to) return true;
    if (!sameShape(from, to)) return outputs.has(output) || !reshapeConstant(graph, source, output, to, typed);
    if (!outputs.has(output)) replaced.set(output, source);
    // An output keeps its name: it passes to the value that it was a reshape of, where that is free to be renamed.
    else if (makers.has(source) && !outputs.has(source) && !replaced.has(source)) replaced.set(source, output);
    else return true;
    return false;
  });
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map((name) => replaced.get(name) ?? name);
    node.outputs = node.outputs.map((name) => replaced.get(name) ?? name);
  }
  // The next passes look at who reads a value, and these no longer do.
  const read = new Set([...outputs, ...graph.nodes.flatMap(({ inputs }) => inputs)]);
  graph.nodes = graph.nodes.filter(({ op, outputs }) => op !== 'Reshape' || read.has(outputs[0]!));
}

/** A constant in its new shape takes the place of the node. */
function reshapeConstant(
  graph: Graph,
  source: string,
  output: string,
  shape: readonly number[],
  { isDynamic }: TypedGraph,
): boolean {
  const constant = graph.initializers.get(source);
  if (!constant || shape.some(isDynamic)) return false;
  graph.initializers.set(output, { ...constant, shape });
  return true;
}
