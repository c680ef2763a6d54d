/** The report as Markdown, for a pull request: the verdict, a small table, and reward by speed as a picture (Mermaid's). */
import type { RegressBand, RegressReport } from './regress.ts';

const marks = { pass: '✅', fail: '❌', undecided: '❓', told: 'ℹ️', skipped: '⏭️' } as const;

export function markdownText(report: RegressReport): string {
  const { verdict, policy, checks, bands } = report;
  return [
    `### ${marks[verdict]} ${code(policy)}: ${verdict}`,
    '',
    '| check | verdict | what was found |',
    '| --- | --- | --- |',
    ...checks.map(({ name, verdict, message }) => `| ${name} | ${marks[verdict]} ${verdict} | ${cell(message)} |`),
    '',
    ...(bands.length > 0 ? [...picture(bands), '', numbers(report), ''] : []),
  ].join('\n');
}

/** Mean return of an episode over target speed: two lines. */
function picture(bands: readonly RegressBand[]): string[] {
  const list = (of: (band: RegressBand) => number) => bands.map((band) => of(band).toFixed(1)).join(', ');
  const speeds = bands.map(({ speed }) => `"${speed.map((end) => end.toFixed(1)).join('-')}"`).join(', ');
  const values = bands.flatMap(({ baseline, candidate }) => [baseline, candidate]);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  return [
    '```mermaid',
    'xychart-beta',
    '  title "reward by target speed: baseline (bars), candidate (line)"',
    `  x-axis "m/s" [${speeds}]`,
    `  y-axis "reward of an episode" ${Math.floor(low)} --> ${Math.ceil(high)}`,
    `  bar [${list(({ baseline }) => baseline)}]`,
    `  line [${list(({ candidate }) => candidate)}]`,
    '```',
  ];
}

function numbers({ pairs, looks, correlation, detectable, margin, baseline, falls }: RegressReport): string {
  const share = (value: number | null) => (value === null ? 'none' : `${(100 * value).toFixed(1)} %`);
  return (
    `${pairs} pairs of episodes in ${looks} of 4 looks (seed ${baseline.settings.seed}, world ${baseline.settings.world}), ` +
    `margin ${share(margin)}, correlation ${correlation?.toFixed(2) ?? 'none'}, detectable ${share(detectable)}; ` +
    `fell alone: baseline ${falls?.onlyBaseline}, candidate ${falls?.onlyCandidate}.`
  );
}

/** Within a cell no bar and no line may end. */
function cell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\s+/g, ' ');
}

/** Whatever is in it. */
function code(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text.replace(/\s+/g, ' ')}${pad}${fence}`;
}
