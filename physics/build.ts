/** `npm run build:physics`: compiles `physics/kernel/` (AssemblyScript) to `physics/simulator.wasm`, or to the file named. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeAtomically } from '../base/files/write-atomically.ts';
import { compileKernel, kernelFile } from './compile-kernel.ts';

const [named] = process.argv.slice(2);
const file = named ? resolve(named) : fileURLToPath(kernelFile);
const bytes = await compileKernel();
await writeAtomically(file, bytes);
console.log(`${named ?? 'physics/simulator.wasm'}: ${bytes.length} bytes`);
