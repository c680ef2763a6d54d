/**
 * Reward terms that people ask for, beside a task's own reward: one table, each row a term with its formula.
 *
 * A term's value is of one physics step, about 0 to 1 for what is wanted and 0 to -1 for what is not, whatever the size of the character:
 * lengths are told in its legs, work in its weight. What counts is value times weight, and every weight is 0 unless it is set.
 * Only operations that every engine rounds alike.
 */
import type { GaitMemory } from './gait-memory.ts';
import type { CharacterBodies, Moment } from './moment.ts';

interface Term {
  readonly meaning: string;
  /** What the rows need to be kept from step to step, so that no more is reckoned than is used. */
  readonly needs?: keyof GaitMemory['kept'];
  /** Why a character can't have it, where it can't. */
  lacks?(character: CharacterBodies): string | undefined;
  value(moment: Moment, memory: GaitMemory): number;
}

const needsFeet = ({ feet }: CharacterBodies) => (feet.length > 0 ? undefined : 'it has no feet');
const needsSides = ({ feet }: CharacterBodies) =>
  feet.some(({ side }) => side < 0) && feet.some(({ side }) => side > 0) ? undefined : 'it has no feet on both sides';

export const rewardTerms = {
  hold: {
    meaning:
      'holds the asked speed: 1 / (1 + (e / s)^2), e from the mean velocity to the asked one, s a quarter of the asked speed, at least 0.1 m/s',
    value: ({ goal, meanVelocity: { x, y, z }, targetSpeed }) => {
      const [errorX, errorZ] = [goal.x * targetSpeed - x, goal.z * targetSpeed - z];
      const scale = Math.max(targetSpeed / 4, 0.1);
      return 1 / (1 + (errorX * errorX + y * y + errorZ * errorZ) / (scale * scale));
    },
  },
  go: {
    meaning:
      'goes the asked way: the mean velocity along it over the asked speed, from -1 to 1; pays for the first centimetre too, where hold and the task hardly do',
    value: ({ goal, meanVelocity: { x, z }, targetSpeed }) =>
      Math.min(Math.max((goal.x * x + goal.z * z) / targetSpeed, -1), 1),
  },
  upright: {
    meaning:
      "stays upright: the square of the cosine between what was the root's up in the start pose and up, 0 below the horizon",
    value: (moment) => {
      const { y } = moment.up;
      return y > 0 ? y * y : 0;
    },
  },
  facing: {
    meaning: 'faces the way: (1 + cosine) / 2 of the level angle between where the root faces and where it is to go',
    value: ({ forward: { x, z }, goal }) => {
      const length = Math.sqrt(x * x + z * z);
      return length < 1e-6 ? 0.5 : (1 + (x * goal.x + z * goal.z) / length) / 2;
    },
  },
  work: {
    meaning:
      'small joint work: minus what the joints put in, over the weight carried at 1 m/s: all rises of the energy of motion and height of the bodies, 2 at most',
    needs: 'energy',
    value: ({ character, gravity, seconds }, { rise }) =>
      -Math.min(rise / (character.masses.reduce(sum, 0) * Math.max(gravity, 1) * seconds), 2),
  },
  smooth: {
    meaning:
      'smooth actions: minus the mean square of how far the actions moved since the last decision, of the 2 that they can',
    needs: 'actions',
    value: (_moment, { actionChange }) => -actionChange,
  },
  lift: {
    meaning:
      'feet that lift: of a foot in the air, for half a second at most and while another stands, its height over a tenth of the leg, 1 at most; over half the feet',
    needs: 'feet',
    lacks: needsFeet,
    value: (moment, memory) => memory.lifted(moment),
  },
  slide: {
    meaning: "feet that don't slide: minus the level speed of feet on the ground, m/s, 1 at most, mean over the feet",
    lacks: needsFeet,
    value: (moment) => {
      const { character, bodies } = moment;
      const { floats, part, velocity } = bodies;
      let speed = 0;
      for (const { body } of character.feet) {
        if (!moment.isOnGround(body)) continue;
        const at = velocity.first + body * velocity.body;
        const [x, z] = [floats[at]!, floats[at + 2 * part]!];
        speed += Math.min(Math.sqrt(x * x + z * z), 1);
      }
      return -speed / character.feet.length;
    },
  },
  arms: {
    meaning:
      'arms that swing against the legs: minus how far the left hands are before the right ones, times the same of the feet, in lengths of arm and leg, times 4, from -1 to 1',
    lacks: (character) =>
      needsSides(character) ??
      (character.hands.some(({ side }) => side < 0) && character.hands.some(({ side }) => side > 0)
        ? undefined
        : 'it has no hands on both sides'),
    value: (moment) => {
      const { character } = moment;
      const hands = moment.lead(character.hands) / character.armLength;
      const feet = moment.lead(character.feet) / character.legLength;
      return Math.min(Math.max(-4 * hands * feet, -1), 1);
    },
  },
  symmetry: {
    meaning:
      'a symmetric gait: minus how much longer the feet of one side stand, and by how much of a leg they are ahead, both averaged over about a second; 1 at most',
    needs: 'sides',
    lacks: needsSides,
    value: (_moment, { standing, leading }) => -Math.min(Math.abs(standing) + Math.abs(leading), 1),
  },
} as const satisfies Record<string, Term>;

export type TermName = keyof typeof rewardTerms;

export const termNames = Object.keys(rewardTerms) as TermName[];

/** The rows as what they have in common. */
export const termTable: Readonly<Record<TermName, Term>> = rewardTerms;

function sum(a: number, b: number): number {
  return a + b;
}
