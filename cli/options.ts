/**
 * A command's options as data: one table is the flags, the help text, the checks and the types.
 *
 *     const options = {
 *       maxSteps: { argument: 'N', description: 'stop after N steps', schema: wholeNumber(1).optional() },
 *       resume: { description: 'go on from the last checkpoint', schema: flag() },
 *     } satisfies OptionSpecs;
 *     type Options = OptionsOf<typeof options>; // { maxSteps?: number | undefined; resume: boolean }
 *
 * The key is the flag in camel case (`maxSteps` is `--max-steps`); a default is the schema's own (`.default(8)`).
 */
import { z } from 'zod';
import { GREATEST_SEED } from '../base/random/stream.ts';

export interface OptionSpec<Value = unknown> {
  /** The name of the value in the help text, "FILE" or "N"; an option without one is a switch. */
  readonly argument?: string;
  /** A word by itself, without a flag before it: the file that a command is about. A command has one at most. */
  readonly bare?: boolean;
  /** May be given more than once: the values come as one text, with commas between them, or each in a line of its own. */
  readonly repeats?: 'commas' | 'lines';
  /** What it does, in a few words that begin in lower case. */
  readonly description: string;
  /** Turns the text (for a switch, true) or undefined into the value. Its error message says what was expected. */
  readonly schema: z.ZodType<Value>;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export type OptionsOf<Specs extends OptionSpecs> = { [Key in keyof Specs]: z.infer<Specs[Key]['schema']> };

/** A switch: there or not. */
export function flag() {
  return z.boolean().default(false);
}

/** Any text but the empty one: a path, a name. */
export function text() {
  return z.string('some text').min(1, 'some text');
}

/** The lines of an option that repeats by lines, as a list; none where it was not given. */
export function lines() {
  return text()
    .optional()
    .transform((all): readonly string[] => all?.split('\n') ?? []);
}

/** One of these words. */
export function oneOf<const Word extends string>(words: readonly Word[]) {
  return z.enum(words, `one of ${words.join(', ')}`);
}

/** A whole number in any of the usual spellings: 20000000, 20_000_000, 2e7. */
export function wholeNumber(atLeast: number, atMost = Number.MAX_SAFE_INTEGER) {
  const range = atMost === Number.MAX_SAFE_INTEGER ? `${atLeast} or more` : `${atLeast} to ${atMost}`;
  return numberSpelled(
    `a whole number, ${range}`,
    (value) => Number.isSafeInteger(value) && value >= atLeast && value <= atMost,
  );
}

/** A seed of random numbers. */
export function seedNumber() {
  return wholeNumber(0, GREATEST_SEED);
}

/** A port's number; 0, where it is allowed, stands for any that is free. */
export function portNumber(atLeast: 0 | 1) {
  return wholeNumber(atLeast, 65_535);
}

/** A number above zero: 1e-4. */
export function positiveNumber() {
  return numberSpelled('a number above 0', (value) => Number.isFinite(value) && value > 0);
}

function numberSpelled(expected: string, allowed: (value: number) => boolean) {
  return z.string(expected).transform((spelled, context) => {
    const looksLikeOne = /^[+-]?(\d+(_\d+)*(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(spelled);
    const value = looksLikeOne ? Number(spelled.replaceAll('_', '')) : Number.NaN;
    if (allowed(value)) return value;
    context.addIssue(expected);
    return z.NEVER;
  });
}

/** What it is called where it is typed: its flag, or for a bare word what it stands for. */
export function typedName(key: string, { bare, argument }: OptionSpec): string {
  return bare && argument ? argument : flagOf(key);
}

/** `maxSteps` -> `--max-steps`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
