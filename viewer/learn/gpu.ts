/** Whether this browser has a GPU that a walker can learn on, and what is told of it. */
import { waitsInWasm } from '../../compile/onnxruntime-web.ts';
import type { RaceOutcome } from '../../compile/raced-graph.ts';

/** As much of WebGPU as is asked here. */
interface Adapter {
  readonly info?: { readonly vendor: string; readonly architecture: string; readonly isFallbackAdapter?: boolean };
}
interface WebGpu {
  requestAdapter(): Promise<Adapter | null>;
}

export interface FoundGpu {
  /** "nvidia ampere"; empty where the browser doesn't say. */
  readonly name: string;
  /** Whether the processor plays it, many times slower than it computes by itself. */
  readonly isSoftware: boolean;
}

/** @returns undefined where there is none. */
export async function findGpu(): Promise<FoundGpu | undefined> {
  const { gpu } = navigator as unknown as { gpu?: WebGpu };
  if (!gpu || !waitsInWasm) return undefined;
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter) return undefined;
  const { vendor = '', architecture = '', isFallbackAdapter = false } = adapter.info ?? {};
  return { name: `${vendor} ${architecture}`.trim(), isSoftware: isFallbackAdapter };
}

/** Who computes the graphs of the update, in a sentence or two; empty where no GPU was asked for. */
export function toldOutcomes(outcomes: readonly RaceOutcome[]): string {
  if (outcomes.length === 0) return '';
  const trouble = outcomes.find((outcome) => outcome.trouble)?.trouble;
  const measured = outcomes.flatMap(({ milliseconds }) => milliseconds ?? []);
  const total = (who: 'cpu' | 'gpu') => measured.reduce((sum, each) => sum + each[who], 0).toPrecision(3);
  const onGpu = outcomes.filter(({ device }) => device === 'webgpu').length;
  return [
    onGpu > 0
      ? `The GPU (WebGPU) computes ${onGpu} of ${outcomes.length} graphs of the update; its last digits are not the CPU's.`
      : 'The CPU (WASM) computes the update.',
    measured.length > 0 && `Measured, a call of each: CPU ${total('cpu')} ms, GPU ${total('gpu')} ms.`,
    trouble && `The GPU could not be used: ${trouble}.`,
  ]
    .filter(Boolean)
    .join(' ');
}
