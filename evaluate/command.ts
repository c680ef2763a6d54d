/** `npm run evaluate`: how a policy fares, by target speed, and next to another one. */

import { z } from 'zod';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { checkWritable, writeAtomically } from '../base/files/write-atomically.ts';
import { type CommandLine, defineCommand } from '../cli/command-line.ts';
import { exitCodes } from '../cli/exit-codes.ts';
import type { Logger } from '../cli/logger.ts';
import { flag, type OptionSpec, type OptionsOf, oneOf, seedNumber, text, wholeNumber } from '../cli/options.ts';
import type { ParameterValues } from '../envs/env.ts';
import { defaultWorld, type WorldName, worldNames } from '../envs/walker/dialects.ts';
import { walkerParameters } from '../envs/walker/parameters.ts';
import type { TargetSpeeds } from './episodes.ts';
import type { EvaluationReport, WebEpisodes } from './evaluate.ts';
import { evaluationOutput } from './output.ts';
import type { Playing, PlaysEpisodes } from './players.ts';
import { type PolicyFile, readPolicyFile } from './policy-file.ts';

/** What the command wants to know of runs and configurations, as whoever keeps them hands it in. */
export interface Policies {
  /** The flag that says where runs are kept. */
  readonly runsDir: OptionSpec<string>;
  /**
   * The policy of a run: of one of its checkpoints, or, where none is named, the one that was exported.
   *
   * @param checkpoint best, latest, or the path of one.
   * @throws UserError where there is none.
   */
  policyOf(run: {
    readonly runId: string;
    readonly runsDir: string;
    readonly checkpoint?: string | undefined;
  }): Promise<PolicyFile>;
  /** The policy of the checkpoint in a file, as it would be exported. @throws UserError where it is none. */
  policyOfCheckpoint(path: string): Promise<PolicyFile>;
  /**
   * Plays seeded episodes with it here and in a headless Chromium.
   *
   * @throws UserError where there is no such browser, or it can't be played there.
   */
  inBrowser(policy: PolicyFile, episodes: { readonly world: WorldName; readonly seed: number }): Promise<WebEpisodes>;
  /** The flag that shares episodes out, and who then plays them. */
  readonly queue: OptionSpec<string | undefined>;
  playersOn(queue: string, what: string, warn: (message: string) => void): Promise<PlaysEpisodes>;
  /** `environment_parameters` of a configuration, of a curriculum the last lesson. @throws UserError where it has none. */
  parametersOf(file: string, character?: string): Promise<ParameterValues>;
  /** Path of the character's file that a run trained; undefined: the Walker. */
  characterOf(run: { readonly runId: string; readonly runsDir: string }): string | undefined;
}

/** What to play, for every command that plays episodes. */
export const playOptions = {
  world: {
    argument: 'NAME',
    description: `the world to walk in: ${worldNames.join(', ')} (default: ${defaultWorld})`,
    schema: oneOf(worldNames).optional(),
  },
  deterministic: {
    description: "the mean action instead of a sampled one, which Unity's scene uses",
    schema: flag(),
  },
  config: {
    argument: 'FILE',
    description: 'a configuration whose environment_parameters hold, of a curriculum the last lesson',
    schema: text().optional(),
  },
  set: {
    argument: 'NAME=NUMBER',
    repeats: 'commas' as const,
    description: 'an environment parameter, such as friction=0.4; may be given more than once',
    schema: assignments().optional(),
  },
  workers: {
    argument: 'N',
    description: 'threads that play (default: one a core); they change nothing of the result',
    schema: wholeNumber(1, 256).optional(),
  },
};

/** Whose policy a file is. */
export const characterOption = {
  argument: 'FILE',
  description: 'whose policy it is: a character file, such as rigs/crawler (default: the Walker)',
  schema: text().optional(),
};

function optionsWith({ runsDir, queue }: Pick<Policies, 'runsDir' | 'queue'>) {
  return {
    policy: {
      argument: 'FILE.onnx',
      bare: true,
      description: 'a policy that ML-Agents runs',
      schema: text().optional(),
    },
    runId: { argument: 'NAME', description: 'the policy of this run instead of a file', schema: text().optional() },
    checkpoint: {
      argument: 'WHICH',
      description: 'best, latest or a FILE of a checkpoint, as it would be exported (default: what was exported)',
      schema: text().optional(),
    },
    runsDir,
    character: {
      ...characterOption,
      description: `${characterOption.description}; with --run-id that of the run`,
    },
    compare: { argument: 'FILE', description: 'another policy, on the same episodes', schema: text().optional() },
    episodes: {
      argument: 'N',
      description: 'episodes (default: 300, which a verdict needs)',
      schema: wholeNumber(1, 1_000_000).default(300),
    },
    seed: {
      argument: 'N',
      description: 'seed of episodes and sampled actions (default: 0)',
      schema: seedNumber().default(0),
    },
    speeds: {
      argument: 'HOW',
      description:
        'target speeds: grid (evenly over their range), drawn (as in Unity), or some in m/s, such as 1,2,3 (default: grid)',
      schema: speeds().default('grid'),
    },
    ...playOptions,
    web: {
      description:
        'also play seeded episodes in a headless Chromium of this machine: every decision is to be as in Node, else it is told where they part',
      schema: flag(),
    },
    queue,
    statistics: {
      description: "also compare what is observed with what the file's normaliser saw",
      schema: flag(),
    },
    worst: {
      argument: 'N',
      description: 'how many of those observations to list, least like the file first (default: 12; --json has all)',
      schema: wholeNumber(0).default(12),
    },
    report: {
      argument: 'FILE',
      description: `write the whole report there as JSON; ${commandText('ship')} takes it`,
      schema: text().optional(),
    },
  };
}

