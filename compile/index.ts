/**
 * A TensorFlow.js function -> an ONNX model -> a session. From outside: `import { compile, tf } from 'gaitsmith/compile'`.
 *
 *   const step = await compile(({ x, w }) => ({ y: tf.matMul(x, w) }), { x: { shape: ['batch', 3] }, w: { shape: [3, 2] } });
 *   const { y } = await step.run({ x: Float32Array.of(1, 2, 3), w: new Float32Array(6) });
 *
 * A tf.layers model goes in by itself: `trace(model)`, `compile(model)`; layersFunction(model) makes a function of inputs
 * and weights of it, for training steps, and optimiserFunction one of an optimiser of tf.train.
 *
 * How tracing works is told in trace.ts; what can be traced stands in table.ts.
 */
export { checkModel } from '../onnx/check.ts';
export { encodeModel } from '../onnx/encode.ts';
export type { Model } from '../onnx/model.ts';
export { printModel } from '../onnx/print.ts';
export { CompiledFunction, type RunnableFunction } from './compiled-function.ts';
export type { Device, DeviceUse } from './devices.ts';
export { type EagerFunction, runEagerly } from './eager-function.ts';
export type { Engine } from './engine.ts';
export { type CompiledModel, compile, type ModelOptions, trace } from './entry.ts';
export type { InputValue } from './given-inputs.ts';
export { layerNorm, scaledLinear, standardised } from './layer-norm.ts';
export {
  type Applied,
  type LayersFunction,
  type LossAndGradients,
  layersFunction,
} from './layers-function.ts';
export type { DenseTensor } from './onnxruntime.ts';
export { type EngineOptions, openEngine } from './open-engine.ts';
export { type OptimiserFunction, type OptimiserStep, optimiserFunction } from './optimiser-function.ts';
export { randomNormalLike } from './random-normal.ts';
export type { DataType, Nested, NestedTensors, Signature, TensorSpec, TensorsOf } from './signature.ts';
export { tf } from './tensorflow.ts';
export { defaultOpset, named, type TraceOptions } from './trace.ts';
export { TraceError } from './trace-error.ts';
