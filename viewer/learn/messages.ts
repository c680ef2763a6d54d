/** What the page and its trainer tell each other. All of it is plain data. */
import type { Problem } from '../../base/failure/user-error.ts';
import type { GpuBuildFiles } from '../../compile/onnxruntime-web.ts';
import type { RaceOutcome } from '../../compile/raced-graph.ts';
import type { IterationMetrics } from '../../train/keep/metrics-table.ts';

/** What a training in a page is started with. */
export interface LearnRequest {
  readonly seed: number;
  /** Settings in ML-Agents' schema, YAML. */
  readonly settings: string;
  /** Workers that collect and compute; it changes the speed and nothing else. Default: as many as the device has cores, 8 at most. */
  readonly workers?: number | undefined;
  /** What computes the update; default: the processor. */
  readonly computes?: Computes | undefined;
  /** The checkpoint to go on from; absent: a new training. */
  readonly checkpoint?: Uint8Array | undefined;
}

/** The faster: as both are measured at the beginning, for each graph. A GPU's numbers differ from the processor's in their last digits. */
export type Computes = 'cpu' | 'faster' | 'gpu';

/** The latest policy: an .onnx file as ML-Agents takes it. */
export interface LearntPolicy {
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** Decisions behind it. */
  readonly step: number;
}

/** From the page to the trainer. */
export type ToTrainer =
  /** With addresses of the simulator's and of onnxruntime's WebAssembly. */
  | { readonly kind: 'start'; readonly request: LearnRequest; readonly files: EngineFiles }
  /** Finishes the iteration under way, saves, and ends. */
  | { readonly kind: 'stop' };

export interface EngineFiles {
  readonly simulator: string;
  readonly onnxruntime: string;
  /** Of the build for GPUs, where this page has it. */
  readonly gpu?: GpuBuildFiles | undefined;
}

/** From the trainer to the page. */
export type FromTrainer =
  | { readonly kind: 'info' | 'warn'; readonly message: string }
  /** It has all that it needs, and learns. */
  | { readonly kind: 'learning'; readonly workers: number }
  /** Of one of the graphs of the update: what computes it from now on. */
  | { readonly kind: 'computes'; readonly outcome: RaceOutcome }
  /** SHA-256 of the first roll-out: observations, actions and rewards. The same seed and settings have the same one in Node. */
  | { readonly kind: 'first roll-out'; readonly sha256: string }
  | { readonly kind: 'iteration'; readonly metrics: IterationMetrics; readonly maxSteps: number }
  | { readonly kind: 'policy'; readonly policy: LearntPolicy }
  /** What it goes on from; the policy that belongs to it has been told before. */
  | { readonly kind: 'checkpoint'; readonly bytes: Uint8Array<ArrayBuffer>; readonly step: number }
  /** Whether there was more to learn: it was asked to stop. */
  | { readonly kind: 'ended'; readonly interrupted: boolean }
  | { readonly kind: 'failed'; readonly problem: Problem };
