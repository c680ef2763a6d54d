/**
 * Removes what changes nothing: x * 1, x / 1, x + 0, x - 0 with scalars, a transpose that undoes another,
 * and one that changes no axis. tfjs's
 * gradients are full of products with ones, which the recorder has made scalars.
 */
import type { Graph, Node } from '../../onnx/model.ts';
import type { TypedGraph } from './typed-graph.ts';

export function removeNeutralOperations({ graph }: TypedGraph): void {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const replaced = new Map<string, string>();
  const makers = new Map<string, Node>();
  graph.nodes = graph.nodes.filter((node) => {
    node.inputs = node.inputs.map((name) => replaced.get(name) ?? name);
    for (const name of node.outputs) makers.set(name, node);
    const same = unchanged(node, graph, makers);
    if (same === undefined || outputs.has(node.outputs[0]!)) return true;
    replaced.set(node.outputs[0]!, same);
    return false;
  });
}

/** The value that a node hands on unchanged, if it does. */
function unchanged(node: Node, graph: Graph, makers: ReadonlyMap<string, Node>): string | undefined {
  const [a, b] = node.inputs;
  switch (node.op) {
    case 'Mul':
      if (isScalar(graph, b, 1)) return a;
      return isScalar(graph, a, 1) ? b : undefined;
    case 'Add':
      // x + -0 is x even for x = -0; x + 0 makes 0 of -0, which nothing here minds.
      if (isScalar(graph, b, 0)) return a;
      return isScalar(graph, a, 0) ? b : undefined;
    case 'Div':
      return isScalar(graph, b, 1) ? a : undefined;
    case 'Sub':
      return isScalar(graph, b, 0) ? a : undefined;
    case 'Transpose': {
      if (permutation(node).every((axis, index) => axis === index)) return a;
      const before = makers.get(a!);
      if (before?.op !== 'Transpose') return undefined;
      const [first, second] = [permutation(before), permutation(node)];
      return second.every((axis, index) => first[axis] === index) ? before.inputs[0] : undefined;
    }
    default:
      return undefined;
  }
}

function isScalar(graph: Graph, name: string | undefined, number: number): boolean {
  const tensor = name === undefined ? undefined : graph.initializers.get(name);
  return tensor !== undefined && tensor.shape.length === 0 && Number(tensor.data[0]) === number;
}

function permutation({ attributes }: Node): readonly number[] {
  return attributes.perm?.type === 'ints' ? attributes.perm.value : [];
}
