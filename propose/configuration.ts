/** The settings that a character's first training goes by: those of config/walker-quick.yaml, under its own name, as YAML with comments. */
import { parseDocument } from 'yaml';
import type { Proposal } from './character.ts';
import { rounded } from './drives.ts';

export interface ConfigurationOptions {
  /** Text of config/walker-quick.yaml. */
  readonly quick: string;
  /** Whether its mirror image was checked to be as good: networks are then symmetric by construction. */
  readonly symmetric: boolean;
  /** The character's file, as the settings name it: "rigs/hero". */
  readonly path: string;
}

/** Weights of reward terms to begin with, and what each does in a few words. */
const terms = [
  ['reward_upright', 0.8, 'stays upright: it learns to stand before it learns to walk'],
  ['reward_hold', 0.5, 'holds the asked speed'],
  ['reward_smooth', 0.1, 'moves its joints smoothly'],
  ['reward_lift', 0.1, 'lifts its feet'],
  ['reward_slide', 0.1, "doesn't slide its feet"],
] as const;

/** Half as many as the Walker's, which has more joints: in the same time it learns from twice as many decisions. */
const hiddenUnits = 128;

/** Decisions: of a body of some ten parts, a quarter of an hour of one processor core at most. */
const decisions = 2_000_000;

export function proposeConfiguration(
  { character, anatomy }: Proposal,
  { quick, symmetric, path }: ConfigurationOptions,
): string {
  const document = parseDocument(quick);
  const settings = document.getIn(['behaviors', 'Walker']) as { setIn(path: string[], value: unknown): void };
  document.deleteIn(['behaviors', 'Walker']);
  document.setIn(['behaviors', character.name], settings);
  settings.setIn(['max_steps'], decisions);
  settings.setIn(['network_settings', 'hidden_units'], hiddenUnits);
  settings.setIn(['gaitsmith', 'character'], path);
  settings.setIn(['gaitsmith', 'symmetric'], symmetric);
  settings.setIn(['gaitsmith', 'evaluation_interval'], decisions);
  settings.setIn(
    ['gaitsmith', 'phases'],
    [
      { from_step: 0.08 * decisions, max_log_deviation: -0.8 },
      // Sigma 0.32 to 0.37 for as long as it learns: noise that dies sooner ends the learning.
      {
        from_step: 0.3 * decisions,
        max_log_deviation: -1,
        min_log_deviation: -1.15,
        batch_size: 512,
        buffer_size: 10_240,
        beta: 0.001,
        adaptive_learning_rate: { desired_kl: 0.2, factor: 1.1, min: 0.00001, max: 0.001 },
      },
      { from_step: 0.85 * decisions, min_log_deviation: null, max_log_deviation: -1.6, beta: 0.0001 },
      { from_step: 0.94 * decisions, max_log_deviation: -2, learning_rate: 0.00004, average_updates: 8 },
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
    ...lessons('target_speed_max', character.name, [
      ['slow', rounded(high / 3), 0.2],
      ['walking', rounded((2 * high) / 3), 0.4],
      ['all', high],
    ]),
    '  # Degrees to either side: half of what makes a walker fall is turning round.',
    ...lessons('target_turn', character.name, [
      ['ahead', 30, 0.45],
      ['aside', 60, 0.6],
      ['around', 100, 0.75],
      ['anywhere', 180],
    ]),
    '  # Physics steps: short episodes at first, so that speeds at which it falls are tried as often as those at which it walks.',
    ...lessons('max_steps', character.name, [
      ['short', Math.min(1000, character.endings.maxSteps), 0.85],
      ['long', character.endings.maxSteps],
    ]),
    '  # Weights of what it is rewarded for beside its task, of which a physics step earns 1 at most; docs/own-character.md has all of them.',
    ...facing,
    ...offered.map(([name, weight, what]) => `  ${name}: ${weight} # ${what}`),
    '',
  ].join('\n');
}

/** A parameter that changes as training goes on. @param values a name, a value, and the share of the training that it holds until. */
function lessons(
  parameter: string,
  behavior: string,
  values: readonly (readonly [name: string, value: number, until?: number])[],
): string[] {
  return [
    `  ${parameter}:`,
    '    curriculum:',
    ...values.flatMap(([name, value, until]) => [
      `      - name: ${name}`,
      ...(until === undefined
        ? []
        : [
            `        completion_criteria: { behavior: ${JSON.stringify(behavior)}, measure: progress, threshold: ${until} }`,
          ]),
      `        value: ${value}`,
    ]),
  ];
}
