import { expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { tf } from '../../../compile/tensorflow.ts';
import { logProbabilities, policyLoss } from '../../../train/learn/losses.ts';

// tfjs makes the gradients; nothing of it takes part in a difference quotient.
it("the policy loss's gradient is its slope, also where the ratio is clipped", () => {
  const [rows, actions, h] = [6, 3, 1e-2];
  const random = new RandomStream(4);
  const numbers = (count: number) => Array.from({ length: count }, () => random.normal());
  const taken = tf.tensor2d(numbers(rows * actions), [rows, actions]);
  const old = tf
    .tensor2d(numbers(rows * actions), [rows, actions])
    .mul(0.3)
    .sub(1.5);
  const advantages = tf.tensor2d(numbers(rows), [rows, 1]);
  const logDeviation = tf.zeros([1, actions]);
  const means = numbers(rows * actions);
  const loss = (values: tf.Tensor) =>
    policyLoss(logProbabilities(taken, values, logDeviation).sub(old), advantages, tf.scalar(0.2)).asScalar();

  const gradient = tf
    .grad(loss)(tf.tensor2d(means, [rows, actions]))
    .dataSync();
  const at = (index: number, shift: number) => {
    const moved = means.map((mean, other) => (other === index ? mean + shift : mean));
    return loss(tf.tensor2d(moved, [rows, actions])).dataSync()[0]!;
  };
  let [sloping, clipped] = [0, 0];
  means.forEach((_, index) => {
    const [before, here, after] = [at(index, -h), at(index, 0), at(index, h)];
    // A kink between the two points has no slope to compare with.
    if (Math.abs(after - 2 * here + before) >= 1e-4) return;
    const slope = (after - before) / (2 * h);
    expect(gradient[index]).toBeCloseTo(slope, 3);
    if (gradient[index] === 0) clipped++;
    else if (Math.abs(slope) > 0.01) sloping++;
  });
  // Of 18: enough of both kinds were looked at, and steeper by far than what the comparison lets pass.
  expect(clipped).toBeGreaterThan(2);
  expect(sloping).toBeGreaterThan(5);
});
