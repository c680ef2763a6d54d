/** The files that a set-up writes, as text. */
import { commandText, quoted } from '../base/command-text.ts';
import type { FoundAgent, FoundProject } from './look.ts';

/** Sizes of the walker that the embedded world trains. */
const WALKER = { observations: 243, actions: 39 };

export function isWalker({ observations, actions }: FoundAgent): boolean {
  return observations === WALKER.observations && actions === WALKER.actions;
}

/** @param schema where editors find what the file may say. */
export function projectFileText(project: FoundProject | undefined, schema: string): string {
  const head = [
    `# yaml-language-server: $schema=${schema}`,
    "# What Gaitsmith's commands are given each time. A key is a flag without its dashes; a flag that is typed stands above it.",
    '',
  ];
  if (!project)
    return [...head, '# The Unity project that policies go into.', '# unity-project: ../MyGame', ''].join('\n');
  const walkers = project.agents.filter(isWalker);
  const models = [...new Set(walkers.flatMap(({ model }) => model ?? []))];
  return [
    ...head,
    `# Unity ${project.editor}, ${project.mlAgents ?? 'without com.unity.ml-agents'}, ${project.engine ?? 'with no package that runs models'}`,
    `unity-project: ${yamlText(project.path)}`,
    '',
    ...agentLines(project),
    '',
    ...(models.length === 1
      ? [
          '# The model that the walker has: a deploy replaces it, and every reference to it stays.',
          `asset: ${yamlText(models[0]!)}`,
        ]
      : [
          '# Where the model goes. The default is Assets/Gaitsmith/Walker/Walker.onnx.',
          '# asset: Assets/Models/Walker.onnx',
        ]),
    '',
    '# Agents that a deploy gives the model.',
    `# bind: ${walkers[0] ? `[${yamlText(walkers[0].behavior ? `${walkers[0].path}:${walkers[0].behavior}` : walkers[0].path)}]` : '[Assets/Agents/Walker.prefab]'}`,
    '',
    "# Settings to train by, in ML-Agents' schema: a file of yours, or one of ours by its name.",
    '# config: config/walker-robust.yaml',
    '',
  ].join('\n');
}

function agentLines({ agents }: FoundProject): string[] {
  if (agents.length === 0)
    return ['# No agent was found in it: no prefab or scene has Behavior Parameters of its own.'];
  return ['# Agents in it:', ...agents.map((agent) => `#   ${agentText(agent)}`)];
}

/** "Assets/Walker.prefab: Walker, 243 observations, 39 actions; the embedded world trains it". */
export function agentText(agent: FoundAgent): string {
  const { path, behavior, observations, actions, branches, sensors } = agent;
  const sizes = [
    `${observations ?? '?'} observations`,
    ...sensors,
    ...(branches.length === 0 || actions ? [`${actions ?? '?'} actions`] : []),
    ...(branches.length > 0 ? [`discrete actions of ${branches.join(', ')}`] : []),
  ];
  const how = isWalker(agent)
    ? `${commandText('pipeline')} trains it`
    : `train it in Unity: ${commandText('train', '--env unity')}`;
  return `${path}: ${behavior ?? '?'}, ${sizes.join(', ')}; ${how}`;
}

/** Plain where YAML reads it as it stands. */
function yamlText(text: string): string {
  return /^[\w./][\w./ -]*$/.test(text) && !text.endsWith(' ') ? text : JSON.stringify(text);
}

export const GITIGNORE = `node_modules/
# Trainings: checkpoints, metrics, logs. What is worth keeping of them is deployed.
runs/
`;

/** What goes into package.json. */
export function scriptsFor(project: FoundProject | undefined): Record<string, string> {
  const unity = project ? ` --unity-project ${quoted(project.path)}` : '';
  return {
    walker: 'gaitsmith pipeline',
    'walker:deploy': 'gaitsmith deploy',
    'walker:lint': `gaitsmith lint runs/walker/policy.onnx${unity}`,
    'walker:doctor': 'gaitsmith doctor',
  };
}

/** Judges every policy of the repository where one was changed: does Unity take it, does it still walk. */
export const GITHUB_WORKFLOW = `name: policies
on:
  pull_request:
    paths: ['**.onnx', '**.baseline.json', 'gaitsmith.yaml']

jobs:
  policies:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4
        with:
          lfs: true
      - uses: actions/setup-node@v4
        with:
          node-version: 22
          cache: npm
      # No package here needs an install script.
      - run: npm ci --ignore-scripts
      - name: Does Unity take them?
        run: git ls-files -z '*.onnx' | xargs -0 -r -n 1 ${commandText('lint', '', false)}
      - name: Do they walk as well as their baselines?
        run: |
          git ls-files -z '*.baseline.json' | while IFS= read -r -d '' baseline; do
            ${commandText('regress', '', false)} "\${baseline%.baseline.json}.onnx" --summary "$GITHUB_STEP_SUMMARY"
          done
`;
