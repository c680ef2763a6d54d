/** `npm run regress`: does this file still walk as its baseline does? */

import { existsSync } from 'node:fs';
import { z } from 'zod';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { checkWritable, writeAtomically } from '../base/files/write-atomically.ts';
import { type CommandContext, type CommandLine, type CommandResult, defineCommand } from '../cli/command-line.ts';
import { flag, flagOf, type OptionsOf, positiveNumber, seedNumber, text, wholeNumber } from '../cli/options.ts';
import { defaultWorld } from '../envs/walker/dialects.ts';
import {
  characterOption,
  openPlayersOf,
  type Policies,
  parametersOf,
  playOptions,
  speeds,
} from '../evaluate/command.ts';
import { readPolicyFile } from '../evaluate/policy-file.ts';
import {
  type Baseline,
  type BaselineSettings,
  baselineBeside,
  baselineText,
  LEAST_EPISODES,
  readBaseline,
} from './baseline.ts';
import { regressOutput } from './output.ts';
import type { Verdict } from './rule.ts';

/** Episodes of a first baseline: a margin of 10 % can then be seen by most walkers. */
const EPISODES = 400;

const EXIT_CODES: Readonly<Record<Verdict, number>> = { pass: 0, fail: 1, undecided: 3 };

const optionsWith = (queue: Policies['queue']) => ({
  policy: {
    argument: 'FILE.onnx',
    bare: true,
    description: 'a policy that ML-Agents runs, from whichever trainer',
    schema: text(),
  },
  baseline: {
    argument: 'FILE',
    description: 'what it is compared with (default: FILE.baseline.json beside FILE.onnx)',
    schema: text().optional(),
  },
  margin: {
    argument: 'SHARE',
    description: 'how much of the mean reward may be lost: 5% or 0.05 (default: 10%)',
    schema: share(),
  },
  same: {
    description: 'fail unless it is the very policy of the baseline, such as one that was exported again',
    schema: flag(),
  },
  maxKilobytes: { argument: 'N', description: 'fail above this size, KiB', schema: positiveNumber().optional() },
  maxMilliseconds: {
    argument: 'N',
    description: 'fail where 99 of 100 decisions of ten agents do not take less, ms',
    schema: positiveNumber().optional(),
  },
  report: {
    argument: 'FILE',
    description: 'write the verdict with all that it rests on there, as JSON',
    schema: text().optional(),
  },
  junit: { argument: 'FILE', description: 'write the checks there as JUnit XML', schema: text().optional() },
  summary: {
    argument: 'FILE',
    description: 'write a summary there as Markdown, for a pull request',
    schema: text().optional(),
  },
  annotate: { description: "also print the findings as GitHub's annotations", schema: flag() },
  updateBaseline: {
    description: 'make the baseline of this file instead, with new episodes',
    schema: flag(),
  },
  reason: {
    argument: 'TEXT',
    description: 'with --update-baseline: why, for who reads it later',
    schema: text().optional(),
  },
  episodes: {
    argument: 'N',
    description: `with --update-baseline: how many (default: as before, else ${EPISODES})`,
    schema: wholeNumber(LEAST_EPISODES, 100_000).optional(),
  },
  seed: {
    argument: 'N',
    description: 'with --update-baseline: seed of episodes and sampled actions (default: the next one)',
    schema: seedNumber().optional(),
  },
  speeds: {
    argument: 'HOW',
    description:
      'with --update-baseline: grid, drawn, or some in m/s, as evaluate has it (default: as before, else grid)',
    schema: speeds().optional(),
  },
  world: { ...playOptions.world, description: `with --update-baseline: ${playOptions.world.description}` },
  deterministic: {
    ...playOptions.deterministic,
    description: `with --update-baseline: ${playOptions.deterministic.description}`,
  },
  config: { ...playOptions.config, description: `with --update-baseline: ${playOptions.config.description}` },
  set: { ...playOptions.set, description: `with --update-baseline: ${playOptions.set.description}` },
  character: {
    ...characterOption,
    description: `${characterOption.description}; a baseline knows, and needs it only where the file lies elsewhere by now`,
  },
  workers: playOptions.workers,
  queue,
});

type Specs = ReturnType<typeof optionsWith>;
type Options = OptionsOf<Specs>;
/** What is asked of whoever keeps configurations and shares work out. */
type Asked = Pick<Policies, 'parametersOf' | 'playersOn' | 'queue'>;

/** What belongs to a baseline alone. */
const ofBaselines = ['reason', 'episodes', 'seed', 'speeds', 'world', 'deterministic', 'config', 'set'] as const;

export function regressCommand(policies: Asked): CommandLine<Specs> {
  return defineCommand({
    name: 'regress',
    typed: commandText('regress'),
    summary: 'judges whether a policy still walks as well as its baseline: pass (0), fail (1) or undecided (3)',
    options: optionsWith(policies.queue),
    output: regressOutput,
    epilogue: `Examples:
  ${commandText('regress', 'Walker.onnx --update-baseline --reason "the first one"')}
  ${commandText('regress', 'Hero.onnx --character rigs/hero --update-baseline --reason "the first one"')}
  ${commandText('regress', 'Walker.onnx --margin 5% --junit regress.xml --summary regress.md')}`,
    async run(given, context) {
      const baseline = given.baseline ?? baselineBeside(given.policy);
      return given.updateBaseline
        ? update(given, baseline, policies, context)
        : judge(given, baseline, policies, context);
    },
  });
}

