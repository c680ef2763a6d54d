/** Errors of tracing, told with the operator and the line of the traced function that asked for it. */
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export class TraceError extends Error {
  /** The tfjs kernel, where one was being recorded. */
  readonly op: string | undefined;
  /** "file:line:column" in the code that called tfjs, where the stack tells it. */
  readonly where: string | undefined;

  constructor(what: string, op?: string, where: string | undefined = callerOutsideTheTracer(), cause?: unknown) {
    super(`${what}${op ? ` (op ${op})` : ''}${where ? ` at ${where}` : ''}`, { cause });
    this.name = 'TraceError';
    this.op = op;
    this.where = where;
  }
}

const here = dirname(fileURLToPath(import.meta.url)) + sep;

/** The innermost line on the stack that belongs neither to this folder nor to a package nor to Node. */
export function callerOutsideTheTracer(): string | undefined {
  const limit = Error.stackTraceLimit;
  // tfjs puts a dozen frames of its own between the caller and a kernel, many more inside gradients.
  Error.stackTraceLimit = 200;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n').slice(1)) {
    const match = /\(?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*:\d+:\d+)\)?$/.exec(line.trim());
    if (!match) continue;
    const frame = match[1]!.startsWith('file://') ? pathOf(match[1]!) : match[1]!;
    if (frame.startsWith(here) || frame.includes(`node_modules${sep}`) || frame.startsWith('node:')) continue;
    return frame;
  }
  return undefined;
}

function pathOf(frame: string): string {
  const [, url, position] = /^(.*?)(:\d+:\d+)$/.exec(frame)!;
  return fileURLToPath(url!) + position;
}
