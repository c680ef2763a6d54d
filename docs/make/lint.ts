/** docs/lint.md's tables: every rule that a policy's file is judged by. */
import { engineTitles } from '../../lint/engines.ts';
import type { Rule } from '../../lint/rule.ts';
import type { ruleGroups } from '../../lint/rules.ts';
import { tableText } from './house.ts';

/** A heading and a table for each group of rules. */
export function rulesText(groups: typeof ruleGroups): string {
  return groups.map(({ title, rules }) => `### ${title}\n\n${tableOf(rules)}`).join('\n\n');
}

function tableOf(rules: readonly Rule[]): string {
  const cells = rules.map(({ code, level, engines, what, why, mend }) => [
    `\`${code}\``,
    `${level}${engines ? ` (${engines.map((engine) => engineTitles[engine]).join(', ')})` : ''}`,
    what,
    why,
    mend,
  ]);
  const escaped = cells.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  return tableText(['rule', 'level', 'what a file has to be like', 'what happens otherwise', 'what mends it'], escaped);
}
