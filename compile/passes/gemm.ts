/**
 * Matrix products of rank 2 become Gemm: a product with a bias of rank 1 added, and with it the transposes of its
 * factors. That is the form in which linear layers are shipped (Unity's importers map it to their dense layer), and the
 * one that reads a transposed factor in place instead of copying it.
 *
 *   MatMul(Transpose(x), w) + b  ->  Gemm(x, w, b, transA = 1)
 *
 * But onnxruntime transposes a left factor in small pieces again and again, once for 128 columns of the right one: a large
 * product, as a weight's gradient is, is faster with a copy that is made once.
 */
import { float, int, type Node, node } from '../../onnx/model.ts';
import type { TypedGraph } from './typed-graph.ts';

/** From so many columns of the right factor on, a transposed copy of the left one pays. */
const columnsWorthACopy = 256;

export function fuseGemm({ graph, types, opset, isDynamic }: TypedGraph): void {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const makers = new Map<string, Node>();
  const uses = new Map<string, number>();
  for (const each of graph.nodes) {
    for (const name of each.outputs) makers.set(name, each);
    for (const name of each.inputs) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const fused = new Set<Node>();
  const rank = (name: string) => types.get(name)?.shape.length;
  /** The product that an input is, where nothing else reads it. */
  const productBehind = (name: string): Node | undefined => {
    const maker = makers.get(name);
    return maker?.op === 'MatMul' && isMatrixProduct(maker) && uses.get(name) === 1 && !outputs.has(name)
      ? maker
      : undefined;
  };
  const isMatrixProduct = ({ inputs }: Node) => inputs.every((name) => rank(name) === 2 && isFloat(name));
  const isFloat = (name: string) => types.get(name)?.dtype === 'float32';
  const columns = (product: Node) => types.get(product.outputs[0]!)!.shape[1];
  const isBiasOf = (product: Node, name: string) =>
    rank(name) === 1 && types.get(name)!.shape[0] === columns(product) && isFloat(name);
  const behindTranspose = (name: string): { name: string; transposed: boolean } => {
    const maker = makers.get(name);
    return maker?.op === 'Transpose' && String(maker.attributes.perm?.value) === '1,0'
      ? { name: maker.inputs[0]!, transposed: true }
      : { name, transposed: false };
  };
  const factors = (product: Node): [Factor, Factor] => {
    const [a, b] = product.inputs as [string, string];
    const width = columns(product)!;
    const isWorthACopy = width >= columnsWorthACopy && !isDynamic(width);
    return [isWorthACopy ? { name: a, transposed: false } : behindTranspose(a), behindTranspose(b)];
  };
  const gemm = (product: Node, bias: string | undefined, output: string): Node => {
    const [a, b] = factors(product);
    return node('Gemm', [a.name, b.name, ...(bias === undefined ? [] : [bias])], [output], {
      alpha: float(1),
      beta: float(1),
      transA: int(a.transposed ? 1 : 0),
      transB: int(b.transposed ? 1 : 0),
    });
  };
  graph.nodes = graph.nodes.map((each) => {
    if (each.op === 'Add') {
      const [a, b] = each.inputs as [string, string];
      for (const [product, bias] of [[productBehind(a), b] as const, [productBehind(b), a] as const]) {
        if (product && isBiasOf(product, bias)) {
          fused.add(product);
          return gemm(product, bias, each.outputs[0]!);
        }
      }
    }
    return each;
  });
  graph.nodes = graph.nodes
    .filter((each) => !fused.has(each))
    .map((each) => {
      if (each.op !== 'MatMul' || !isMatrixProduct(each)) return each;
      const transposed = factors(each).some((factor) => factor.transposed);
      // The bias may be left out since opset 11. Without a transpose MatMul is as good.
      return transposed && opset >= 11 ? gemm(each, undefined, each.outputs[0]!) : each;
    });
}

interface Factor {
  readonly name: string;
  readonly transposed: boolean;
}
