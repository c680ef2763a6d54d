/** The settings that a character's first training goes by: those of config/walker-quick.yaml, under its own name, as YAML with comments. */
import { parseDocument } from 'yaml';
import type { Proposal } from './character.ts';
import { rounded } from './drives.ts';

export interface ConfigurationOptions {
  /** Text of config/walker-quick.yaml. */
  readonly quick: string;
  /** Whether its mirror image was checked to be as good: networks are then symmetric by construction. */
  readonly symmetric: boolean;
  /** The character's file, as the settings name it: "rigs/Hero". */
  readonly path: string;
}

/** Weights of reward terms to begin with, and what each does in a few words. */
const terms = [
  ['reward_upright', 0.8, 'stays upright: it learns to stand before it learns to walk'],
  ['reward_smooth', 0.1, 'moves its joints smoothly'],
  ['reward_lift', 0.1, 'lifts its feet'],
  ['reward_slide', 0.1, "doesn't slide its feet"],
] as const;

/** Decisions: after them a character with legs has walked in every trial so far. */
const decisions = 800_000;

export function proposeConfiguration(
  { character, anatomy }: Proposal,
  { quick, symmetric, path }: ConfigurationOptions,
): string {
  const document = parseDocument(quick);
  const settings = document.getIn(['behaviors', 'Walker']) as { setIn(path: string[], value: unknown): void };
  document.deleteIn(['behaviors', 'Walker']);
  document.setIn(['behaviors', character.name], settings);
  settings.setIn(['max_steps'], decisions);
  settings.setIn(['gaitsmith', 'character'], path);
  settings.setIn(['gaitsmith', 'symmetric'], symmetric);
  settings.setIn(['gaitsmith', 'evaluation_interval'], decisions);
  settings.setIn(
    ['gaitsmith', 'phases'],
    [
      { from_step: 120_000, max_log_deviation: -0.8 },
      { from_step: 500_000, max_log_deviation: -1, beta: 0.001 },
      { from_step: 700_000, max_log_deviation: -2, learning_rate: 0.00004, average_updates: 8 },
    ],
  );
  document.deleteIn(['environment_parameters']);
  if (document.contents) document.contents.commentBefore = null;
  document.commentBefore = [
    ` ${character.name}: settings of its first training, proposed by \`gaitsmith init --from-rig\`. They begin as config/walker-quick.yaml.`,
    ' Every line may be changed, and any of them for one training alone: --set environment_parameters.reward_smooth=0.2',
  ].join('\n');
  const { low, high } = character.target.speed;
  const offered = terms.filter(([name]) => anatomy.feet.length > 0 || !['reward_lift', 'reward_slide'].includes(name));
  const facing = character.reward?.product?.some(({ term }) => term === 'look')
    ? []
    : ['  reward_facing: 0.5 # faces the way'];
  return [
    document.toString({ lineWidth: 0 }).trimEnd(),
    '',
    'environment_parameters:',
    '  # m/s, drawn anew for every episode: slow ones first, and straight ahead.',
    `  target_speed_min: ${low}`,
    ...lessons('target_speed_max', character.name, 0.4, ['slow', rounded(high / 3)], ['all', high]),
    ...lessons('target_turn', character.name, 0.5, ['ahead', 20], ['anywhere', 180]),
    '  # Weights of what it is rewarded for beside its task, of which a physics step earns 1 at most; docs/own-character.md has all of them.',
    ...facing,
    ...offered.map(([name, weight, what]) => `  ${name}: ${weight} # ${what}`),
    '',
  ].join('\n');
}

/** A parameter that changes once, after a share of the training. */
function lessons(
  parameter: string,
  behavior: string,
  share: number,
  [first, begins]: readonly [string, number],
  [second, ends]: readonly [string, number],
): string[] {
  return [
    `  ${parameter}:`,
    '    curriculum:',
    `      - name: ${first}`,
    `        completion_criteria: { behavior: ${JSON.stringify(behavior)}, measure: progress, threshold: ${share} }`,
    `        value: ${begins}`,
    `      - name: ${second}`,
    `        value: ${ends}`,
  ];
}
