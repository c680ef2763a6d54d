/** `npm run build:physics`: compiles `physics/kernel/` (AssemblyScript) to `physics/simulator.wasm`. */
import { writeFile } from 'node:fs/promises';
import { compileKernel, kernelFile } from './compile-kernel.ts';

const bytes = await compileKernel();
await writeFile(kernelFile, bytes);
console.log(`physics/simulator.wasm: ${bytes.length} bytes`);