type Options = ReturnType<typeof optionsWith>;

export function evaluateCommand(policies: Policies): CommandLine<Options> {
  return defineCommand({
    name: 'evaluate',
    typed: commandText('evaluate'),
    summary: 'plays episodes with a policy of ML-Agents and tells how it fares, by target speed',
    options: optionsWith(policies),
    output: [evaluationOutput],
    epilogue: `Example:\n  ${commandText('evaluate', 'models/walker/walker.onnx --compare Walker.onnx --episodes 400')}`,
    async run(given, { terminal, logger, progress, interrupts: { signal } }) {
      const { evaluate } = await import('./evaluate.ts');
      const { reportText } = await import('./report-text.ts');
      const policy = await policyOf(given, policies);
      const compare = given.compare === undefined ? undefined : readPolicyFile(given.compare);
      if (given.report !== undefined) checkWritable(given.report); // now, not after the episodes
      const { runId, runsDir } = given;
      const character = given.character ?? (runId === undefined ? undefined : policies.characterOf({ runId, runsDir }));
      if (character !== undefined && given.web) throw onlyTheWalkerInBrowsers(character);
      const parameters = await parametersOf({ ...given, character }, policies);
      const web = given.web
        ? await policies.inBrowser(policy, { world: given.world ?? defaultWorld, seed: given.seed })
        : undefined;
      const evaluated = await evaluate(
        {
          ...given,
          character,
          policy,
          compare,
          parameters,
          openPlayers: openPlayersOf(given, 'evaluate', policies, logger),
        },
        { signal, progress: (done, total) => progress.update({ done, total, unit: 'episodes' }) },
      );
      progress.end();
      const report: EvaluationReport = { ...evaluated, ...(web ? { web } : {}) };
      terminal.print(reportText(report, given.worst));
      if (given.report !== undefined) writeAtomically(given.report, `${JSON.stringify(report, null, 2)}\n`);
      return { json: report, exitCode: web && web.partsAt !== null ? exitCodes.failed.code : undefined };
    },
  });
}

type Given = Pick<OptionsOf<Options>, 'policy' | 'runId' | 'runsDir' | 'checkpoint'>;

/** The one policy that is named: by its file, a run, or a checkpoint. */
async function policyOf({ policy, runId, runsDir, checkpoint }: Given, policies: Policies): Promise<PolicyFile> {
  if (policy !== undefined) {
    const other = runId === undefined ? (checkpoint === undefined ? undefined : '--checkpoint') : '--run-id';
    if (other === undefined) return readPolicyFile(policy);
    throw new UserError({
      what: 'one policy is evaluated, and here two are named',
      where: `${policy} and ${other}`,
      mend: 'leave one of them out; another one to compare with is named by --compare',
    });
  }
  if (runId !== undefined) return policies.policyOf({ runId, runsDir, checkpoint });
  if (checkpoint !== undefined && !['best', 'latest'].includes(checkpoint)) {
    return policies.policyOfCheckpoint(checkpoint);
  }
  throw new UserError({
    what: 'no policy is named',
    expected: `${commandText('evaluate', 'FILE.onnx')}, or --run-id NAME`,
  });
}

/** Who plays, where that are not threads of this machine. @param what they play for, in a word. */
export function openPlayersOf(
  { queue }: { readonly queue?: string | undefined },
  what: string,
  { playersOn }: Pick<Policies, 'playersOn'>,
  { warn }: Pick<Logger, 'warn'>,
): Playing['openPlayers'] {
  return queue === undefined ? undefined : () => playersOn(queue, what, warn);
}

/** What the configuration says, and above it what single flags say. */
export async function parametersOf(
  {
    config,
    set,
    character,
  }: {
    readonly config?: string | undefined;
    readonly set?: ParameterValues | undefined;
    readonly character?: string | undefined;
  },
  { parametersOf }: Pick<Policies, 'parametersOf'>,
): Promise<ParameterValues> {
  return { ...(config === undefined ? {} : await parametersOf(config, character)), ...set };
}

function onlyTheWalkerInBrowsers(character: string): UserError {
  return new UserError({
    what: 'a browser plays the Walker alone',
    where: '--web',
    value: character,
    mend: 'leave --web out, or evaluate the Walker',
  });
}

/** `grid`, `drawn`, or speeds in m/s with commas between them. */
export function speeds() {
  const { low, high } = walkerParameters.target_speed_max;
  const expected = `grid, drawn, or speeds from ${low} to ${high} m/s, such as 1,2,3`;
  return z.string(expected).transform((words, context): TargetSpeeds => {
    if (words === 'grid' || words === 'drawn') return words;
    const values = words.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)));
    if (values.every((value) => value >= low && value <= high)) return values;
    context.addIssue(expected);
    return z.NEVER;
  });
}

/** "friction=0.4,mass_scale=1.2" as numbers by name. */
function assignments() {
  const expected = 'NAME=NUMBER, such as friction=0.4';
  return z.string(expected).transform((text, context) => {
    const values = text.split(',').map((part) => /^(\w+)=([+-]?[\d.]+(?:e[+-]?\d+)?)$/i.exec(part));
    const read = values.map((found) => [found?.[1] ?? '', Number(found?.[2])] as const);
    if (read.every(([, value]) => Number.isFinite(value))) return Object.fromEntries(read);
    context.addIssue(expected);
    return z.NEVER;
  });
}
