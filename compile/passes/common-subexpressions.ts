/** Merges nodes that do the same to the same values: gradients ask again for much of what the forward pass made. */
import type { Node } from '../../onnx/model.ts';
import type { TypedGraph } from './passes.ts';

export function mergeCommonSubexpressions({ graph }: TypedGraph): void {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const seen = new Map<string, Node>();
  const replaced = new Map<string, string>();
  graph.nodes = graph.nodes.filter((node) => {
    node.inputs = node.inputs.map((name) => replaced.get(name) ?? name);
    // Two draws of noise are not the same noise.
    if (node.op.startsWith('Random')) return true;
    const key = keyOf(node);
    const earlier = seen.get(key);
    if (!earlier) {
      seen.set(key, node);
      return true;
    }
    // An output keeps the node that bears its name.
    if (node.outputs.some((name) => outputs.has(name))) return true;
    node.outputs.forEach((name, index) => {
      replaced.set(name, earlier.outputs[index]!);
    });
    return false;
  });
}

function keyOf({ op, inputs, outputs, attributes }: Node): string {
  const told = JSON.stringify(attributes, (_, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
  );
  return `${op}(${inputs.join(',')})${outputs.length}${told}`;
}
