/** What was judged of the file that leaves: validation, and regression. */
import { type Content, html } from '../html.ts';
import { shortHash, shown } from '../numbers.ts';
import { table, verdictOf } from '../page.ts';
import type { RegressionTold, RunRead } from '../read-run.ts';

export function verdictsOf({
  validation,
  regression,
  policy,
}: Pick<RunRead, 'validation' | 'regression' | 'policy'>): Content {
  const parts = [validation && validationOf(validation, policy), regression && regressionOf(regression, policy)];
  return parts.some(Boolean) && parts;
}

function validationOf(validation: NonNullable<RunRead['validation']>, policy: string | undefined): Content {
  const { passed, problems, tolerance, rows, engines } = validation;
  const columns = ['engine', 'batches of', 'largest difference', 'between batches', 'noise: above, middle half'];
  const lines = engines.map(({ engine, batches, largestBetweenBatches, noise }) => [
    engine,
    batches.map(({ size }) => size).join(', '),
    shown(Math.max(...batches.map(({ largestDifference }) => largestDifference))),
    shown(largestBetweenBatches),
    `${shown(noise.above)}, ${shown(noise.middleHalf)}`,
  ]);
  return html`<h3>Validation: ${verdictOf(passed ? 'pass' : 'fail')}</h3>
<p>The file against the policy as TensorFlow.js computes it, on ${rows.episodes} observations from episodes and ${rows.edge} made-up ones; an action may differ by ${tolerance}.</p>
${stale(validation.sha256, policy)}
${problems.length > 0 && html`<ul class="bad">${problems.map((problem) => html`<li>${problem}</li>`)}</ul>`}
${
  lines.length > 0 &&
  table(
    'Validation',
    columns.map((name, at) => (at < 2 ? { name } : { name, kind: 'number' as const })),
    lines,
  )
}`;
}

function regressionOf(regression: RegressionTold, policy: string | undefined): Content {
  const { verdict, baseline, margin, pairs, change, checks } = regression;
  const changed = typeof change === 'number' ? `, reward ${change >= 0 ? '+' : ''}${(100 * change).toFixed(1)} %` : '';
  const played = typeof pairs === 'number' ? ` ${pairs} pairs of the same episodes${changed}.` : '';
  return html`<h3>Regression: ${verdictOf(verdict)}</h3>
<p>Against the baseline of <code>${baseline.policy}</code> (<code>${shortHash(baseline.sha256)}</code>), of whose reward ${(100 * margin).toFixed(0)} % may be lost.${played}</p>
${stale(regression.sha256, policy)}
${table(
  'Regression checks',
  [{ name: 'check' }, { name: 'verdict' }, { name: 'what was found' }],
  checks.map(({ name, verdict: each, message }) => [name, verdictOf(each), message]),
)}`;
}

function stale(judged: string, policy: string | undefined): Content {
  return (
    judged !== policy &&
    html`<p class="unsure">That was another file (<code>${shortHash(judged)}</code>) than the one that lies in the run now.</p>`
  );
}
