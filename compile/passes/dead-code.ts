/** Removes the nodes and initializers that no output depends on. */
import type { TypedGraph } from './typed-graph.ts';

export function removeDeadCode({ graph }: TypedGraph): void {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  // Backwards through the topological order: a node's consumers all come after it.
  graph.nodes = graph.nodes.reverse().filter((node) => {
    if (!node.outputs.some((name) => needed.has(name))) return false;
    for (const name of node.inputs) needed.add(name);
    return true;
  });
  graph.nodes.reverse();
  for (const name of graph.initializers.keys()) {
    if (!needed.has(name)) graph.initializers.delete(name);
  }
}
