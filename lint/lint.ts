/** Judges a policy's file by the table of rules. */
import { UserError } from '../base/failure/user-error.ts';
import { decodeModel } from '../onnx/decode.ts';
import type { Model } from '../onnx/model.ts';
import { ACTION_OUTPUTS, DISCRETE_OUTPUTS, type PolicyShape } from './contract.ts';
import { type EngineName, oldestEngines } from './engines.ts';
import { type LintContext, PolicyFile, toldShape } from './policy-file.ts';
import type { Breach, Finding, Level, Rule } from './rule.ts';
import { rules } from './rules.ts';

/** What a file turned out to be. */
export interface LintReport {
  /** Whether nothing in it is an error. */
  readonly passed: boolean;
  /** Packages that it was judged for, "barracuda 1.4". */
  readonly engines: readonly string[];
  /** What kind of policy it is, in a sentence; null where it can't be read. */
  readonly policy: string | null;
  readonly findings: readonly Finding[];
}

/** Judges a model. Throws nothing for what is wrong with it. */
export function lintModel(model: Model, context: LintContext): LintReport {
  const policy = new PolicyFile(model, context);
  const findings = rules.flatMap((rule) => Array.from(rule.check(policy), (breach) => told(rule, breach, context)));
  return reportOf(
    findings.filter(({ engines }) => engines.length > 0),
    context,
    describePolicy(policy),
  );
}

/**
 * Judges the bytes of a file.
 *
 * @param where what it is called, where it can't be read.
 */
export function lintBytes(bytes: Uint8Array, where: string, context: LintContext): LintReport {
  let model: Model;
  try {
    model = decodeModel(bytes, where);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return unreadable(error, context);
  }
  return lintModel(model, context);
}

/** The report of a file that can't be read. */
export function unreadable({ problem }: UserError, context: LintContext): LintReport {
  const rule = rules.find(({ code }) => code === 'unreadable')!;
  const finding = { ...told(rule, { found: problem.what }, context), mend: problem.mend ?? rule.mend };
  return reportOf([finding], context, null);
}

/**
 * What keeps a model from being one that ML-Agents runs everywhere, a sentence each; empty for what `exportActor` makes. What is
 * only to know of a policy (`advice`) is no fault of its file.
 */
export function contractProblems(model: Model, expected: PolicyShape): string[] {
  const { findings } = lintModel(model, { engines: oldestEngines, expected });
  return findings.filter(({ level }) => level !== 'advice').map(toldFinding);
}

/** "output memory_size: its type is int64 (constant-type)". */
export function toldFinding({ code, where, found }: Pick<Finding, 'code' | 'where' | 'found'>): string {
  return `${where === null ? '' : `${where}: `}${found} (${code})`;
}

/** How many findings there are of each level. */
export function countsOf(findings: readonly Finding[]): Record<Level, number> {
  const count = (wanted: Level) => findings.filter(({ level }) => level === wanted).length;
  return { error: count('error'), warning: count('warning'), advice: count('advice') };
}

function told(rule: Rule, { where, found, engines }: Breach, context: LintContext): Finding {
  const { code, level, why, mend } = rule;
  const concerned = new Set<EngineName>(engines ?? rule.engines ?? context.engines.map(({ name }) => name));
  const judgedFor = context.engines.map(({ name }) => name).filter((name) => concerned.has(name));
  return { code, level, where: where ?? null, found, why, mend, engines: judgedFor };
}

function reportOf(findings: readonly Finding[], { engines }: LintContext, policy: string | null): LintReport {
  return {
    passed: findings.every(({ level }) => level !== 'error'),
    engines: engines.map(({ name, version }) => `${name} ${version}`),
    policy,
    findings,
  };
}

/** What kind of policy it is: "version 3; obs_0 [batch, 243] -> 39 continuous actions". */
export function describePolicy(policy: PolicyFile): string {
  const { version, observations, memorySize, isContinuous, isDiscrete, outputs } = policy;
  const seen = observations.map(({ name, shape }) => `${name} ${toldShape(shape)}`).join(', ') || 'no observations';
  const continuous = outputs.get(ACTION_OUTPUTS.sampled)?.shape?.at(-1) ?? policy.continuousActions ?? '?';
  const branches = policy.branches?.join(' + ') ?? outputs.get(DISCRETE_OUTPUTS.sampled)?.shape?.at(-1) ?? '?';
  const done = [
    ...(isContinuous ? [`${continuous} continuous actions`] : []),
    ...(isDiscrete ? [`discrete actions of ${branches}`] : []),
  ];
  const remembered = memorySize > 0 ? `, and a memory of ${memorySize}` : '';
  return `version ${version ?? 'unknown'}; ${seen} -> ${done.join(' and ') || 'no actions'}${remembered}`;
}
