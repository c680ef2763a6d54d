import { tf } from './tensorflow.ts';

/** Like `tf.tidy` for work that returns no tensors: all that it makes is disposed of. */
export function scoped<Result>(work: () => Result): Result {
  tf.engine().startScope();
  try {
    return work();
  } finally {
    tf.engine().endScope();
  }
}
