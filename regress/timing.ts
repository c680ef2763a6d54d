/** How long a policy takes to decide, here and now: told, and judged only where somebody set a limit. */
import { Session } from '../compile/onnxruntime.ts';
import type { BehaviorSpec } from '../envs/env.ts';
import { sensorsOf } from '../evaluate/policy-graph.ts';

export interface Latency {
  /** Agents that decide together. */
  readonly batch: number;
  /** Milliseconds: half of the decisions took no longer, and 99 of 100. */
  readonly p50: number;
  readonly p99: number;
}

const BATCHES = [1, 10];
const WARM_UP = 20;
const RUNS = 300;

/** By onnxruntime-node, on one thread, of all outputs. */
export async function latencies(bytes: Uint8Array, behavior: BehaviorSpec): Promise<Latency[]> {
  const session = await Session.open(bytes, { threads: 1 });
  try {
    const measured: Latency[] = [];
    for (const batch of BATCHES) {
      const feeds = Object.fromEntries(
        sensorsOf(behavior).map(({ name, size }) => {
          return [name, { type: 'float32', shape: [batch, size], data: new Float32Array(batch * size) } as const];
        }),
      );
      const times: number[] = [];
      for (let run = 0; run < WARM_UP + RUNS; run++) {
        const start = performance.now();
        await session.run(feeds);
        if (run >= WARM_UP) times.push(performance.now() - start);
      }
      times.sort((a, b) => a - b);
      const at = (share: number) => times[Math.min(RUNS - 1, Math.floor(share * RUNS))]!;
      measured.push({ batch, p50: at(0.5), p99: at(0.99) });
    }
    return measured;
  } finally {
    await session.release();
  }
}
