/**
 * The entry of every command: `node --import tsx pipeline/gaitsmith.ts <command> [flags]`, by the scripts in package.json.
 */
import { runCommands } from './commands.ts';
import { stages } from './stages.ts';
import { tools } from './tools.ts';

await runCommands(stages, tools);
