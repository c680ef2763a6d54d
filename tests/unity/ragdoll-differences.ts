/** In what the Ragdoll Agent's C# says other things of a trace than the world that it was recorded in. Nothing where it is the same. */
import type { RagdollTrace } from './ragdoll-trace.ts';

/** C# computes in float32, and by other functions of its own for angles. */
const TOLERANCE = 3e-5;

/** What `awake` answers. */
export interface Awake {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly runs: boolean;
  readonly joints: readonly {
    readonly on: string;
    readonly type: string;
    readonly connectedTo: string | null;
    readonly anchor: readonly number[];
    readonly axis: readonly number[];
    readonly secondaryAxis?: readonly number[];
    readonly motions?: readonly string[];
    readonly limits?: readonly number[];
    readonly springs?: readonly number[];
    readonly drive?: string;
  }[];
  /** Of every Rigidbody: greatest angular velocity, greatest speed out of a penetration. */
  readonly bodies: readonly (readonly number[])[];
}

/** @param names of the observation's numbers. @param said its first line is what `awake` answered. */
export function ragdollDifferences(
  { moments }: RagdollTrace,
  names: readonly string[],
  drive: { readonly stiffness: number; readonly damping: number },
  [awoke, ...said]: readonly string[],
): string[] {
  const threw = [awoke ?? 'threw nothing: it said nothing', ...said].find((line) => line.startsWith('threw'));
  if (threw !== undefined) return [threw];
  const { errors, warnings, runs } = JSON.parse(awoke!) as Awake;
  const found = [...errors, ...warnings];
  if (!runs) found.push('it does not run');
  if (said.length !== moments.length) found.push(`${said.length} answers for ${moments.length} moments`);
  moments.forEach((moment, at) => {
    const actual: unknown = JSON.parse(said[at] ?? 'null');
    const compare = (what: string, expected: number, value: number | undefined) => {
      if (value !== undefined && Math.abs(expected - value) <= TOLERANCE * Math.max(1, Math.abs(expected))) return;
      found.push(`moment ${at}: ${what}: ${value} instead of ${expected}`);
    };
    switch (moment.kind) {
      case 'start': {
        const { poses, torques } = actual as { poses: number[][]; torques: number[] };
        moment.poses.forEach((pose, body) => {
          pose.forEach((value, which) => {
            compare(`start of body ${body}`, value, poses[body]?.[which]);
          });
        });
        // Nothing pulls before the first decision.
        for (const torque of torques) compare('torque at the start', 0, torque);
        break;
      }
      case 'step':
        compare('fallen', Number(moment.fallen), Number((actual as { fallen: boolean }).fallen));
        break;
      case 'observation': {
        const numbers = (actual as number[][]).flat();
        moment.numbers.forEach((value, which) => {
          compare(names[which] ?? String(which), value, numbers[which]);
        });
        compare('observations', moment.numbers.length, numbers.length);
        break;
      }
      case 'drives': {
        const drives = new Map(actual as [string, number[]][]);
        for (const [owner, [x, y, z, w, torque]] of Object.entries(moment.drives)) {
          const expected = [x!, y!, z!, w!, drive.stiffness, drive.damping, torque!];
          expected.forEach((value, which) => {
            compare(`drive of ${owner}`, value, drives.get(owner)?.[which]);
          });
        }
        compare('drives', Object.keys(moment.drives).length, drives.size);
      }
    }
  });
  return found;
}
