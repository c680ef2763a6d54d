/**
 * A rule of the table: what is asked of a policy's file, why Unity cares, what mends it, and the check. One row is all there is
 * to a rule; rules.ts puts the rows together, lint.ts walks over them, docs/lint.md is made of them.
 */
import type { EngineName } from './engines.ts';
import type { PolicyFile } from './policy-file.ts';

/**
 * error: Unity refuses the file, or the agent does not do what the policy says. warning: some package, some setting or some day
 * it does not work as it should. advice: the file is as it should be, and there is something to know about what it learnt.
 */
export type Level = 'error' | 'warning' | 'advice';

export interface Rule {
  /** How it is called in reports, for good: "clip-form". */
  readonly code: string;
  readonly level: Level;
  /** Where only some packages care. */
  readonly engines?: readonly EngineName[];
  /** What a file has to be like, as a sentence. */
  readonly what: string;
  /** What happens in Unity where it is not, */
  readonly why: string;
  /** and what mends it. */
  readonly mend: string;
  /** Everything in the file that breaks the rule, in order. */
  check(policy: PolicyFile): Iterable<Breach>;
}

/** One place where a rule is broken. */
export interface Breach {
  /** Where in the graph: an input, an output, a node, a constant; absent where it is the whole file. */
  readonly where?: string;
  /** What was found there, as a sentence without its full stop. */
  readonly found: string;
  /** Packages that it concerns, where those are fewer than the rule's. */
  readonly engines?: readonly EngineName[];
}

/** A breach with what its rule says of it: what a report consists of. */
export interface Finding {
  readonly code: string;
  readonly level: Level;
  readonly where: string | null;
  readonly found: string;
  readonly why: string;
  readonly mend: string;
  /** Of the packages that the file was judged for, those that it concerns. */
  readonly engines: readonly EngineName[];
}
