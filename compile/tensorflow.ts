/**
 * The only file that imports TensorFlow.js: `import { tf } from './tensorflow.ts'`.
 *
 * The umbrella package, because in Node the core alone knows no gradients. Eager use runs on the 'cpu' backend unless
 * another one (tfjs-node, wasm) is registered and chosen; the results are the same, only the speed differs.
 */
import tf from './tensorflow.cjs';

export { tf };

// Chosen now and not at the first tensor, because tfjs would make a second cpu backend then. (tfjs-node, imported before
// or after, chooses itself.)
if (!tf.getBackend()) void tf.setBackend('cpu');
// It greets its first tensor with an advertisement for tfjs-node on the terminal.
const cpu = tf.findBackend('cpu') as { firstUse?: boolean } | null;
if (cpu) cpu.firstUse = false;
