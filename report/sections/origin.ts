/** Where it all comes from: stages, settings, machine, versions, hashes. */
import { durationText } from '../../cli/duration.ts';
import { type Content, html } from '../html.ts';
import { grouped, shortHash } from '../numbers.ts';
import { table, verdictOf } from '../page.ts';
import type { RunRead, StageTold } from '../read-run.ts';

export function stagesOf({ stages }: Pick<RunRead, 'stages'>): Content {
  const rows = Object.entries(stages).map(([name, { status, started, seconds, summary, reason, command }]) => [
    name,
    verdictOf(status),
    html`<time datetime="${started}">${started.slice(0, 16).replace('T', ' ')}</time>`,
    durationText(seconds),
    [reason ?? summary, html`<br><code>${command}</code>`],
  ]);
  if (rows.length === 0) return false;
  const warnings = Object.entries(stages).flatMap(([name, { warnings: told = [] }]) =>
    told.map((warning) => html`<li>${name}: ${warning}</li>`),
  );
  return [
    table(
      'Stages',
      [
        { name: 'stage' },
        { name: 'result' },
        { name: 'began (UTC)' },
        { name: 'took', kind: 'number' },
        { name: 'what came of it', kind: 'path' },
      ],
      rows,
    ),
    warnings.length > 0 && html`<h3>Warnings</h3><ul>${warnings}</ul>`,
  ];
}

export function settingsOf({ settings }: Pick<RunRead, 'settings'>): Content {
  if (!settings) return false;
  const columns = [
    { name: 'setting', kind: 'path' as const },
    { name: 'here', kind: 'path' as const },
    { name: 'default' },
  ];
  const rowsOf = (differs: boolean) =>
    settings.settings
      .filter((setting) => setting.differs === differs)
      .map(({ name, value, usual }) => [html`<code>${name}</code>`, value, usual ?? 'none']);
  const [own, usual] = [rowsOf(true), rowsOf(false)];
  return [
    settings.problem !== undefined &&
      html`<p class="unsure">They can't be compared with the defaults: ${settings.problem}</p>`,
    own.length > 0 &&
      html`<h3>What differs from the defaults</h3>${table('Settings that differ from the defaults', columns, own)}`,
    usual.length > 0 &&
      html`<details><summary>What is as by default: ${usual.length} settings</summary>${table('Settings as by default', columns, usual)}</details>`,
    html`<details><summary>config.yaml</summary><pre>${settings.text}</pre></details>`,
  ];
}

export function originOf({ stages }: Pick<RunRead, 'stages'>): Content {
  const all = Object.entries(stages);
  if (all.length === 0) return false;
  const columns = ['stage', 'machine', 'platform', 'Node', 'Gaitsmith', 'commit'].map((name) => ({ name }));
  const made = all.map(([name, stage]) => [name, machineText(stage), ...versionsOf(stage)]);
  const files = all.flatMap(([name, { inputs, outputs }]) => [
    ...Object.entries(inputs.files).map(([what, file]) => [
      name,
      `in: ${what}`,
      html`<code>${file.path}</code>`,
      html`<code>${file.sha256}</code>`,
    ]),
    ...Object.entries(outputs).map(([what, file]) => [
      name,
      `out: ${what}`,
      html`<code>${file.path}</code>`,
      html`<code>${file.sha256}</code>`,
    ]),
  ]);
  return [
    table('Machine and versions', columns, made),
    files.length > 0 && html`<h3>Files, and their SHA-256</h3>`,
    files.length > 0 &&
      table(
        'Files and their hashes',
        [{ name: 'stage' }, { name: 'what' }, { name: 'file', kind: 'path' }, { name: 'SHA-256', kind: 'path' }],
        files,
      ),
  ];
}

export function machineText({ machine }: Pick<StageTold, 'machine'>): string {
  if (!machine) return 'not recorded';
  const { cpu, cores, memoryGiB } = machine;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB`;
}

function versionsOf({ versions }: StageTold): string[] {
  const { platform, node, gaitsmith, commit, dirty } = versions;
  const word = (value: unknown) => (typeof value === 'string' && value !== '' ? value : '-');
  return [
    word(platform),
    word(node),
    word(gaitsmith),
    `${shortHash(word(commit))}${dirty === true ? ', changed since' : ''}`,
  ];
}

/** "204,800 decisions in 1 min 20 s". */
export function effortText(decisions: number, seconds: number | undefined): string {
  return `${grouped(decisions)} decisions${seconds === undefined ? '' : ` in ${durationText(seconds)}`}`;
}
