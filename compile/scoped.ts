import { tf } from './tensorflow.ts';

/** Like `tf.tidy`, for work that returns something else than tensors (tidy would walk through every byte of it). */
export function scoped<Result>(work: () => Result): Result {
  tf.engine().startScope();
  try {
    return work();
  } finally {
    tf.engine().endScope();
  }
}
