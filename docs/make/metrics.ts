/** docs/runs.md's table of metrics.jsonl: the numbers of an iteration, as training's own table has them. */
import { type MetricRow, metricsTable } from '../../train/keep/metrics-table.ts';
import { tableText } from './house.ts';

export function metricsText(): string {
  const rows = Object.entries<MetricRow>(metricsTable).map(([name, { unit, what, tag }]) => [
    `\`${name}\``,
    unit,
    what.replaceAll('|', '\\|'),
    tag === undefined ? '' : `\`${tag}\``,
  ]);
  return tableText(['name', 'unit', 'what it is', 'in TensorBoard'], rows);
}
