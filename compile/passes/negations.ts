/**
 * Adding what was negated becomes subtracting, and subtracting it adding: the same bits in one pass over the numbers, not two.
 * tfjs's gradient of a difference negates, and what comes back along another way is then added.
 *
 *   x + (-y)  ->  x - y        x - (-y)  ->  x + y
 */
import { type Node, node } from '../../onnx/model.ts';
import type { TypedGraph } from './typed-graph.ts';

export function mergeNegations({ graph }: TypedGraph): void {
  const negated = new Map<string, string>();
  graph.nodes = graph.nodes.map((each) => {
    if (each.op === 'Neg') negated.set(each.outputs[0]!, each.inputs[0]!);
    return merged(each, negated) ?? each;
  });
}

function merged({ op, inputs, outputs }: Node, negated: ReadonlyMap<string, string>): Node | undefined {
  const [a, b] = inputs as [string, string];
  if (op === 'Sub' && negated.has(b)) return node('Add', [a, negated.get(b)!], outputs);
  if (op !== 'Add') return undefined;
  if (negated.has(b)) return node('Sub', [a, negated.get(b)!], outputs);
  return negated.has(a) ? node('Sub', [b, negated.get(a)!], outputs) : undefined;
}
