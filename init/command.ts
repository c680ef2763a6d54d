/** `npm run init`: a folder set up for Gaitsmith beside a Unity project. */
import { basename } from 'node:path';
import { commandText, quoted } from '../base/command-text.ts';
import { type CommandContext, defineCommand } from '../cli/command-line.ts';
import { oneOf, positiveNumber, text } from '../cli/options.ts';
import { fromRigOutput, initOutput } from './output.ts';

export const initCommand = defineCommand({
  name: 'init',
  typed: commandText('init'),
  summary: 'sets this folder up: gaitsmith.yaml, .gitignore, scripts; nothing that is there is overwritten',
  options: {
    unityProject: {
      argument: 'PATH',
      description: 'the Unity project (default: the one nearby, if there is one)',
      schema: text().optional(),
    },
    fromRig: {
      argument: 'FILE',
      description:
        'propose a character for a rig that import-rig wrote, rigs/NAME.json, and the settings of its first training',
      schema: text().optional(),
    },
    gravity: {
      argument: 'N',
      description: "with --from-rig: the project's gravity, m/s2 (default: 9.81)",
      schema: positiveNumber().optional(),
    },
    ci: {
      argument: 'WHERE',
      description: 'write a workflow that judges policies too: github',
      schema: oneOf(['github']).optional(),
    },
  },
  output: [initOutput, fromRigOutput],
  epilogue: `Examples:\n  ${commandText('init', '--unity-project ../MyGame')}\n  ${commandText('init', '--from-rig rigs/hero.json')}`,
  async run({ unityProject, fromRig, gravity, ci }, { terminal }) {
    if (fromRig !== undefined) return proposed(fromRig, gravity, terminal);
    const { init } = await import('./init.ts');
    const { agentText } = await import('./texts.ts');
    const result = init({ unityProject, ci: ci !== undefined });
    const { project, written, kept } = result;
    if (project) {
      terminal.print(
        `${project.path}: Unity ${project.editor}, ${project.mlAgents ?? 'no ML-Agents'}, ${project.engine ?? 'nothing that runs models'}`,
      );
      for (const agent of project.agents) terminal.print(`  ${agentText(agent)}`);
      for (const warning of project.warnings) terminal.printError(terminal.color.yellow(`warning: ${warning}`));
    } else terminal.print('no Unity project is nearby: gaitsmith.yaml has a line to fill in');
    for (const path of written) terminal.print(`wrote ${path}`);
    for (const { path, lacks } of kept) {
      terminal.print(`kept ${path}, which was there${lacks ? `; add this line to it: ${lacks}` : ''}`);
    }
    terminal.print(`next: ${commandText('doctor')}, then ${commandText('pipeline')}`);
    return { json: result };
  },
});

/** Proposes a character for a rig, and tells what and why. */
async function proposed(fromRig: string, gravity: number | undefined, terminal: CommandContext['terminal']) {
  const { initFromRig } = await import('./from-rig.ts');
  const result = await initFromRig(fromRig, gravity);
  terminal.print('Proposed, each to be changed where it is wrong:');
  for (const { what, value, because } of result.reasons) terminal.print(`  ${what}: ${value} (${because})`);
  terminal.print('Checked:');
  for (const { state, sentence } of result.findings) {
    if (state === 'bad') terminal.print(terminal.color.red(`  bad   ${sentence}`));
    else terminal.print(`  ${state.padEnd(5)} ${sentence}`);
  }
  for (const path of result.written) terminal.print(`wrote ${path}`);
  for (const path of result.kept) terminal.print(`kept ${path}, which was there`);
  terminal.print(
    `next: ${commandText('pipeline', `--config ${quoted(result.config)} --run-id ${quoted(basename(result.config, '.yaml'))}`)}`,
  );
  return { json: result };
}
