/** What came of a stage in the pipeline. */
import type { StageRecord } from './manifest.ts';

export interface PipelineStep {
  readonly stage: string;
  readonly result: 'done' | 'up to date' | 'failed' | 'interrupted' | 'not run' | 'left out';
  readonly record?: StageRecord | undefined;
  /** Why it could not begin. */
  readonly error?: unknown;
}

/** Nothing went wrong with it, nor was it stopped. */
export function isSound(result: PipelineStep['result']): boolean {
  return result === 'done' || result === 'up to date' || result === 'left out';
}
