/**
 * `npm run bench -- update`: how fast one minibatch of PPO is learnt, traced into ONNX, next to a plain matrix product in the
 * same process (the most that any of it could reach), to TensorFlow.js eager on WebAssembly, and to PyTorch where it is
 * installed. All in one run: machines are noisy, ratios less so.
 */

import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { commandText } from '../base/command-text.ts';
import { RandomStream } from '../base/random/stream.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { flag, wholeNumber } from '../cli/options.ts';
import { compile, type Engine, tf } from '../compile/index.ts';
import { openEngine } from '../compile/open-engine.ts';
import { type MinibatchStep, prepareSteps, type State } from '../train/learn/minibatch-step.ts';
import { vectorsOf, zeroVectors } from '../train/learn/parameter-vectors.ts';
import { ACTIONS, OBSERVATIONS, productOperations, type UpdateCase, updateCases } from './update-networks.ts';

const BATCH = 2048;
const WARM_UP = 4;

interface CaseResult {
  readonly name: string;
  readonly ms: number;
  readonly gflops: number;
  readonly wasm_ms: number | null;
  readonly torch_ms: number | null;
  readonly torch_fused_ms: number | null;
}

interface TorchResult {
  readonly version: string;
  readonly matmul_gflops: number;
  readonly cases: Readonly<Record<string, { readonly torch_ms: number; readonly torch_fused_ms: number | null }>>;
}

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench update',
      typed: commandText('bench', 'update'),
      summary: `measures one PPO minibatch of ${BATCH}, traced, next to a matrix product, TensorFlow.js and PyTorch`,
      options: {
        repeats: {
          argument: 'N',
          description: 'runs of each, of which the median counts',
          schema: wholeNumber(1).default(20),
        },
        threads: {
          argument: 'N',
          description: 'threads (default: all cores)',
          schema: wholeNumber(1).default(availableParallelism()),
        },
        skipWasm: { description: 'leave out TensorFlow.js on WebAssembly, which takes seconds a step', schema: flag() },
      },
      async run({ repeats, threads, skipWasm }, { terminal, logger }) {
        const torch = await torchResult(repeats, threads);
        const before = await plainProduct(repeats, threads);
        const cases: CaseResult[] = [];
        for (const each of updateCases) {
          const ms = await traced(each, repeats, threads);
          cases.push({
            name: each.name,
            ms,
            gflops: productOperations(each, BATCH) / ms / 1e6,
            wasm_ms: null,
            torch_ms: torch?.cases[each.name]?.torch_ms ?? null,
            torch_fused_ms: torch?.cases[each.name]?.torch_fused_ms ?? null,
          });
        }
        // The better of two, since it stands for the most that could be reached.
        const matmul_gflops = Math.max(before, await plainProduct(repeats, threads));
        // Last, so that its heap is in nobody's way.
        for (const [index, each] of updateCases.entries()) {
          if (!skipWasm) cases[index] = { ...cases[index]!, wasm_ms: await onWasm(each) };
        }
        const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`;
        terminal.print(`${machine}; ${threads} threads, median of ${repeats}`);
        terminal.print(
          `plain product 2048x512x512: ${matmul_gflops.toFixed(0)} GFLOP/s; PyTorch ${torch ? `${torch.version}: ${torch.matmul_gflops.toFixed(0)} GFLOP/s` : 'is not installed'}`,
        );
        terminal.print('network   traced           of plain  tfjs wasm           PyTorch plain, fused Adam');
        for (const each of cases) terminal.print(lineOf(each, matmul_gflops));
        if (!torch) logger.info('To compare with PyTorch: pip install torch');
        return {
          json: {
            machine,
            threads,
            matmul_gflops,
            torch_matmul_gflops: torch?.matmul_gflops ?? null,
            cases: cases.map((each) => ({ ...each })),
          },
        };
      },
    },
    argv,
  );

function lineOf({ name, ms, gflops, wasm_ms, torch_ms, torch_fused_ms }: CaseResult, plain: number): string {
  const times = (other: number) => `${other.toFixed(0)} ms (x${(other / ms).toFixed(2)})`;
  return [
    name.padEnd(9),
    `${ms.toFixed(1)} ms ${gflops.toFixed(0)} GF/s`.padEnd(16),
    `${((100 * gflops) / plain).toFixed(0)} %`.padEnd(9),
    (wasm_ms === null ? '-' : times(wasm_ms)).padEnd(19),
    torch_ms === null ? '-' : `${times(torch_ms)}, ${torch_fused_ms === null ? '-' : times(torch_fused_ms)}`,
  ].join(' ');
}

/** GFLOP/s of one large product by itself. */
async function plainProduct(repeats: number, threads: number): Promise<number> {
  const signature = { left: { shape: [BATCH, 512] }, right: { shape: [512, 512] } };
  const product = await compile(({ left, right }) => ({ product: tf.matMul(left, right) }), signature, { threads });
  const values = { left: numbers(BATCH * 512), right: numbers(512 * 512) };
  const ms = await medianMs(repeats, () => product.run(values));
  await product.release();
  return (2 * BATCH * 512 * 512) / ms / 1e6;
}

/** The update as training runs it: each step goes on from the one before. */
async function traced(each: UpdateCase, repeats: number, threads: number): Promise<number> {
  const { next, release } = await steps(each, await openEngine({ threads }));
  const ms = await medianMs(repeats, next);
  await release();
  return ms;
}

/** One step on WebAssembly takes seconds: two are measured, the better one counts. */
async function onWasm(each: UpdateCase): Promise<number> {
  const { next } = await steps(each, await openEngine({ backend: 'wasm' }));
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 2; run++) {
    const began = performance.now();
    await next();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

/** Steps one after the other, all on the same minibatch. */
async function steps(each: UpdateCase, engine: Engine) {
  const both = await prepareSteps(each, BATCH, engine);
  const { batch, ...inputs } = randomMinibatch();
  for (const step of both) step.load(initialState(each));
  const next = async (step: MinibatchStep) => {
    await step.run(batch, inputs);
    step.accept(step.owners);
  };
  return {
    next: () => Promise.all(both.map(next)),
    release: () => Promise.all(both.map((step) => step.release())),
  };
}

function initialState({ parameterTable }: UpdateCase): State {
  const parameters = parameterTable.map(({ name, shape }) => [name, numbers(count(shape), 1 / 16)] as const);
  return {
    parameters: vectorsOf(parameterTable, Object.fromEntries(parameters)),
    first: zeroVectors(parameterTable),
    second: zeroVectors(parameterTable),
  };
}

const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

function randomMinibatch() {
  const factors = { stepSize: 3e-4, tiny: 1e-8 };
  return {
    batch: {
      observations: numbers(BATCH * OBSERVATIONS),
      actions: numbers(BATCH * ACTIONS),
      logProbabilities: numbers(BATCH * ACTIONS, 0.3).map((value) => value - 1.4),
      advantages: numbers(BATCH),
      returns: numbers(BATCH),
    },
    adam: { actor: factors, critic: factors },
    epsilon: 0.2,
    beta: 5e-3,
  };
}

function numbers(count: number, deviation = 1): Float32Array {
  const random = new RandomStream(count);
  return Float32Array.from({ length: count }, () => random.normal() * deviation);
}

async function medianMs(repeats: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < repeats + WARM_UP; run++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times.slice(WARM_UP).sort((one, other) => one - other)[repeats >> 1]!;
}

/**
 * The same in PyTorch; undefined where there is no python3, or none that has it.
 *
 * @throws Error where it fails otherwise.
 */
async function torchResult(repeats: number, threads: number): Promise<TorchResult | undefined> {
  const script = join(import.meta.dirname, 'update-torch.py');
  const words = [script, String(repeats), String(threads)];
  const { exitCode, stdout, stderr, code } = await execa('python3', words, { reject: false });
  if (exitCode === 0) return JSON.parse(stdout) as TorchResult;
  if (code === 'ENOENT' || stderr.includes("No module named 'torch'")) return undefined;
  throw new Error(`update-torch.py failed: ${stderr.trim().split('\n').at(-1)}`);
}
