/**
 * Order of package and Editor versions: `2.3.0-exp.3`, `4.0.0`, `6000.0.40f1`, `2023.2`.
 * Numbers first; a pre-release (`-exp.1`, `-pre.3`) comes before its release. An Editor's suffix (`f1`, `b12`) is
 * ignored, because minimum Editors are named without one.
 */
interface Version {
  readonly numbers: readonly number[];
  readonly preRelease: string | undefined;
}

/** Is `version` the same as `minimum` or newer? Unreadable versions are never new enough. */
export function isAtLeast(version: string, minimum: string): boolean {
  const a = parse(version);
  const b = parse(minimum);
  if (!a || !b) return false;
  for (let place = 0; place < 3; place++) {
    const difference = (a.numbers[place] ?? 0) - (b.numbers[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  if (a.preRelease === b.preRelease || a.preRelease === undefined) return true;
  if (b.preRelease === undefined) return false;
  return a.preRelease.localeCompare(b.preRelease, 'en', { numeric: true }) >= 0;
}

/** The last row whose `from` is not newer than `version`; the rows go from old to new. */
export function rowFor<Row extends { readonly from: string }>(rows: readonly Row[], version: string): Row | undefined {
  return rows.findLast((row) => isAtLeast(version, row.from));
}

/** Does this text start like a version, rather than being a path or a Git address? */
export function isVersion(text: string): boolean {
  return parse(text) !== undefined;
}

function parse(text: string): Version | undefined {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:[abfp]\d+)?(?:-([0-9A-Za-z.-]+))?/.exec(text);
  if (!match) return undefined;
  return { numbers: match.slice(1, 4).map((part) => Number(part ?? 0)), preRelease: match[4] };
}
