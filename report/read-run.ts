/** Reads what a run has left, as far as it is there: what is missing or damaged is told, and stops nothing. */

import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { commandText, quoted } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { fromHere } from '../base/files/from-here.ts';
import { sha256OfFile } from '../base/files/hash.ts';
import type { Score } from '../evaluate/score.ts';
import { SHIPPED_WALKER, shippedFiles } from '../models/shipped.ts';
import { readReport, type ValidationReport } from '../validate/report.ts';
import { earlierNames } from './curves.ts';
import type { Iteration } from './series.ts';
import { type ReadSettings, readSettings } from './settings.ts';

/** Where a run's files lie, as whoever keeps runs hands it in. */
export interface RunFiles {
  readonly id: string;
  /** The folder. */
  readonly path: string;
  /** The flags that name it: "--run-id walker". */
  readonly flags: string;
  /** run.json. */
  readonly manifest: string;
  readonly config: string;
  readonly metrics: string;
  readonly policy: string;
  readonly validation: string;
  readonly evaluation: string;
  readonly regression: string;
  /** Where its report is to lie. */
  readonly report: string;
  /** Path of the character's file that was trained; undefined: the Walker. @throws UserError where the settings can't be read. */
  character?(): string | undefined;
  /** What each stage did, by its name, in the order of the stages. @throws UserError where the record is damaged. */
  stages(): Readonly<Record<string, StageTold>>;
}

/** What is told of a stage. */
export interface StageTold {
  readonly status: string;
  readonly started: string;
  readonly seconds: number;
  readonly command: string;
  readonly summary?: string | undefined;
  readonly reason?: string | undefined;
  readonly warnings?: readonly string[] | undefined;
  readonly inputs: { readonly files: Readonly<Record<string, HashedFile>> };
  readonly outputs: Readonly<Record<string, HashedFile>>;
  readonly versions: Readonly<Record<string, unknown>>;
  readonly machine?: Readonly<Record<string, unknown>> | undefined;
  readonly details?: unknown;
}

interface HashedFile {
  readonly path: string;
  readonly sha256: string;
}

/** A held-out evaluation of the training. */
export interface HeldOutEvaluation {
  readonly step: number;
  readonly reward: number;
  readonly rewardInterval?: number | undefined;
  readonly fallShare?: number | undefined;
  readonly conditions?: readonly (Pick<Score, 'reward'> & { readonly name: string })[] | undefined;
}

/** What is not there, and what makes it. */
export interface Missing {
  readonly what: string;
  /** A command. */
  readonly mend?: string | undefined;
}

export interface RunRead {
  readonly files: RunFiles;
  readonly stages: Readonly<Record<string, StageTold>>;
  readonly iterations: readonly Iteration[];
  readonly heldOut: readonly HeldOutEvaluation[];
  readonly settings: ReadSettings | undefined;
  readonly validation: ValidationReport | undefined;
  readonly evaluation: EvaluationTold | undefined;
  readonly regression: RegressionTold | undefined;
  /** SHA-256 of the policy; undefined where none was exported. */
  readonly policy: string | undefined;
  readonly missing: readonly Missing[];
}

const number = z.number();
const fared = {
  episodes: number,
  falls: number,
  falls_share: number,
  reward: number,
  reward_ci95: number.nullish(),
  mean_speed: number.nullish(),
  speed_under_way: number.nullish(),
  speed_error: number.nullish(),
  energy_per_metre: number.nullish(),
  steps_per_fall: number.nullish(),
  fallen: z.record(z.string(), number).readonly().default({}),
};

/** What `npm run evaluate -- --report` writes, as far as it is shown; an earlier version told less. */
const evaluationTold = z.object({
  policy: z.string(),
  sha256: z.string(),
  world: z.string(),
  deterministic: z.boolean().default(false),
  seed: number.optional(),
  ...fared,
  bands: z
    .array(z.object({ speed: z.tuple([number, number]).readonly(), ...fared }))
    .readonly()
    .default([]),
});
export type EvaluationTold = z.infer<typeof evaluationTold>;

/** What `npm run regress -- --report` writes, as far as it is shown. */
const regressionTold = z.object({
  verdict: z.string(),
  policy: z.string(),
  sha256: z.string(),
  baseline: z.object({ policy: z.string(), sha256: z.string() }),
  margin: number,
  pairs: number.nullish(),
  change: number.nullish(),
  checks: z.array(z.object({ name: z.string(), verdict: z.string(), message: z.string() })),
});
export type RegressionTold = z.infer<typeof regressionTold>;

const heldOutTold = z.object({
  step: number,
  evaluation: z.object({
    reward: number,
    rewardInterval: number.nullish().transform((value) => value ?? undefined),
    fallShare: number.optional(),
    conditions: z.array(z.object({ name: z.string(), reward: number })).optional(),
  }),
});

