/**
 * Matrix products of rank 2 become Gemm: a product with a bias of rank 1 added, and with it the transposes of its
 * factors. That is the form in which linear layers are shipped (Unity's importers map it to their dense layer), and the
 * one that reads a transposed factor in place instead of copying it.
 *
 *   MatMul(Transpose(x), w) + b  ->  Gemm(x, w, b, transA = 1)
 *
 * Where a constant multiplies a factor or the product, that goes into Gemm too (`alpha`), since opset 11: so what is multiplied is
 * none of it written and read once more.
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
  const constantOf = (name: string | undefined): number | undefined => {
    const tensor = name === undefined ? undefined : graph.initializers.get(name);
    return tensor?.type === 'float32' && tensor.shape.length === 0 ? Number(tensor.data[0]) : undefined;
  };
  /** What a matrix is the multiple of. */
  const behindScale = (name: string): { name: string; scale: number } => {
    const maker = makers.get(name);
    if (maker?.op !== 'Mul' || opset < 11) return { name, scale: 1 };
    const [a, b] = maker.inputs as [string, string];
    const [left, right] = [constantOf(a), constantOf(b)];
    if (left !== undefined) return { name: b, scale: left };
    return right === undefined ? { name, scale: 1 } : { name: a, scale: right };
  };
  /** The same of a factor: the multiple of a product is that product's, not its own. */
  const behindFactor = (name: string): { name: string; scale: number } => {
    const behind = behindScale(name);
    return productBehind(behind.name) ? { name, scale: 1 } : behind;
  };
  const behindTranspose = (name: string, mayTranspose = true): Factor => {
    const { name: inner, scale } = behindFactor(name);
    const maker = makers.get(inner);
    if (!mayTranspose || maker?.op !== 'Transpose' || String(maker.attributes.perm?.value) !== '1,0') {
      return { name: inner, scale, transposed: false };
    }
    const within = behindFactor(maker.inputs[0]!);
    return { name: within.name, scale: scale * within.scale, transposed: true };
  };
  const factors = (product: Node): [Factor, Factor] => {
    const [a, b] = product.inputs as [string, string];
    const width = columns(product)!;
    const isWorthACopy = width >= columnsWorthACopy && !isDynamic(width);
    return [behindTranspose(a, !isWorthACopy), behindTranspose(b)];
  };
  const gemm = (product: Node, bias: string | undefined, output: string, scale = 1): Node => {
    const [a, b] = factors(product);
    return node('Gemm', [a.name, b.name, ...(bias === undefined ? [] : [bias])], [output], {
      alpha: float(scale * a.scale * b.scale),
      beta: float(1),
      transA: int(a.transposed ? 1 : 0),
      transB: int(b.transposed ? 1 : 0),
    });
  };
  graph.nodes = graph.nodes.map((each) => {
    if (each.op === 'Mul' && opset >= 11) {
      const { name, scale } = behindScale(each.outputs[0]!);
      const product = productBehind(name);
      if (product && scale !== 1) {
        fused.add(product);
        return gemm(product, undefined, each.outputs[0]!, scale);
      }
    }
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
      const differs = factors(each).some(({ transposed, scale }) => transposed || scale !== 1);
      // The bias may be left out since opset 11. Of the factors as they are MatMul is as good.
      return differs && opset >= 11 ? gemm(each, undefined, each.outputs[0]!) : each;
    });
}

interface Factor {
  readonly name: string;
  readonly scale: number;
  readonly transposed: boolean;
}
