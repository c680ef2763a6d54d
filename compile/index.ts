/**
 * A TensorFlow.js function -> an ONNX model -> a session.
 *
 *   const step = await compile(({ x, w }) => ({ y: tf.matMul(x, w) }), { x: { shape: ['batch', 3] }, w: { shape: [3, 2] } });
 *   const { y } = await step.run({ x: Float32Array.of(1, 2, 3), w: new Float32Array(6) });
 *
 * How tracing works is told in trace.ts; what can be traced stands in table.ts.
 */
export { CompiledFunction, compile, type InputValue } from './compiled-function.ts';
export type { DenseTensor } from './onnxruntime.ts';
export { randomNormalLike } from './random-normal.ts';
export type { DataType, Nested, NestedTensors, Signature, TensorSpec, TensorsOf } from './signature.ts';
export { tf } from './tensorflow.ts';
export { defaultOpset, named, type TraceOptions, trace } from './trace.ts';
export { TraceError } from './trace-error.ts';
