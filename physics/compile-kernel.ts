/** Compiles the kernel. A dev dependency does it: whoever uses the simulator takes the committed bytes. */
import { fileURLToPath } from 'node:url';

/** Where the committed bytes are. */
export const kernelFile: URL = new URL('./simulator.wasm', import.meta.url);

const root = fileURLToPath(new URL('..', import.meta.url));

const options = [
  '-O3',
  '--converge',
  '--noAssert',
  // No allocator, no collector: memory is laid out by tables.ts.
  ...['--runtime', 'stub'],
  '--importMemory',
  ...['--enable', 'simd'],
];

/**
 * The kernel's bytes, the same for the same sources.
 *
 * @throws Error with the compiler's messages.
 */
export async function compileKernel(): Promise<Uint8Array> {
  const { default: asc } = await import('assemblyscript/asc');
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['physics/kernel/index.ts', '--baseDir', root, '--outFile', 'simulator.wasm', ...options],
    {
      writeFile(_name: string, contents: string | Uint8Array) {
        if (typeof contents !== 'string') bytes = contents;
      },
    },
  );
  if (error || !bytes) throw new Error(`the kernel does not compile\n${stderr.toString()}`, { cause: error });
  return bytes;
}
