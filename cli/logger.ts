/**
 * Where messages go: to the terminal and, with the time, to a log file.
 *
 * A logger is handed in, never imported: whoever runs a stage decides where its words end up.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Terminal } from './terminal.ts';

export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A logger that can also write what only the file needs: plain progress lines, stacks. */
export interface FileLogger extends Logger {
  note(message: string): void;
}

/** @param file is appended to; left out, messages go to the terminal alone. */
export function createLogger(terminal: Terminal, file?: string): FileLogger {
  const { color } = terminal;
  let broken = false;

  /** A log that can't be written must not end a training of hours: it is told once, and the work goes on. */
  const write = (level: string, message: string) => {
    if (file === undefined || broken) return;
    const time = new Date().toISOString();
    const lines = message.split('\n').map((line) => `${time} ${level.padEnd(5)} ${line}\n`);
    try {
      mkdirSync(dirname(file), { recursive: true });
      appendFileSync(file, lines.join(''));
    } catch (error) {
      broken = true;
      terminal.printError(color.yellow(`warning: no longer logged to ${file}: ${(error as Error).message}`));
    }
  };
  return {
    info(message) {
      terminal.print(message);
      write('info', message);
    },
    warn(message) {
      terminal.printError(color.yellow(`warning: ${message}`));
      write('warn', message);
    },
    error(message) {
      terminal.printError(color.red(message));
      write('error', message);
    },
    note: (message) => write('note', message),
  };
}
