/**
 * What can be traced: the operator table as the tracer sees it. Each row's emission is not described but recorded, from a
 * case of the conformance suite, at every opset.
 */
import fc from 'fast-check';
import { backend } from '../compile/backend.ts';
import type { Case } from '../compile/cases/case.ts';
import { cases } from '../compile/cases/cases.ts';
import { defaultOpset, TraceError, tf, trace } from '../compile/index.ts';
import { table } from '../compile/table.ts';

export interface OpsReport {
  readonly default_opset: number;
  readonly rows: readonly OpsRow[];
}

export interface OpsRow {
  /** tfjs's name. */
  readonly kernel: string;
  /** Names of its inputs in tfjs, 'list' for a list of tensors; with '?' where it may be left out. */
  readonly inputs: readonly string[];
  /** ONNX's operators that one example becomes, in order, from each opset on at which they change; none where it costs nothing. */
  readonly emissions: readonly { readonly since: number; readonly nodes: readonly string[] | null }[];
  /** Whether tfjs has a gradient for the kernel. (tf.fused takes the gradients of the kernels it is made of.) */
  readonly differentiable: boolean;
}

const opsets = Array.from({ length: 13 }, (_, index) => 9 + index);
// No graph pass, so that a row shows what it alone does.
const passes = {
  foldConstants: false,
  reshapes: false,
  neutralOperations: false,
  commonSubexpressions: false,
  gemm: false,
  rowSums: false,
  deadCode: false,
};

/** Records every row of the table. */
export async function ops(): Promise<OpsReport> {
  await tf.setBackend('cpu');
  return { default_opset: defaultOpset, rows: table.map(({ kernel, inputs }) => describe(kernel, inputs)) };
}

function describe(kernel: string, inputs: readonly string[] | 'list'): OpsRow {
  const example = cases.find((each) => each.kernel === kernel);
  const emissions: { since: number; nodes: string[] | null }[] = [];
  for (const since of opsets) {
    const nodes = example ? recordedNodes(example, since) : [kernel];
    if (emissions.length === 0 || String(nodes) !== String(emissions.at(-1)!.nodes)) emissions.push({ since, nodes });
  }
  return {
    kernel,
    inputs: inputs === 'list' ? ['list'] : inputs,
    emissions,
    differentiable: tf.getGradient(kernel) !== undefined,
  };
}

/** The operators that a kernel's first call in a case becomes; null where that opset has no form for the example. */
function recordedNodes({ kernel, inputs, call }: Case, opset: number): string[] | null {
  const [drawn] = fc.sample(inputs, { numRuns: 1, seed: 1 });
  const signature = Object.fromEntries(drawn!.map(({ shape, dtype }, index) => [`x${index}`, { shape, dtype }]));
  let made: string[] | undefined;
  const { record } = backend;
  backend.record = (row, given, attrs) => {
    const { nodes } = backend.recorder!;
    const before = nodes.length;
    const result = record.call(backend, row, given, attrs);
    if (row.kernel === kernel) made ??= nodes.slice(before).map(({ op }) => op);
    return result;
  };
  try {
    trace(
      (tensors) => {
        const results = call(...Object.values(tensors));
        return Object.fromEntries([results].flat().map((result, index) => [`y${index}`, result]));
      },
      signature,
      { opset, passes },
    );
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return null;
  } finally {
    backend.record = record;
  }
  return made ?? null;
}

/** The report as a table. */
export function printOps({ default_opset, rows }: OpsReport): string {
  const at = (row: OpsRow, opset: number) => row.emissions.findLast(({ since }) => since <= opset)!.nodes;
  const told = (nodes: readonly string[] | null) => {
    if (nodes === null) return 'no form';
    return nodes.length === 0 ? 'nothing' : runs(nodes).join(' ');
  };
  const lines = rows.map((row) => [
    row.kernel,
    row.inputs.join(' '),
    row.differentiable ? 'yes' : '',
    row.emissions
      .slice(1)
      .map(({ since }) => since)
      .join(' '),
    told(at(row, 9)),
    String(at(row, default_opset)) === String(at(row, 9)) ? '' : told(at(row, default_opset)),
  ]);
  const head = [
    'kernel',
    'inputs',
    'gradient',
    'changes at',
    'at opset 9',
    `at opset ${default_opset}, where it differs`,
  ];
  const widths = head.map((title, column) =>
    Math.min(44, Math.max(title.length, ...lines.map((line) => line[column]!.length))),
  );
  const print = (line: readonly string[]) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return [`${rows.length} kernels of TensorFlow.js can be traced`, '', print(head), ...lines.map(print)].join('\n');
}

/** Repeats counted: Gather x 4. */
function runs(nodes: readonly string[]): string[] {
  const counted: { op: string; times: number }[] = [];
  for (const op of nodes) {
    const last = counted.at(-1);
    if (last?.op === op) last.times++;
    else counted.push({ op, times: 1 });
  }
  return counted.map(({ op, times }) => (times === 1 ? op : `${op}x${times}`));
}
