/**
 * From what was typed to checked options, and back again to a command line that can be shown.
 *
 * commander splits the flags and writes the help; what each value may be is said by the schemas of `options.ts`.
 */
import { Command, CommanderError } from 'commander';
import { isScript, quoted, withFlags } from '../base/command-text.ts';
import { nearestName } from '../base/failure/nearest-name.ts';
import { UserError } from '../base/failure/user-error.ts';
import { flagOf, type OptionSpec, type OptionSpecs, type OptionsOf, typedName } from './options.ts';

/** What was typed, by the option's key; true for a switch. */
export type Given = Readonly<Record<string, string | true>>;

export interface CommandWords {
  /** The command as it is typed, without flags: "npm run train". */
  readonly typed: string;
  readonly summary: string;
  readonly options: OptionSpecs;
  /** Ends the help text: examples. */
  readonly epilogue?: string | undefined;
}

export type Parsed = { readonly help: string } | { readonly given: Given };

/**
 * Splits the flags; values are not looked at yet.
 *
 * @throws UserError for a flag that does not exist (with the nearest that does), a missing value or a stray word.
 */
export function parseArguments(words: CommandWords, argv: readonly string[], env = process.env): Parsed {
  let help = '';
  const command = commanderFor(words, (text) => {
    help += text;
  });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { help: help.trimEnd() };
    throw toldAsUserError(error, words, command, argv);
  }
  const bare = Object.keys(words.options).find((key) => words.options[key]!.bare);
  const between = bare !== undefined && words.options[bare]!.repeats === 'lines' ? '\n' : ',';
  const word = command.args.length > 0 ? command.args.join(between) : undefined;
  const given: Given = { ...command.opts(), ...(bare !== undefined && word !== undefined ? { [bare]: word } : {}) };
  complainOfSwallowedFlags(words, given, env);
  return { given };
}

/**
 * Checks the values and fills in the defaults.
 *
 * @throws UserError naming the flag, the value and what was expected.
 */
export function checkOptions<Specs extends OptionSpecs>(specs: Specs, given: Given): OptionsOf<Specs> {
  const values: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(specs)) {
    const checked = spec.schema.safeParse(given[key]);
    if (!checked.success) {
      if (given[key] === undefined) {
        throw new UserError({
          what: spec.bare ? 'this word is needed' : 'this flag is needed',
          where: typedName(key, spec),
          ...(spec.bare
            ? { expected: spec.description }
            : { expected: `${flagOf(key)} ${spec.argument ?? ''}`.trim() }),
        });
      }
      const message = checked.error.issues[0]!.message;
      throw new UserError({
        what: 'this value is not allowed',
        where: typedName(key, spec),
        value: given[key],
        // zod's own messages: "Invalid option: expected one of ..."
        expected: message.replace(/^Invalid [^:]*: expected /, ''),
      });
    }
    values[key] = checked.data;
  }
  return values as OptionsOf<Specs>;
}

/** The command line that gives these options: "npm run train -- --run-id walker --resume". */
export function commandLineText(typed: string, given: Given): string {
  const flags = flagsText(given);
  return withFlags(typed, flags);
}

/** The flags alone, as a shell reads them. */
export function flagsText(given: Given): string {
  return argumentsOf(given)
    .map((word) => quoted(withoutPassword(word)))
    .join(' ');
}

/** An address is told, and kept in logs, without the password in it. */
function withoutPassword(word: string): string {
  return word.replace(/^(\w+:\/\/[^/@]*):[^/]*@/, '$1:***@');
}

/** The same as a list for a child process. */
export function argumentsOf(given: Given): string[] {
  return Object.entries(given).flatMap(([key, value]) =>
    value === true ? [flagOf(key)] : value.split('\n').flatMap((line) => [flagOf(key), line]),
  );
}

