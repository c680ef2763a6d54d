/** The report as JUnit XML, which CI servers show as tests: a case for each check. */
import type { CheckResult } from './checks.ts';
import type { RegressReport } from './regress.ts';

/** Of several policies, a suite each. */
export function junitText(reports: readonly RegressReport[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...reports.flatMap(suite),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite({ policy, checks }: RegressReport): string[] {
  const count = (...verdicts: readonly string[]) => checks.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const numbers = `tests="${checks.length}" failures="${count('fail', 'undecided')}" errors="0" skipped="${count('skipped')}"`;
  return [
    `  <testsuite name="regress ${escaped(policy)}" ${numbers}>`,
    ...checks.map((check) => testCase(policy, check)),
    '  </testsuite>',
  ];
}

function testCase(policy: string, { name, verdict, message }: CheckResult): string {
  const head = `    <testcase classname="${escaped(policy)}" name="${escaped(name)}"`;
  switch (verdict) {
    case 'pass':
    case 'told':
      return `${head}><system-out>${escaped(message)}</system-out></testcase>`;
    case 'skipped':
      return `${head}><skipped message="${escaped(message)}"/></testcase>`;
    default:
      return `${head}><failure type="${verdict}" message="${escaped(message)}"/></testcase>`;
  }
}

/** As text and attributes of XML have it; what XML has no word for (most control characters) is left out. */
function escaped(text: string): string {
  const words: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  return Array.from(text)
    .filter((character) => /[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(character))
    .map((character) => words[character] ?? character)
    .join('');
}
