/**
 * Tables for the terminal; first of them the one at the end of a pipeline: stage, time, result, file.
 */
import { durationText } from './duration.ts';

export interface TableRow {
  readonly stage: string;
  /** Undefined where the stage was not run. */
  readonly seconds?: number | undefined;
  readonly result: string;
  readonly file?: string | undefined;
}

/** The lines of the table; columns are as wide as their longest text. */
export function tableText(rows: readonly TableRow[]): string {
  const cells = rows.map(({ stage, seconds, result, file }) => [
    stage,
    seconds === undefined ? '-' : durationText(seconds),
    result,
    file ?? '-',
  ]);
  return plainTable(['stage', 'time', 'result', 'file'], cells);
}

/** Columns as wide as their longest text, under their heads. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n');
}