function commanderFor({ typed, summary, options, epilogue }: CommandWords, onHelp: (text: string) => void): Command {
  const bare = Object.values(options).find((spec) => spec.bare);
  const command = new Command(typed)
    .description(summary)
    .usage(withFlags(typed, bare ? `[options] ${wordOf(bare)}` : '[options]').slice(typed.length + 1))
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .helpOption('--help', 'show this text')
    .configureHelp({ helpWidth: 100 })
    .exitOverride()
    .configureOutput({ writeOut: onHelp, writeErr: () => {} });
  if (bare) command.argument(wordOf(bare), bare.description);
  for (const [key, spec] of Object.entries(options)) {
    if (spec.bare) continue;
    const value = spec.argument ? ` <${spec.argument}>` : '';
    const option = command.createOption(`${flagOf(key)}${value}`, `${spec.description}${defaultText(spec)}`);
    const between = spec.repeats === 'lines' ? '\n' : ',';
    if (spec.repeats)
      option.argParser((one: string, before?: string) => (before === undefined ? one : `${before}${between}${one}`));
    command.addOption(option);
  }
  if (epilogue) command.addHelpText('after', `\n${epilogue}`);
  return command;
}

/** As usage lines have it: one that may be left out in brackets. It is asked for by its schema, not by commander. */
function wordOf({ argument, repeats }: OptionSpec): string {
  return `[${argument}${repeats ? '...' : ''}]`;
}

function defaultText({ schema, description }: OptionSpec): string {
  if (description.includes('(default')) return ''; // told in better words
  const unset = schema.safeParse(undefined);
  if (!unset.success) return ' (needed)';
  const isNothing = unset.data === undefined || unset.data === false || Array.isArray(unset.data);
  return isNothing ? '' : ` (default: ${unset.data})`;
}

function toldAsUserError(
  error: CommanderError,
  words: CommandWords,
  command: Command,
  argv: readonly string[],
): UserError {
  const named = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const cause = { cause: error };
  const showHelp = withFlags(words.typed, '--help');
  switch (error.code) {
    case 'commander.unknownOption': {
      const flags = [...Object.keys(words.options).map(flagOf), '--help'];
      const near = nearestName(named, flags);
      return new UserError(
        { what: 'unknown flag', where: words.typed, value: named, expected: near, mend: `see ${showHelp}` },
        cause,
      );
    }
    case 'commander.optionMissingArgument': {
      const [flag = '', value = ''] = named.split(' ');
      return new UserError({ what: 'this flag needs a value', where: flag, expected: `${flag} ${value}` }, cause);
    }
    default: {
      const example = withFlags(words.typed, '--flag VALUE');
      // Without "--" npm takes the flags for its own and hands over the bare values.
      const isLeftByNpm = isScript(words.typed) && Object.keys(command.opts()).length === 0;
      const mend =
        isScript(words.typed) && argv.includes('--')
          ? `leave out the second "--": ${example}; see`
          : isLeftByNpm
            ? `put "--" before the flags: ${example}; see`
            : 'see';
      return new UserError(
        {
          what: 'unexpected word',
          where: words.typed,
          value: command.args.at(-1),
          expected: Object.values(words.options).some(({ bare }) => bare) ? 'one word beside the flags' : 'flags only',
          mend: `${mend} ${showHelp}`,
        },
        cause,
      );
    }
  }
}

/**
 * `npm run train --resume`, without "--", gives the flag to npm, which says nothing and passes nothing on: the training
 * would begin anew. npm leaves such a flag in the environment, where it is found.
 */
function complainOfSwallowedFlags(words: CommandWords, given: Given, env: NodeJS.ProcessEnv): void {
  const { typed, options } = words;
  if (!isScript(typed)) return;
  const flagsOfNpm = new Set(['force', 'json', 'only']);
  for (const key of Object.keys(options).filter((key) => !options[key]!.bare)) {
    const variable = `npm_config_${flagOf(key).slice(2).replaceAll('-', '_')}`;
    if (given[key] !== undefined || flagsOfNpm.has(key) || env[variable] === undefined) continue;
    throw new UserError({
      what: 'npm took this flag for its own',
      where: flagOf(key),
      mend: `put "--" before the flags: ${withFlags(typed, flagOf(key))}`,
    });
  }
}
