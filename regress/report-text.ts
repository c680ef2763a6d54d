/** The report for a person at a terminal, and as annotations of GitHub. */
import type { RegressReport } from './regress.ts';

export function regressText({ verdict, policy, checks, margin, correlation, looks }: RegressReport): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const of = correlation === null ? '' : `, correlation of the pairs ${correlation.toFixed(2)}, ${looks} of 4 looks`;
  return [
    ...checks.map(({ name, verdict, message }) => `${name.padEnd(width)}  ${verdict.padEnd(9)}  ${message}`),
    '',
    `${policy}: ${verdict} (margin ${(100 * margin).toFixed(1)} %${of})`,
  ].join('\n');
}

/** A line for each check that did not pass, and one for the verdict: GitHub shows them at the file. */
export function annotations({ policy, checks, verdict }: RegressReport): string {
  const lines = checks.flatMap(({ name, verdict, message }) => {
    if (verdict === 'fail') return [annotation('error', policy, `${name}: ${message}`)];
    if (verdict === 'undecided') return [annotation('warning', policy, `${name}: ${message}`)];
    return [];
  });
  if (lines.length > 0) return lines.join('\n');
  const told = checks.find(({ name }) => name === 'behaviour')?.message ?? '';
  return annotation('notice', policy, `${verdict}: ${told}`);
}

/** In GitHub's words, whose own marks are escaped. */
function annotation(level: 'error' | 'warning' | 'notice', file: string, message: string): string {
  const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${level} file=${property(file)},title=regress::${data(message)}`;
}
