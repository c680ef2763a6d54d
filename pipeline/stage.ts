/**
 * The contract of a stage: what it takes, what its result depends on, and how it is run.
 *
 * A stage is a thin shell around a function that knows nothing of the pipeline. To add one:
 *   1. write `pipeline/stages/<name>.ts` with `export default defineStage({ ... })`;
 *   2. give it its row in the table of `pipeline/stages.ts`, in the place where it belongs in the order;
 *   3. give it its script in package.json, like those of the others.
 * Its flags then work on its own command and on `npm run pipeline`; the lock of the run folder, run.json, the log file,
 * skipping, Ctrl-C, --json and errors are done for it (`run-stage.ts`). A stage module is loaded for --help too:
 * import what is heavy (tfjs, onnxruntime, PhysX) inside `run()`.
 */
import type { z } from 'zod';
import { UserError } from '../base/failure/user-error.ts';
import type { CommandResult } from '../cli/command-line.ts';
import type { OutputForm } from '../cli/json-output.ts';
import type { Logger } from '../cli/logger.ts';
import { flagOf, type OptionSpecs, type OptionsOf } from '../cli/options.ts';
import type { Progress } from '../cli/progress.ts';
import type { Terminal } from '../cli/terminal.ts';
import type { StageRecord } from './manifest.ts';
import type { RunFolder } from './run-folder.ts';

export interface Stage<Specs extends OptionSpecs = OptionSpecs> {
  readonly name: string;
  /** What it does, in a few words, for the help text. */
  readonly summary: string;
  readonly options: Specs;

  /** What `details` of its result is like, for docs/json.md and the tests; every stage of the table has this. */
  readonly details?: z.ZodType;

  /**
   * What can be told wrong before anything runs, so that a mistyped path of the last stage is not found out after hours
   * of training. The pipeline asks all its stages at the start; earlier stages' files need not be there yet.
   *
   * @throws UserError where the options can't work.
   */
  check?(options: OptionsOf<Specs>): void | Promise<void>;

  /**
   * What the result depends on. It is asked for when all stages before this one have been run, and compared with what
   * run.json recorded: leave out what only changes the speed (--workers). A file that is missing is told to the user.
   *
   * @throws UserError where the options make no sense together.
   */
  inputs(options: OptionsOf<Specs>, run: RunFolder): StageInputs | Promise<StageInputs>;

  /** For a stage that can go on where it was stopped. */
  readonly resume?: Resume<Specs>;

  /** For a stage whose result depends on a seed, and which is then worth running with several: `--seeds N`. */
  readonly seeded?: Seeded;

  /**
   * Why the pipeline does without the stage, in a sentence; undefined where it is to run. Not asked where the user named the
   * stage (--only, --from).
   */
  leftOut?(options: OptionsOf<Specs>, run: RunFolder): string | undefined;

  /** For a stage whose own command can do more than the stage. */
  readonly besides?: Besides;

  /**
   * Does the work.
   *
   * @throws UserError for a cause that lies with the input; whatever else is thrown counts as a bug of ours.
   */
  run(options: OptionsOf<Specs>, context: StageContext): Promise<StageResult>;
}

export interface StageInputs {
  /** Files by a short name; each is hashed before the stage begins. */
  readonly files: Readonly<Record<string, string>>;
  /** Settings that matter; compared as JSON, whatever the order of their keys. */
  readonly settings: unknown;
}

export interface Resume<Specs extends OptionSpecs = OptionSpecs> {
  /** The switch that the pipeline then passes, by its key: 'resume'. */
  readonly option: keyof Specs & string;
  /**
   * Whether there is something to go on from. Asked by the pipeline when the stage has to run and nobody said --force
   * (which always begins afresh).
   *
   * @param last what run.json says of the last time; undefined where the stage never ran.
   */
  possible(options: OptionsOf<Specs>, run: RunFolder, last: StageRecord | undefined): boolean;
}

export interface Seeded {
  /** The option that takes the seed, by its key: 'seed'. */
  readonly option: string;
  /** What is compared, in a word: 'reward'. */
  readonly scoreName: string;
  /** Of a run that is done; undefined where nothing is known. */
  scoreOf(record: StageRecord): number | undefined;
}

/** What the command of a stage does in no run's name, so that nothing is recorded: `npm run deploy -- --history`. */
export interface Besides {
  /** Flags that the command has beside those of the stage, and the pipeline does not. */
  readonly options: OptionSpecs;
  /** What of the command's JSON is then its own. */
  readonly output: readonly OutputForm[];
  /**
   * @param options the command's, those of the stage among them
   * @returns what came of it; undefined where none of its flags was given, and the stage is to run as ever
   */
  run(
    options: Record<string, unknown>,
    context: { readonly run: RunFolder; readonly terminal: Terminal },
  ): Promise<CommandResult | undefined>;
}

export interface StageContext {
  readonly run: RunFolder;
  /** To the terminal and to logs/<stage>.log. */
  readonly logger: Logger;
  /** The live line. */
  readonly progress: Progress;
  /**
   * Aborted by Ctrl-C, SIGTERM or a parent that went away: finish the iteration, save, and return with
   * `ended: 'interrupted'` (or `signal.throwIfAborted()` where there is nothing to save). A second Ctrl-C ends the
   * process at once.
   */
  readonly signal: AbortSignal;
  /** Given by a stage that can tell how long its end takes, in seconds, from an interrupt on; undefined: nobody knows yet. */
  readonly endsIn?: (seconds: () => number | undefined) => void;
  /** --force: begin afresh, whatever an earlier run left. */
  readonly force: boolean;
  /** What run.json said of this stage before it began this time. */
  readonly last: StageRecord | undefined;
}

export interface StageResult {
  /** One short line for the table: "1.2M steps, reward 812". */
  readonly summary: string;
  /** Files it made, by a short name; hashed into run.json. The first one is shown in the table. */
  readonly outputs: Readonly<Record<string, string>>;
  /** For run.json and --json: what JSON makes of it. */
  readonly details: unknown;
  /** 'done' where not said. What is interrupted or failed is recorded too, but run again next time. */
  readonly ended?: 'done' | 'interrupted' | 'failed';
  /** Why it failed; needed with `ended: 'failed'`. (An error that is thrown does as well, but records no outputs.) */
  readonly reason?: string;
}

/** Gives a stage the types of its options. */
export function defineStage<const Specs extends OptionSpecs>(stage: Stage<Specs>): Stage<Specs> {
  return stage;
}

/**
 * What can be told wrong before anything runs, by the stage itself and for all stages alike.
 *
 * @param options the stage's, checked.
 * @throws UserError where they can't work.
 */
export async function checkStage(stage: Stage, options: Record<string, unknown>, force: boolean): Promise<void> {
  await stage.check?.(options);
  const { resume } = stage;
  if (!force || !resume || !options[resume.option]) return;
  throw new UserError({
    what: 'a run can go on from what it left or begin afresh, not both',
    where: `${flagOf(resume.option)} and --force`,
    mend: 'leave one of them out',
  });
}
