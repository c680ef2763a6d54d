/** Streams that remember what was written, as a terminal or as a pipe. */
import { openTerminal, type Terminal } from '../../cli/terminal.ts';

export interface FakeTerminal {
  readonly terminal: Terminal;
  /** All that was written, control characters included. */
  stdout(): string;
  stderr(): string;
}

export function fakeTerminal({ isTTY = false, columns = 80, env = {}, json = false } = {}): FakeTerminal {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    columns,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const terminal = openTerminal(json, env, { stdout: stream('stdout'), stderr: stream('stderr') });
  return { terminal, stdout: () => written.stdout, stderr: () => written.stderr };
}
