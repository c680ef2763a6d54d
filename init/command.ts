/** `npm run init`: a folder set up for Gaitsmith beside a Unity project. */
import { commandText } from '../base/command-text.ts';
import { defineCommand } from '../cli/command-line.ts';
import { oneOf, text } from '../cli/options.ts';
import { initOutput } from './output.ts';

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
    ci: {
      argument: 'WHERE',
      description: 'write a workflow that judges policies too: github',
      schema: oneOf(['github']).optional(),
    },
  },
  output: [initOutput],
  epilogue: `Example:\n  ${commandText('init', '--unity-project ../MyGame')}`,
  async run({ unityProject, ci }, { terminal }) {
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
