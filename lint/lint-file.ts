/** A file judged by all the rules: by what it says, and, where that has no errors, by what it does when it is run. */
import { type LintReport, lintBytes } from './lint.ts';
import type { LintContext } from './policy-file.ts';
import { TrialProcess } from './trial/try-apart.ts';

/**
 * @param where what the file is called.
 * @param isTried whether it is run as well, in a process of its own.
 * @param process that runs it; one that goes on, where many files are judged.
 */
export async function lintFile(
  bytes: Uint8Array,
  where: string,
  context: LintContext,
  isTried = true,
  process?: TrialProcess,
): Promise<LintReport> {
  const report = lintBytes(bytes, where, context);
  // What is known to be broken fails in ways that tell nobody anything.
  if (!isTried || !report.passed) return report;
  const own = process ?? new TrialProcess();
  try {
    return lintBytes(bytes, where, { ...context, trial: await own.try(bytes) });
  } finally {
    if (!process) own.close();
  }
}
