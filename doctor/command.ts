/** `npm run doctor`: whether this machine and the Unity project have what Gaitsmith needs, line by line, each with what mends it. */
import { commandText } from '../base/command-text.ts';
import { type CommandLine, defineCommand } from '../cli/command-line.ts';
import type { OptionSpec } from '../cli/options.ts';
import type { Finding } from './checks.ts';
import { doctorOutput } from './output.ts';

interface Options {
  readonly unityProject: OptionSpec<string | undefined>;
  readonly [more: string]: OptionSpec;
}

/** @param unityProject the option that names one, as deploy has it. @param findingsOf what is to be said of it. */
export function doctorCommand(
  unityProject: OptionSpec<string | undefined>,
  findingsOf: (folder: string) => readonly Finding[],
): CommandLine<Options> {
  return defineCommand<Options>({
    name: 'doctor',
    typed: commandText('doctor'),
    summary: 'tells whether this machine and the Unity project have what is needed, and what mends what they lack',
    options: { unityProject },
    output: [doctorOutput],
    async run({ unityProject: folder }, { terminal }) {
      const { checks, surroundingsHere } = await import('./checks.ts');
      const { green, yellow, red, bold } = terminal.color;
      const paint = { ok: green, warn: yellow, fail: red };
      const unity = folder === undefined ? undefined : () => findingsOf(folder);
      const lines: ({ name: string; neededBy: string } & Finding)[] = [];
      for (const { name, neededBy, look } of checks) {
        const found = await look({ ...surroundingsHere, unity });
        for (const finding of [found].flat()) {
          lines.push({ name, neededBy, ...finding });
          terminal.print(`${paint[finding.level](finding.level.padEnd(4))}  ${bold(name)}: ${finding.found}`);
          if (finding.mend) terminal.print(`      for ${neededBy}; to mend it: ${finding.mend}`);
        }
      }
      const failed = lines.filter(({ level }) => level === 'fail').length;
      const warned = lines.filter(({ level }) => level === 'warn').length;
      terminal.print(`\n${failed} failed, ${warned} to know, ${lines.length - failed - warned} ok`);
      return { json: { checks: lines }, exitCode: failed > 0 ? 1 : 0 };
    },
  });
}