async function judge(
  given: Options,
  path: string,
  policies: Asked,
  { terminal, logger, progress, interrupts }: CommandContext,
): Promise<CommandResult> {
  const { regress } = await import('./regress.ts');
  const { annotations, regressText } = await import('./report-text.ts');
  const { junitText } = await import('./junit.ts');
  const { markdownText } = await import('./markdown.ts');
  const alone = ofBaselines.find((key) => given[key] !== undefined && given[key] !== false);
  if (alone !== undefined) {
    throw new UserError({
      what: 'that is said by the baseline, and a candidate is not to be given another',
      where: flagOf(alone),
      mend: `leave it out, or make a new baseline with it: --update-baseline --reason "..."`,
    });
  }
  const policy = readPolicyFile(given.policy);
  const baseline = withCharacter(readBaseline(path, given.policy), given.character);
  for (const file of [given.report, given.junit, given.summary]) if (file !== undefined) checkWritable(file);
  const report = await regress(
    { ...given, policy, baseline, openPlayers: openPlayersOf(given, 'regress', policies, logger) },
    {
      signal: interrupts.signal,
      progress: (done, total) => progress.update({ done, total, unit: 'episodes' }),
    },
  );
  progress.end();
  terminal.print(regressText(report));
  if (given.annotate) terminal.print(annotations(report));
  if (given.report !== undefined) writeAtomically(given.report, `${JSON.stringify(report, null, 2)}\n`);
  if (given.junit !== undefined) writeAtomically(given.junit, junitText([report]));
  if (given.summary !== undefined) writeAtomically(given.summary, markdownText(report));
  return { json: report, exitCode: EXIT_CODES[report.verdict] };
}

async function update(
  given: Options,
  path: string,
  policies: Asked,
  { terminal, logger, progress, interrupts }: CommandContext,
): Promise<CommandResult> {
  const { makeBaseline } = await import('./regress.ts');
  const { reason } = given;
  if (reason === undefined) {
    throw new UserError({
      what: 'whoever reads a new baseline wants to know why it was made',
      where: '--update-baseline',
      expected: '--reason "..."',
    });
  }
  const policy = readPolicyFile(given.policy);
  const old = existsSync(path) ? readBaseline(path, given.policy) : undefined;
  checkWritable(path);
  const baseline = await makeBaseline(
    {
      policy,
      reason,
      episodes: given.episodes ?? old?.episodes.returns.length ?? EPISODES,
      settings: await settingsOf(given, old, policies),
      replaces: old,
      workers: given.workers,
      openPlayers: openPlayersOf(given, 'regress', policies, logger),
    },
    {
      signal: interrupts.signal,
      progress: (done, total) => progress.update({ done, total, unit: 'episodes' }),
    },
  );
  progress.end();
  writeAtomically(path, baselineText(baseline));
  const { episodes, settings, history } = baseline;
  const { reward } = history[0]!;
  terminal.print(
    `${path}: ${given.policy} earns ${reward.toFixed(1)} in ${episodes.returns.length} episodes of seed ${settings.seed}; commit it beside the model`,
  );
  return { json: { baseline: path, sha256: baseline.sha256, episodes: episodes.returns.length, reward, settings } };
}

/** Its character lies elsewhere by now. */
function withCharacter(baseline: Baseline, character: string | undefined): Baseline {
  return character === undefined ? baseline : { ...baseline, settings: { ...baseline.settings, character } };
}

/** What is told, else as it was; and new episodes, that nobody has chosen a policy by. */
async function settingsOf(
  given: Options,
  old: Baseline | undefined,
  policies: Pick<Policies, 'parametersOf'>,
): Promise<BaselineSettings> {
  const before = old?.settings;
  const character = given.character ?? before?.character;
  const told = given.config !== undefined || given.set !== undefined;
  return {
    seed: given.seed ?? (before === undefined ? 1 : before.seed + 1),
    speeds: given.speeds ?? before?.speeds ?? 'grid',
    deterministic: given.deterministic || (before?.deterministic ?? false),
    world: given.world ?? before?.world ?? defaultWorld,
    ...(character === undefined ? {} : { character }),
    parameters: told ? await parametersOf({ ...given, character }, policies) : (before?.parameters ?? {}),
  } as BaselineSettings;
}

/** "5%" or "0.05", above 0 and below 1. */
function share() {
  const expected = 'a share above 0 and below 1, such as 5% or 0.05';
  return z
    .string(expected)
    .default('10%')
    .transform((words, context) => {
      const found = /^(\d+(?:\.\d*)?|\.\d+)(%?)$/.exec(words.trim());
      const value = found ? Number(found[1]) / (found[2] ? 100 : 1) : Number.NaN;
      if (value > 0 && value < 1) return value;
      context.addIssue(expected);
      return z.NEVER;
    });
}
