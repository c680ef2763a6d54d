/** Every rule that a policy's file is judged by, in the order in which a report tells them. docs/lint.md is made from this table. */
import type { Rule } from './rule.ts';
import { fileRules } from './rules/file.ts';
import { inputRules } from './rules/inputs.ts';
import { operatorRules } from './rules/operators.ts';
import { outputRules } from './rules/outputs.ts';
import { policyRules, projectRules } from './rules/policy.ts';

/** The rules by what they are about. */
export const ruleGroups: readonly { readonly title: string; readonly rules: readonly Rule[] }[] = [
  { title: 'The file', rules: fileRules },
  { title: 'What goes in', rules: inputRules },
  { title: 'What comes out', rules: outputRules },
  { title: 'Operators', rules: operatorRules },
  { title: 'What the policy does', rules: policyRules },
  { title: 'The Unity project', rules: projectRules },
];

export const rules: readonly Rule[] = ruleGroups.flatMap((group) => group.rules);
