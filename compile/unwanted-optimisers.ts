/**
 * What onnxruntime is not to do to a graph, by its own names. The first would fold the transposed copies that passes/gemm.ts leaves
 * on purpose. The others would add a product onto another number as it is summed: then a sum of gradients depends on whether they
 * were computed in the same graph.
 */
export const unwantedOptimisers = 'MatmulTransposeFusion;MatMulAddFusion;GemmSumFusion';
