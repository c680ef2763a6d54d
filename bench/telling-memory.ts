/** Loaded into a player before it begins: it then answers each message of its parent's by what memory it keeps. */
import { keptMemory } from './kept-memory.ts';

process.on('message', () => process.send!(keptMemory()));
process.channel!.unref();
