/** What is wrong with a file before anything runs it: the one place where regress asks for that. */
import type { BehaviorSpec } from '../envs/env.ts';
import { oldestEngines } from '../lint/engines.ts';
import { lintBytes, toldFinding } from '../lint/lint.ts';

/** @returns a sentence for each thing that keeps ML-Agents, or an engine behind it, from running the file as this behaviour. */
export function contractFindings(bytes: Uint8Array, name: string, behavior: BehaviorSpec): string[] {
  const { findings } = lintBytes(bytes, name, { engines: oldestEngines, expected: behavior });
  return findings.filter(({ level }) => level === 'error').map(toldFinding);
}
