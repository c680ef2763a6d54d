/** Numbers as a report shows them. */

/** Three significant digits, more only where there are more before the point: 0.00152, 7.42, 1,084. */
export function shown(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential(1);
  if (size >= 1000) return grouped(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** A whole number with commas: 204,800. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `7.42 +- 1.38`; without the second where it is not known. */
export function plusMinus(value: number, half: number | null | undefined): string {
  return half === null || half === undefined || !Number.isFinite(half)
    ? shown(value)
    : `${shown(value)} ± ${shown(half)}`;
}

export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '-' : `${Math.round(share * 100)} %`;
}

/** A SHA-256 so short that a line holds it, and two of them can still be told apart. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}
