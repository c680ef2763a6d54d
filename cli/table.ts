/**
 * The table at the end of a pipeline: stage, time, result, file.
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
  const head = ['stage', 'time', 'result', 'file'];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return [head, widths.map((width) => '-'.repeat(width)), ...cells].map(line).join('\n');
}
