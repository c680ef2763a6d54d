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
  ['reward_upright', 0.8, 'stays upright'],
  ['reward_hold', 0.5, 'holds the asked speed'],
  ['reward_smooth', 0.1, 'moves its joints smoothly'],
  ['reward_lift', 0.1, 'lifts its feet'],
  ['reward_slide', 0.1, "doesn't slide its feet"],
] as const;

/** Half as many as the Walker's, which has more joints: in the same time it learns from twice as many decisions. */
const hiddenUnits = 128;

/**
 * By how many legs it has: decisions of the whole training, a quarter of an hour of one processor core at most, and the lessons of
 * turning, in degrees that targets lie at to either side. On two legs it takes far longer to learn to turn round than this, and it walks
 * so slowly that it would not come to a target in a short episode.
 */
const plans = {
  two: {
    decisions: 3_200_000,
    turns: [30, 60],
    nearTargets: true,
    why: '100 and 180 degrees are for a longer training',
  },
  more: {
    decisions: 1_500_000,
    turns: [30, 60, 100, 180],
    nearTargets: false,
    why: 'half of what makes a walker fall is turning round',
  },
} as const;

/** The share of the training after which episodes are whole, and targets as far as they will be. */
const wholeEpisodes = 0.7;

/** Physics steps of an episode at first: a fifth of a whole one. */
const shortEpisode = 1000;

/** Earned in a physics step, by what is proposed: who stands earns 0.8 or more, who walks as asked two to three times as much. */
const stands = 0.6;
const walking = 1.4;

export function proposeConfiguration(
  { character, anatomy }: Proposal,
  { quick, symmetric, path }: ConfigurationOptions,
): string {
  const { decisions, turns, nearTargets, why } = anatomy.feet.length > 2 ? plans.more : plans.two;
  const document = parseDocument(quick.replace(/^(#.*\n)+/, ''));
  const settings = document.getIn(['behaviors', 'Walker']) as { setIn(path: string[], value: unknown): void };
  document.deleteIn(['behaviors', 'Walker']);
  document.setIn(['behaviors', character.name], settings);
  const at = (share: number) => Math.round(share * decisions);
  settings.setIn(['max_steps'], decisions);
  settings.setIn(['network_settings', 'hidden_units'], hiddenUnits);
  settings.setIn(['gaitsmith', 'character'], path);
  settings.setIn(['gaitsmith', 'symmetric'], symmetric);
  settings.setIn(['gaitsmith', 'evaluation_interval'], decisions);
  settings.setIn(
    ['gaitsmith', 'phases'],
    [
      { from_step: at(0.15), max_log_deviation: -0.8 },
      // Sigma 0.32 to 0.37 for as long as it learns: noise that dies sooner ends the learning.
      {
        from_step: at(0.55),
        max_log_deviation: -1,
        min_log_deviation: -1.15,
        batch_size: 512,
        buffer_size: 10_240,
        beta: 0.001,
        adaptive_learning_rate: { desired_kl: 0.2, factor: 1.1, min: 0.00001, max: 0.001 },
      },
      { from_step: at(0.66), min_log_deviation: null, max_log_deviation: -1.6, beta: 0.0001 },
      // A quarter of the training is calm: falls and speed both go on getting better for as long as it lasts.
      { from_step: at(0.74), max_log_deviation: -2, learning_rate: 0.00004, average_updates: 8 },
    ],
  );
  document.deleteIn(['environment_parameters']);
  document.commentBefore = [
    ` ${character.name}: settings of its first training, proposed by \`gaitsmith init --from-rig\`. They begin as config/walker-quick.yaml.`,
    ' Every line may be changed, and any of them for one training alone: --set environment_parameters.reward_smooth=0.2',
  ].join('\n');
  const { low, high } = character.target.speed;
  const short = Math.min(shortEpisode, character.endings.maxSteps);
  const walks = { reward: walking * short };
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
      ['slow', rounded(high / 3), 0.33],
      ['walking', rounded((2 * high) / 3), 0.45],
      ['all', high],
    ]),
    `  # Degrees to either side: ${why}.`,
    ...lessons(
      'target_turn',
      character.name,
      turns.map((turn, lesson) => [`to ${turn}`, turn, lesson < turns.length - 1 ? walks : undefined]),
    ),
    ...(nearTargets
      ? [
          '  # m, about: near targets while episodes are short, so that it has learnt to come to one, where it must turn at once.',
          ...lessons('target_radius', character.name, [
            ['near', rounded(character.target.radius / 5), wholeEpisodes],
            ['far', character.target.radius],
          ]),
        ]
      : []),
    '  # Physics steps: short episodes at first, so that speeds at which it falls are tried as often as those at which it walks.',
    ...lessons('max_steps', character.name, [
      ['short', short, wholeEpisodes],
      ['long', character.endings.maxSteps],
    ]),
    '  # Weights of what it is rewarded for beside its task, of which a physics step earns 1 at most; docs/own-character.md has all of them.',
    ...facing,
    '  # Goes the asked way: once it stands for most of a short episode. Who hurries before it stands learns to dive.',
    ...lessons('reward_go', character.name, [
      ['stand', 0, { reward: stands * short }],
      ['go', 1],
    ]),
    ...offered.map(([name, weight, what]) => `  ${name}: ${weight} # ${what}`),
    '',
  ].join('\n');
}

/**
 * A parameter that changes as training goes on.
 *
 * @param values a name, a value, and what it holds until: a share of the training, or what a hundred episodes earn on average.
 */
function lessons(
  parameter: string,
  behavior: string,
  values: readonly (readonly [name: string, value: number, until?: number | { readonly reward: number } | undefined])[],
): string[] {
  const criterion = (until: number | { readonly reward: number }) =>
    typeof until === 'number'
      ? `measure: progress, threshold: ${until}`
      : `measure: reward, threshold: ${until.reward}, min_lesson_length: 100`;
  return [
    `  ${parameter}:`,
    '    curriculum:',
    ...values.flatMap(([name, value, until]) => [
      `      - name: ${name}`,
      ...(until === undefined
        ? []
        : [`        completion_criteria: { behavior: ${JSON.stringify(behavior)}, ${criterion(until)} }`]),
      `        value: ${value}`,
    ]),
  ];
}
