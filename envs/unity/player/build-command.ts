/** `npm run build`: makes the player that ML-Agents' own trainer can launch, `dist/GaitsmithWalker`. */

import { realpathSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { z } from 'zod';
import { commandText } from '../../../base/command-text.ts';
import { defineCommand } from '../../../cli/command-line.ts';
import { buildExecutable } from './player-executable.ts';

export const buildCommand = defineCommand({
  name: 'build',
  typed: commandText('build'),
  summary: 'makes dist/GaitsmithWalker, the embedded Walker as an executable for any ML-Agents trainer to launch',
  options: {},
  output: [
    z.strictObject({ executable: z.string().describe('the player'), env: z.string().describe('what --env takes') }),
  ],
  async run(_options, { terminal }) {
    // The player is started as this command was: it is the entry that knows how.
    const { env, executable } = buildExecutable(resolve('dist'), realpathSync(process.argv[1]!));
    terminal.print(`Made ${relative('', executable)}`);
    terminal.print(`  mlagents-learn CONFIG.yaml --env ${relative('', env)} --env-args --num-agents 10`);
    return { json: { executable, env } };
  },
});
