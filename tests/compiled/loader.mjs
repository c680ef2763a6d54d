// For `node --import`: where a script of this project is asked for, what build.ts made of it is loaded.
import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);
