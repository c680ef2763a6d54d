/**
 * The shell around every command: flags, --help, --json, Ctrl-C, errors, exit code.
 *
 * A script that is no stage (the benchmark) uses it directly:
 *
 *     await runCommandLine({
 *       name: 'bench', typed: 'npm run bench', summary: 'measures ...', options: { ... },
 *       async run(options, { logger, progress, interrupts }) { ...; return { json: { ... } }; },
 *     });
 */
import { UserError } from '../base/failure/user-error.ts';
import { LOCK_TOKEN_VARIABLE } from '../base/files/lock-folder.ts';
import type { Json } from '../base/json.ts';
import { exitCodes } from './exit-codes.ts';
import { type Interrupts, listenForInterrupts } from './interrupts.ts';
import { type OutputForm, SCHEMA_VERSION } from './json-output.ts';
import { createLogger, type Logger } from './logger.ts';
import { flag, type OptionSpecs, type OptionsOf } from './options.ts';
import { type CommandWords, checkOptions, type Given, parseArguments } from './parse-options.ts';
import { createProgress, type Progress } from './progress.ts';
import { openTerminal, type Terminal } from './terminal.ts';

export interface CommandLine<Specs extends OptionSpecs = OptionSpecs> extends CommandWords {
  /** In the JSON and before a live line: "bench". */
  readonly name: string;
  readonly options: Specs;
  /** The exit code where it could not do its work; default 1. For a command whose 1 is a verdict. */
  readonly exitCodeOfErrors?: number;
  /** What of its JSON is its own, in each form that it can have. Every command of the table has this; a bench has none. */
  readonly output?: readonly OutputForm[];
  /** Which of the words that were typed are flags of its own, where it takes others beside them; default: all. */
  flagsAmong?(words: readonly string[]): readonly string[];
  /**
   * @throws UserError for a cause that lies with the input; the interrupts' reason (`signal.throwIfAborted()`) where there is
   * nothing to save; whatever else is thrown counts as a bug of ours.
   */
  run(options: OptionsOf<Specs>, context: CommandContext): Promise<CommandResult>;
}

export interface CommandContext {
  readonly terminal: Terminal;
  /** To the terminal only; a stage has one that writes a log file as well. */
  readonly logger: Logger;
  readonly progress: Progress;
  readonly interrupts: Interrupts;
  /** What was typed; options that are missing here have their default. */
  readonly given: Given;
  /** The same as it was typed, with what are no flags of the command's. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface CommandResult {
  /** Goes into the JSON object: what JSON makes of it. */
  readonly json: object;
  /** For a command that failed but has something to tell in the JSON: told like one that is thrown. */
  readonly error?: unknown;
  /** The command line that goes on from here; told last. */
  readonly goOn?: string | undefined;
  /** 0, or that of errors with an error, where not said. */
  readonly exitCode?: number | undefined;
}

/** Gives a command the types of its options. */
export function defineCommand<const Specs extends OptionSpecs>(command: CommandLine<Specs>): CommandLine<Specs> {
  return command;
}

/** A command whose code is loaded only when its flags are needed. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** What it needs and costs, a sentence each: for the help text and docs/commands.md. */
  readonly needs?: readonly string[];
  load(): Promise<CommandLine>;
}

const commonOptions = {
  json: { description: 'end stdout with one JSON object; text for people goes to stderr', schema: flag() },
  quiet: { description: 'tell nothing but warnings and errors', schema: flag() },
} satisfies OptionSpecs;

/** Runs the command with these words and ends the process. */
export async function runCommandLine<const Specs extends OptionSpecs>(
  command: CommandLine<Specs>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<never> {
  const { exitCodeOfErrors = 1 } = command;
  const work = async (terminal: Terminal, json: boolean): Promise<CommandResult> => {
    const words = { ...command, options: { ...command.options, ...commonOptions } };
    const parsed = asUsage(() => parseArguments(words, command.flagsAmong?.(argv) ?? argv));
    if ('error' in parsed) return parsed;
    if ('help' in parsed) {
      terminal.print(parsed.help);
      return { json: { help: parsed.help } };
    }
    const { given } = parsed;
    const interrupts = listenForInterrupts(process.env[LOCK_TOKEN_VARIABLE] !== undefined);
    const progress = createProgress({ terminal, label: command.name });
    try {
      const checked = asUsage(() => ({ options: checkOptions(command.options, given) }));
      if ('error' in checked) return checked;
      const { options } = checked;
      const quiet = given['quiet'] === true;
      const { json: _, quiet: __, ...own } = given;
      const context = {
        terminal,
        logger: createLogger(terminal),
        progress,
        interrupts,
        given: own,
        words: argv,
        json,
        quiet,
      };
      const result = await command.run(options, context);
      return { ...result, exitCode: result.exitCode ?? (result.error ? exitCodeOfErrors : interrupts.exitCode()) };
    } catch (error) {
      const { aborted, reason } = interrupts.signal;
      if (!aborted || error !== reason) throw error;
      return { json: { interrupted: true }, exitCode: interrupts.exitCode() };
    } finally {
      progress.end();
    }
  };
  return endWith(argv, command.name, work, exitCodeOfErrors);
}

/** What was typed, if it can be understood; else how it is told that it can't. */
function asUsage<Typed>(read: () => Typed): Typed | (CommandResult & { readonly error: UserError }) {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return { json: {}, error, exitCode: exitCodes.usage.code };
    throw error;
  }
}

/** Does the work, tells what came of it, and ends the process: nothing a command leaves running keeps it alive. */
export async function endWith(
  argv: readonly string[],
  command: string,
  work: (terminal: Terminal, json: boolean) => Promise<CommandResult>,
  exitCodeOfErrors = 1,
): Promise<never> {
  const json = argv.includes('--json');
  const terminal = openTerminal(json, process.env, process, argv.includes('--quiet'));
  // A reader that goes away (`| head`) or a terminal that is closed must not end a training.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const finish = async (result: CommandResult): Promise<never> => {
    terminal.showLive(undefined);
    const { error } = result;
    const exitCode = result.exitCode ?? (error === undefined ? 0 : exitCodeOfErrors);
    if (error !== undefined) tellError(error, terminal);
    if (result.goOn) terminal.printError(`to go on: ${terminal.color.bold(result.goOn)}`);
    if (json) {
      const told = {
        ...(error === undefined ? {} : { error: errorAsJson(error) }),
        ...(result.goOn ? { goOn: result.goOn } : {}),
      };
      process.stdout.write(
        `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ok: exitCode === 0, command, ...result.json, ...told })}\n`,
      );
    }
    await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
    process.exit(exitCode);
  };
  process.on('uncaughtException', (error) => void finish({ json: {}, error }));
  let result: CommandResult;
  try {
    result = await work(terminal, json);
  } catch (error) {
    result = { json: {}, error };
  }
  return finish(result);
}

/** One red line where the cause lies with the input; the stack where it lies with us. */
function tellError(error: unknown, terminal: Terminal): void {
  const { red } = terminal.color;
  if (error instanceof UserError) {
    terminal.printError(red(`error: ${error.message}`));
    return;
  }
  terminal.printError(error instanceof Error ? (error.stack ?? error.message) : String(error));
  terminal.printError(red('error: this is a bug of Gaitsmith, not of yours: please report it with the lines above'));
}

function errorAsJson(error: unknown): Json {
  if (error instanceof UserError) {
    return { message: error.message, ...JSON.parse(JSON.stringify(error.problem)) };
  }
  return { message: error instanceof Error ? error.message : String(error), bug: true };
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
