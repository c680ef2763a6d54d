/**
 * The words that a player is started with. Like Unity's players it takes whatever there is: trainers launch all their games
 * with the same words, few of which mean anything to any one of them.
 */
export interface PlayerWords {
  /** Those that are flags of ours, with their values. */
  readonly known: readonly string[];
  /** Those that nothing here obeys. */
  readonly others: readonly string[];
  /** The file behind Unity's own `-logFile`; `-` stands for stdout. */
  readonly logFile: string | undefined;
}

/** @param flags those of ours, and whether a value follows: `{ '--num-agents': true }`. */
export function splitWords(argv: readonly string[], flags: Readonly<Record<string, boolean>>): PlayerWords {
  const known: string[] = [];
  const others: string[] = [];
  let logFile: string | undefined;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    const flag = word.split('=', 1)[0]!;
    if (word.toLowerCase() === '-logfile') {
      logFile = argv[++at];
    } else if (!Object.hasOwn(flags, flag)) {
      others.push(word);
    } else {
      known.push(word);
      if (flags[flag] && flag === word && at + 1 < argv.length) known.push(argv[++at]!);
    }
  }
  return { known, others, logFile };
}
