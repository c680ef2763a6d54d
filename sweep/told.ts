/** What came of a sweep, for the terminal and for --json. */
import { plainTable } from '../cli/table.ts';
import type { Best } from './best.ts';
import { bestSeedOf, type Candidate, decisionsOf, freshOf, leadOf } from './outcome.ts';
import type { History } from './plan/plan.ts';
import { valuesOf } from './plan/population.ts';
import type { ReadSweep } from './read-sweep.ts';
import { shortName } from './settings.ts';

/** A row for each candidate, the best first. */
export function candidatesText({ sweep }: ReadSweep, candidates: readonly Candidate[]): string {
  const paths = Object.keys(sweep.settings);
  const head = [
    'candidate',
    ...paths.map((path) => shortName(path, paths)),
    'decisions',
    'held-out',
    'fresh',
    'verdict',
  ];
  const rows = candidates.map((candidate) => {
    const values = valuesOf(candidate.outcome);
    return [
      candidate.name,
      ...paths.map((path) => JSON.stringify(values[path])),
      candidate.outcome.leg.until.toLocaleString('en-US'),
      heldOutText(candidate),
      freshOf(candidate)?.toFixed(2) ?? '-',
      verdictText(candidate),
    ];
  });
  return plainTable(head, rows);
}

/** "412.31 +- 20.10" of a single seed, else the mean and what its seeds came to. */
export function heldOutText({ outcome, score }: Candidate): string {
  if (score === undefined) return '-';
  const seeds = outcome.seeds.flatMap((seed) => ('best' in seed ? [seed.best] : []));
  if (seeds.length === 1) return `${score.toFixed(2)} +- ${seeds[0]!.rewardInterval.toFixed(2)}`;
  return `${score.toFixed(2)} (${seeds.map(({ reward }) => reward.toFixed(1)).join(', ')})`;
}

export function verdictText({ verdict, why }: Candidate): string {
  return verdict === 'best' ? 'best' : verdict === 'done' ? why : verdict === 'stopped' ? `stopped: ${why}` : why;
}

/** "c03 is ahead of c01 by 12.30 +- 20.10 on the same episodes: too little to tell them apart." */
export function leadText(candidates: readonly Candidate[]): string | undefined {
  const found = leadOf(candidates);
  const winner = candidates[0];
  if (!found || !winner) return undefined;
  const { mean, plusMinus } = found.lead;
  const far = `${winner.name} is ahead of ${found.over} by ${mean.toFixed(2)} +- ${plusMinus.toFixed(2)} on the same episodes`;
  return mean > plusMinus ? `${far}.` : `${far}: too little to tell the two apart.`;
}

/** Everything, for --json and results.json. */
export function toldAsJson(
  read: ReadSweep,
  folder: string,
  {
    history,
    candidates,
    best,
    report,
  }: {
    history: History;
    candidates: readonly Candidate[];
    best: Best | undefined;
    report: string;
  },
) {
  const winner = candidates[0];
  return {
    sweep: read.path,
    folder,
    kind: read.sweep.kind,
    decisions: decisionsOf(history),
    rounds: history.map((outcomes) => ({ until: outcomes[0]!.leg.until, candidates: outcomes.length })),
    candidates: candidates.map((candidate) => ({
      name: candidate.name,
      verdict: candidate.verdict,
      why: candidate.why,
      values: valuesOf(candidate.outcome),
      stages: candidate.outcome.leg.stages,
      decisions: candidate.outcome.leg.until,
      score: candidate.score ?? null,
      fresh: freshOf(candidate) ?? null,
      seeds: candidate.outcome.seeds.map((seed) =>
        'failed' in seed
          ? { failed: seed.failed }
          : { heldOut: withoutReturns(seed.heldOut), best: withoutReturns(seed.best) },
      ),
    })),
    best: best && winner ? { candidate: winner.name, seed: bestSeedOf(winner), ...best } : null,
    lead: leadOf(candidates) ?? null,
    report,
  };
}

function withoutReturns<Judged extends { readonly returns?: unknown }>({ returns: _, ...told }: Judged) {
  return told;
}