const iterationTold = z.looseObject({ step: number });

export function readRun(files: RunFiles): RunRead {
  const missing: Missing[] = [];
  /** What there is of a file, or the sentence of what there is not. */
  const read = <Value>(path: string, what: string, mend: string, of: (text: string) => Value): Value | undefined => {
    if (!existsSync(path)) {
      missing.push({ what, mend });
      return undefined;
    }
    try {
      return of(readFileSync(path, 'utf8'));
    } catch (error) {
      missing.push({ what: `${path} can not be read: ${causeOf(error)}`, mend });
      return undefined;
    }
  };
  const { flags } = files;
  const train = commandText('train', flags);
  let stages: RunRead['stages'] = {};
  try {
    stages = files.stages();
  } catch (error) {
    missing.push({ what: causeOf(error) });
  }
  if (Object.keys(stages).length === 0 && missing.length === 0) {
    missing.push({ what: 'No stage has been recorded: there is no run.json.', mend: commandText('pipeline', flags) });
  }
  const lines = read(files.metrics, 'No training has told of itself: there is no metrics.jsonl.', train, parseMetrics);
  if (lines?.iterations.length === 0) missing.push({ what: 'No iteration of the training is over yet.' });
  const settings = read(files.config, 'There is no config.yaml.', train, (text) => readSettings(text, files.config));
  const policy = sha256OfFile(files.policy);
  if (policy === undefined) missing.push({ what: 'No policy was exported.', mend: commandText('export', flags) });
  const validation = read(files.validation, 'The policy was not validated.', commandText('validate', flags), () =>
    readReport(files.validation, flags),
  );
  const regression = read(files.regression, 'The policy was not judged by a baseline.', regressCommand(files), (text) =>
    regressionTold.parse(JSON.parse(text)),
  );
  const evaluation = existsSync(files.evaluation)
    ? read(files.evaluation, '', evaluateCommand(files), (text) => evaluationTold.parse(JSON.parse(text)))
    : undefined;
  const { iterations = [], heldOut = [] } = lines ?? {};
  return { files, stages, iterations, heldOut, settings, validation, evaluation, regression, policy, missing };
}

/** The command that writes the evaluation of a run's policy where a report looks for it. */
export function evaluateCommand({ flags, evaluation }: Pick<RunFiles, 'flags' | 'evaluation'>): string {
  return commandText('evaluate', `${flags} --report ${quoted(evaluation)}`);
}

/** The Walker is judged by the shipped one's baseline; a character has one of its own, or is to have it. */
function regressCommand(files: RunFiles): string {
  const character = characterOf(files);
  const { policy, regression } = files;
  const by = character === undefined ? ` --baseline ${quoted(shippedBaseline())}` : '';
  if (by === '' && !existsSync(policy.replace(/\.onnx$/, '.baseline.json'))) {
    return commandText(
      'regress',
      `${quoted(policy)} --character ${quoted(character!)} --update-baseline --reason "the first one"`,
    );
  }
  return commandText('regress', `${quoted(policy)}${by} --report ${quoted(regression)}`);
}

/** Whose run it is; undefined also where its settings can't be read, which is told elsewhere. */
export function characterOf({ character }: Pick<RunFiles, 'character'>): string | undefined {
  try {
    return character?.();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** A run has no baseline of its own; the shipped walker's says whether it walks as well as that one. */
function shippedBaseline(): string {
  return fromHere(shippedFiles(SHIPPED_WALKER).policy).replace(/\.onnx$/, '.baseline.json');
}

/** The lines of metrics.jsonl; one that was cut off, or is none of ours, is passed over. */
export function parseMetrics(text: string): { iterations: Iteration[]; heldOut: HeldOutEvaluation[] } {
  const iterations: Iteration[] = [];
  const heldOut: HeldOutEvaluation[] = [];
  for (const line of text.split('\n')) {
    const value = parsed(line);
    const judged = heldOutTold.safeParse(value);
    if (judged.success) {
      heldOut.push({ step: judged.data.step, ...judged.data.evaluation });
      continue;
    }
    const iteration = iterationTold.safeParse(value);
    if (!iteration.success || 'evaluation' in iteration.data) continue;
    iterations.push(
      Object.fromEntries(Object.entries(iteration.data).map(([name, each]) => [earlierNames[name] ?? name, each])) as {
        step: number;
      },
    );
  }
  return { iterations, heldOut };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function causeOf(error: unknown): string {
  if (error instanceof UserError) return error.problem.what;
  if (error instanceof z.ZodError) {
    const { path, message } = error.issues[0]!;
    return `${path.join('.') || 'the whole'}: ${message}`;
  }
  return (error as Error).message;
}
