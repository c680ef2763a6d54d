/** `npm run lint:policy`: whether Unity will take a policy's file, and why not, before Unity is opened. */
import { commandText } from '../base/command-text.ts';
import { type CommandLine, defineCommand } from '../cli/command-line.ts';
import { flag, oneOf, text } from '../cli/options.ts';
import type { Terminal } from '../cli/terminal.ts';
import { type Engine, engineNames, oldestEngines } from './engines.ts';
import { countsOf, type LintReport } from './lint.ts';
import { lintOutput } from './output.ts';
import type { LintContext } from './policy-file.ts';
import { bytesOf } from './read-file.ts';
import type { Finding } from './rule.ts';

/** What a Unity project says of the packages that would run the file. */
export interface ProjectPackages {
  /** The one that runs it; undefined where none can be told. */
  readonly engine: Engine | undefined;
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

const options = {
  file: { argument: 'FILE', bare: true, description: 'the policy, an .onnx file', schema: text() },
  target: {
    argument: 'PACKAGE',
    description: `what is to run it: ${engineNames.join(', ')}, or auto (default: auto, that of --unity-project, all without one)`,
    schema: oneOf([...engineNames, 'auto']).default('auto'),
  },
  unityProject: {
    argument: 'FOLDER',
    description: 'the Unity project that is to run it: judged for the packages in it, by their versions',
    schema: text().optional(),
  },
  strict: { description: 'let warnings count as errors', schema: flag() },
  skipRun: { description: 'do not run the file in onnxruntime', schema: flag() },
};

/** @param packagesOf what a project's packages are, as whoever knows Unity's projects tells it. */
export function lintCommand(packagesOf: (project: string) => ProjectPackages): CommandLine<typeof options> {
  return defineCommand({
    name: 'lint',
    typed: commandText('lint'),
    summary: "judges any policy of ML-Agents by what Unity's packages demand of it",
    options,
    output: [lintOutput],
    exitCodeOfErrors: 2,
    epilogue:
      'Exit codes: 0 nothing is wrong, 1 something is, 2 it could not be judged.\n' +
      `Example:\n  ${commandText('lint', 'walker.onnx --target barracuda')}`,
    async run({ file, target, unityProject, strict, skipRun }, { terminal }) {
      const { lintFile } = await import('./lint-file.ts');
      const project = unityProject === undefined ? undefined : packagesOf(unityProject);
      const context: LintContext = { engines: enginesOf(target, project), project };
      const report = await lintFile(bytesOf(file), file, context, !skipRun);
      tell(report, file, terminal);
      const { error, warning } = countsOf(report.findings);
      const passed = error === 0 && !(strict && warning > 0);
      return { json: { file, ...report, passed }, exitCode: passed ? 0 : 1 };
    },
  });
}

function enginesOf(target: Engine['name'] | 'auto', project: ProjectPackages | undefined): readonly Engine[] {
  const { engine } = project ?? {};
  if (target === 'auto') return engine ? [engine] : oldestEngines;
  return engine?.name === target ? [engine] : oldestEngines.filter(({ name }) => name === target);
}

function tell({ policy, engines, findings }: LintReport, file: string, { print, color }: Terminal): void {
  print(`${color.bold(file)}: ${policy ?? 'no policy'}`);
  const paint = { error: color.red, warning: color.yellow, advice: color.cyan };
  for (const each of findings) {
    print(`\n${paint[each.level](each.level)} ${color.bold(each.code)}  ${placeOf(each)}${each.found}`);
    print(`  why: ${each.why}`);
    print(`  mend: ${each.mend}`);
  }
  const { error, warning, advice } = countsOf(findings);
  const told = `${error} errors, ${warning} warnings${advice > 0 ? `, ${advice} to know` : ''}`;
  print(`${findings.length > 0 ? '\n' : ''}judged for ${engines.join(', ')}: ${told}`);
}

function placeOf({ where, engines }: Finding): string {
  const only = engines.length === engineNames.length ? '' : ` (${engines.join(', ')})`;
  return where === null ? `${only.trim()}${only ? ': ' : ''}` : `${where}${only}: `;
}
