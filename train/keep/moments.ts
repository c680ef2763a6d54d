/** Mean and population deviation; undefined where there is no value. */
export function momentsOf(values: readonly number[]): { mean: number; deviation: number } | undefined {
  if (values.length === 0) return undefined;
  const meanOf = (each: readonly number[]) => each.reduce((sum, value) => sum + value, 0) / each.length;
  const mean = meanOf(values);
  return { mean, deviation: Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) };
}
