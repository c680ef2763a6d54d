/** `npm run build`: makes the player that ML-Agents' own trainer can launch, `dist/GaitsmithWalker`. */
import { join, relative } from 'node:path';
import { runCommandLine } from '../../../cli/command-line.ts';
import { buildExecutable } from './player-executable.ts';

await runCommandLine({
  name: 'build',
  typed: 'npm run build',
  summary: 'makes dist/GaitsmithWalker, the embedded Walker as an executable for any ML-Agents trainer to launch',
  options: {},
  async run(_options, { terminal }) {
    const project = join(import.meta.dirname, '../../..');
    const { env, executable } = buildExecutable(join(project, 'dist'), project);
    terminal.print(`Made ${relative('', executable)}`);
    terminal.print(`  mlagents-learn CONFIG.yaml --env ${relative('', env)} --env-args --num-agents 10`);
    return { json: { executable, env } };
  },
});
