/** The one table of learning curves: which numbers of metrics.jsonl lie in one diagram, and how to read it. */

export interface Curve {
  readonly title: string;
  /** Of its vertical axis; empty for a plain number. */
  readonly unit: string;
  /** How to read it, in a sentence or two. */
  readonly reading: string;
  /** By what each is called in the diagram: the metric, or of a record `name.key`. Those that a run does not have are left out. */
  readonly lines: Readonly<Record<string, string>>;
  /** Whether the axis shows 0, too. */
  readonly fromZero?: boolean;
  /** Shares, shown in percent. */
  readonly percent?: boolean;
  /** Areas on one another, each a share of all of them; default: lines. */
  readonly stacked?: boolean;
  /** Whether held-out evaluations belong into it. */
  readonly withEvaluations?: boolean;
}

export interface CurveGroup {
  readonly title: string;
  readonly curves: readonly Curve[];
}

export const curveGroups: readonly CurveGroup[] = [
  {
    title: 'How it fares in training',
    curves: [
      {
        title: 'Reward of an episode',
        unit: 'reward',
        reading: 'Mean of the episodes that ended in each iteration.',
        lines: { reward: 'reward' },
        withEvaluations: true,
      },
      {
        title: 'Length of an episode',
        unit: 'decisions',
        reading: 'A walker that falls later has longer ones.',
        lines: { length: 'episodeLength' },
        fromZero: true,
      },
      {
        title: 'Speed held and speed asked',
        unit: 'm/s',
        reading: 'Along the way to the target, mean of the episodes that ended.',
        lines: { held: 'meanSpeed', asked: 'targetSpeed' },
        fromZero: true,
      },
    ],
  },
  {
    title: 'What it is rewarded for',
    curves: [
      {
        title: 'Terms of the reward',
        unit: 'reward',
        reading:
          'What each earned in a physics step, weighted: the task, and the terms that have a weight. Below 0: what it loses by.',
        lines: {
          task: 'rewardTerms.task',
          speed: 'rewardTerms.speed',
          look: 'rewardTerms.look',
          face: 'rewardTerms.face',
          hold: 'rewardTerms.hold',
          go: 'rewardTerms.go',
          upright: 'rewardTerms.upright',
          facing: 'rewardTerms.facing',
          work: 'rewardTerms.work',
          smooth: 'rewardTerms.smooth',
          lift: 'rewardTerms.lift',
          slide: 'rewardTerms.slide',
          arms: 'rewardTerms.arms',
          symmetry: 'rewardTerms.symmetry',
        },
        fromZero: true,
      },
    ],
  },
  {
    title: 'Both losses',
    curves: [
      {
        title: 'Policy loss',
        unit: '',
        reading:
          'Mean over the minibatches of an update: minus the clipped gain. It swings about 0 and tells little by itself.',
        lines: { 'policy loss': 'policyLoss' },
        fromZero: true,
      },
      {
        title: 'Value loss',
        unit: 'reward²',
        reading: 'Mean squared error of the critic. It grows with the rewards that there are to foretell.',
        lines: { 'value loss': 'valueLoss' },
        fromZero: true,
      },
    ],
  },
  {
    title: 'The update',
    curves: [
      {
        title: 'KL divergence',
        unit: 'nats',
        reading: 'How far an update takes the policy from the one that collected.',
        lines: { 'mean of the update': 'kl', 'last epoch': 'klLastEpoch', 'by formula, after it': 'klAnalytic' },
        fromZero: true,
      },
      {
        title: 'Clip fraction',
        unit: 'share',
        reading: 'Ratios beyond 1 ± epsilon, which are not learnt from any further.',
        lines: { clipped: 'clipFraction' },
        fromZero: true,
        percent: true,
      },
      {
        title: 'Sigma',
        unit: '',
        reading: 'Mean standard deviation of the actions, before the division by 3: how much is tried out.',
        lines: { sigma: 'actionStd' },
        fromZero: true,
      },
      {
        title: 'Entropy',
        unit: 'nats',
        reading: 'Of the action distribution, mean over its dimensions.',
        lines: { entropy: 'entropy' },
      },
      {
        title: 'Learning rate',
        unit: '',
        reading: 'Of the actor, and of the critic where it has one of its own.',
        lines: { actor: 'learningRate', critic: 'criticLearningRate' },
        fromZero: true,
      },
      {
        title: 'Explained variance',
        unit: '',
        reading: '1 for a critic that foretells every return, 0 for one that tells a constant.',
        lines: { 'explained variance': 'explainedVariance' },
        fromZero: true,
      },
      {
        title: 'Value estimate',
        unit: 'reward',
        reading: 'What the critic expects of the states that are met, discounted, in rewards.',
        lines: { expected: 'valueEstimate' },
        fromZero: true,
      },
      {
        title: 'Gradient norms',
        unit: '',
        reading: 'Before anything scales them down.',
        lines: { actor: 'actorGradientNorm', critic: 'criticGradientNorm', both: 'gradientNorm' },
        fromZero: true,
      },
      {
        title: 'Mirror loss',
        unit: 'action²',
        reading: 'How far left and right differ in what the policy does.',
        lines: { 'mirror loss': 'mirrorLoss' },
        fromZero: true,
      },
    ],
  },
  {
    title: 'How fast it trains',
    curves: [
      {
        title: 'Decisions a second',
        unit: '1/s',
        reading: 'Of all walkers, learning included.',
        lines: { 'decisions a second': 'decisionsPerSecond' },
        fromZero: true,
      },
      {
        title: 'Where the time goes',
        unit: 'share',
        reading: 'Of each iteration: the simulator, the policy that acts, and the update.',
        lines: { physics: 'seconds.physics', inference: 'seconds.inference', learning: 'seconds.learning' },
        percent: true,
        stacked: true,
      },
    ],
  },
];

/** What metrics were called in lines that an earlier version wrote. */
export const earlierNames: Readonly<Record<string, string>> = {
  divergence: 'kl',
  lastDivergence: 'klLastEpoch',
  sigma: 'actionStd',
  rewardDeviation: 'rewardStd',
};
