#!/usr/bin/env node
/**
 * The entry of every command: `node --import tsx pipeline/gaitsmith.ts <command> [flags]`, by the scripts in package.json.
 */
import { commandTable } from './command-table.ts';
import { runCommands } from './commands.ts';
import { stages } from './stages.ts';

await runCommands(commandTable(stages));
