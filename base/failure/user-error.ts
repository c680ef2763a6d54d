/**
 * An error whose cause lies with the input, told in the words of the person who gave it:
 * what is wrong, where, the value, what was expected, and the command or edit that mends it.
 * Everything else that is thrown is a bug of ours and keeps its stack.
 */
export interface Problem {
  /** What is wrong, as a sentence without a full stop: "unknown setting". */
  readonly what: string;
  /** File, line or flag: "config/walker.yaml:12" or "--unity-project". */
  readonly where?: string | undefined;
  /** The value that was found there. */
  readonly value?: unknown;
  /** What was allowed there. */
  readonly expected?: string | undefined;
  /** The command or the edit that mends it. */
  readonly mend?: string | undefined;
}

export class UserError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(tell(problem), options);
    this.name = 'UserError';
    this.problem = problem;
  }
}

/** The whole problem on one line. */
function tell({ what, where, value, expected, mend }: Problem): string {
  const parts = [where ? `${where}: ${what}` : what];
  if (value !== undefined) parts.push(`got ${shown(value)}`);
  if (expected) parts.push(`expected ${expected}`);
  const line = parts.join('; ');
  return mend ? `${line}. To mend it: ${mend}` : line;
}

function shown(value: unknown): string {
  // JSON has no word for NaN and the infinities.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return cut(visible(text));
}

/** With what no eye can see or tell apart written as \uXXXX: marks of direction, blanks of no width, foreign blanks. */
export function visible(text: string): string {
  // Zero-width joiners belong into some words and pictures; alone in a setting they are an accident all the same.
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}

function cut(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
