/** Errors of tracing, told with the operator and the line of the traced function that asked for it. */

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

/** The path of a `file:` URL, as its system writes it. By hand, for in a browser there is no Node to ask. */
function pathOf(url: string): string {
  const path = decodeURIComponent(new URL(url).pathname);
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1).replaceAll('/', '\\') : path;
}

const here = pathOf(import.meta.url.replace(/[^/]*$/, ''));

/**
 * The innermost line on the stack that belongs neither to this folder nor to a package nor to Node.
 *
 * Which frame that is, is told by the files that were loaded; the line in it by the stack as it is printed, which source maps
 * have taken back to what was written. A package's source maps lead to files that nobody has.
 */
export function callerOutsideTheTracer(): string | undefined {
  const { stackTraceLimit, prepareStackTrace } = Error;
  // tfjs puts a dozen frames of its own between the caller and a kernel, many more inside gradients.
  Error.stackTraceLimit = 200;
  const stack = new Error().stack ?? '';
  Error.prepareStackTrace = (_, frames) => frames.map((frame) => fileOf(frame.getFileName() ?? ''));
  const files = new Error().stack as unknown as string[];
  Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  const lines = stack.split('\n').slice(-files.length);
  for (const [index, file] of files.entries()) {
    const [, name, position] = /\(?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*):(\d+:\d+)\)?$/.exec(lines[index]!.trim()) ?? [];
    if (name !== undefined && isOutside(file) && isOutside(fileOf(name))) return `${fileOf(name)}:${position}`;
  }
  return undefined;
}

const isOutside = (file: string) =>
  /^(?:\/|[A-Za-z]:[\\/])/.test(file) && !file.startsWith(here) && !/node_modules[\\/]/.test(file);

const fileOf = (name: string): string => (name.startsWith('file://') ? pathOf(name.replace(/\?.*$/, '')) : name);
