/**
 * Merges nodes that do the same to the same values: gradients ask again for much of what the forward pass made. And
 * constants that hold the same numbers: a recurrent layer cuts up its weights anew at each step. Those with a name of the
 * caller's stay.
 */
import { areEqual } from '../../base/bytes.ts';
import type { Graph, Node } from '../../onnx/model.ts';
import type { TypedGraph } from './typed-graph.ts';

export function mergeCommonSubexpressions({ graph }: TypedGraph): void {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const seen = new Map<string, Node>();
  const replaced = mergeConstants(graph, outputs);
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

/** Drops constants that equal an earlier one; returns which stands for which. */
function mergeConstants({ initializers }: Graph, outputs: ReadonlySet<string>): Map<string, string> {
  const replaced = new Map<string, string>();
  const alike = new Map<string, { name: string; bytes: Uint8Array }[]>();
  for (const [name, { type, shape, data }] of initializers) {
    // The name that the recorder gives where nobody else does.
    if (!/^constant(_\d+)?$/.test(name) || outputs.has(name)) continue;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const key = `${type} ${shape}`;
    const others = alike.get(key) ?? [];
    alike.set(key, others);
    const same = others.find((other) => areEqual(other.bytes, bytes));
    if (same) {
      replaced.set(name, same.name);
      initializers.delete(name);
    } else others.push({ name, bytes });
  }
  return replaced;
}
