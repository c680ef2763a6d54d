/**
 * The terminal: lines that stay and, under them, one live line that is redrawn.
 *
 * All text for people goes through here, so that a line never lands in the middle of the live one. With --json it goes to
 * stderr, and stdout is left to the JSON. A live line exists only where someone can watch it: on a terminal, outside CI.
 */
import picocolors from 'picocolors';

export interface Terminal {
  /** Whether a live line can be shown. */
  readonly live: boolean;
  readonly color: ReturnType<typeof picocolors.createColors>;
  /** A line that stays. */
  print(line: string): void;
  /** The same, on stderr: for warnings and errors. */
  printError(line: string): void;
  /** Redraws the live line, trimmed to the width of the terminal; undefined takes it away. */
  showLive(line: string | undefined): void;
}

export interface TerminalStreams {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
}

/** As much of a `tty.WriteStream` as is needed. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** @param quiet whether only what goes to stderr is shown: warnings and errors. */
export function openTerminal(
  json: boolean,
  env: NodeJS.ProcessEnv = process.env,
  { stdout, stderr }: TerminalStreams = process,
  quiet = false,
): Terminal {
  const out = json ? stderr : stdout;
  const live = !quiet && out.isTTY === true && !isSet(env['CI']) && env['TERM'] !== 'dumb';
  let shown: string | undefined;

  const clear = () => {
    if (shown !== undefined) out.write('\r\u001b[2K');
  };
  const printTo = (stream: TerminalStream, line: string) => {
    clear();
    stream.write(`${line}\n`);
    if (shown !== undefined) out.write(shown);
  };
  return {
    live,
    color: picocolors.createColors(isColored(out, env)),
    print(line) {
      if (!quiet) printTo(out, line);
    },
    printError: (line) => printTo(stderr, line),
    showLive(line) {
      if (!live) return;
      clear();
      // One column stays free, or some terminals would wrap; one that has not been told its width says 0.
      shown = line === undefined ? undefined : trimmed(line, (out.columns || 80) - 1);
      if (shown !== undefined) out.write(shown);
    },
  };
}

/** The line cut to so many columns; what was cut off is told by an ellipsis. */
export function trimmed(line: string, columns: number): string {
  const characters = [...line.replaceAll(/\p{Cc}+/gu, ' ')];
  if (characters.length <= columns) return characters.join('');
  return columns < 1 ? '' : `${characters.slice(0, columns - 1).join('')}…`;
}

/** https://no-color.org: any text but the empty one in NO_COLOR turns colours off. */
function isColored(stream: TerminalStream, env: NodeJS.ProcessEnv): boolean {
  if (isSet(env['NO_COLOR'])) return false;
  return isSet(env['FORCE_COLOR']) || (stream.isTTY === true && env['TERM'] !== 'dumb');
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
