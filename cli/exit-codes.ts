/** What every command ends with: one table for the commands, the help text and docs/commands.md. */
export const exitCodes = {
  done: { code: 0, means: 'it is done, or all is well' },
  failed: { code: 1, means: 'it failed, or what was judged is not well' },
  usage: { code: 2, means: 'it was not asked for rightly: a command, flag or value that there is not' },
  undecided: { code: 3, means: 'regress can not tell yet' },
  interrupted: {
    code: 130,
    means: 'it was interrupted by Ctrl-C (143 by SIGTERM, 129 by a parent that ended); the same command goes on',
  },
} as const;

/** For the help text: "Exit codes: 0 ..., 1 ..." */
export function exitCodesText(): string {
  return `Exit codes:\n${Object.values(exitCodes)
    .map(({ code, means }) => `  ${String(code).padStart(3)}  ${means}`)
    .join('\n')}`;
}
