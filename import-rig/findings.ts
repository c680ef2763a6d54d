/**
 * What an import has to tell besides the rig: what it assumed where the files do not say, what of the ragdoll the rig can't
 * carry, and what moves the ragdoll in Unity and is not simulated.
 */

/** In the order in which they are told. */
export const findingKinds = ['lost', 'force', 'assumed', 'note'] as const;

/**
 * - `lost`: the rig can't carry it. Where it is on a body, no world takes the rig until it is mended.
 * - `force`: a script or component that moves the ragdoll, which nobody simulates.
 * - `assumed`: the files don't say, or Unity's own behaviour is not known for sure.
 * - `note`: carried, but better known.
 */
export type FindingKind = (typeof findingKinds)[number];

export interface Finding {
  readonly kind: FindingKind;
  /** The body or object, or the file of a script. */
  readonly on: string;
  /** What it is: "MeshCollider", "limit". Findings of one feature and text are told together. */
  readonly feature: string;
  /** What there is and what became of it. */
  readonly told: string;
  /** Without it the ragdoll is another one: no world takes the rig until it is mended. */
  readonly isRefused?: boolean;
  /** What to do in the Editor. */
  readonly advice?: string;
}

/** Takes a finding on the body at hand. */
export type Told = (finding: Omit<Finding, 'on'>) => void;

/** Findings that differ in nothing but where they are, told as one. */
export interface TogetherTold extends Omit<Finding, 'on'> {
  readonly on: readonly string[];
}

/** All of one kind after the other; what is the same on many bodies once. */
export function together(findings: readonly Finding[]): TogetherTold[] {
  const groups = new Map<string, TogetherTold & { readonly on: string[] }>();
  for (const { on, ...finding } of findings) {
    const key = JSON.stringify([finding.kind, finding.feature, finding.told, finding.isRefused, finding.advice]);
    const known = groups.get(key);
    if (!known) groups.set(key, { ...finding, on: [on] });
    else if (!known.on.includes(on)) known.on.push(on);
  }
  return [...groups.values()].sort((a, b) => findingKinds.indexOf(a.kind) - findingKinds.indexOf(b.kind));
}
