import { describe, expect, it } from 'vitest';
import { type Bodies, type CharacterBodies, Moment } from '../../../envs/reward-terms/moment.ts';
import { RewardTerms, type Weights, weightsOf } from '../../../envs/reward-terms/reward-terms.ts';
import { type TermName, termNames, termTable } from '../../../envs/reward-terms/terms.ts';

/** Root, left foot, right foot, left hand, right hand: 13 numbers each, then a word of touches. */
const names = ['root', 'footL', 'footR', 'handL', 'handR'] as const;
type Name = (typeof names)[number];
const numbers = 14;
const seconds = 0.01;

const character: CharacterBodies = {
  root: 0,
  up: [0, 1, 0],
  forward: [0, 0, 1],
  feet: [
    { body: 1, side: -1, height: 0.1 },
    { body: 2, side: 1, height: 0.1 },
  ],
  hands: [
    { body: 3, side: -1, height: 1 },
    { body: 4, side: 1, height: 1 },
  ],
  legLength: 1,
  armLength: 0.5,
  masses: [10, 1, 1, 1, 1],
};

class Puppet {
  readonly bodies: Bodies;
  readonly terms: RewardTerms;
  readonly weights: Weights;
  goal = { x: 0, z: 1 };
  meanVelocity = { x: 0, y: 0, z: 0 };
  targetSpeed = 2;

  constructor(term: TermName, weight = 1, ofWhom = character) {
    const floats = new Float32Array(numbers * names.length);
    const field = (first: number) => ({ first, body: numbers });
    this.bodies = {
      floats,
      words: new Uint32Array(floats.buffer),
      part: 1,
      position: field(0),
      rotation: field(3),
      velocity: field(7),
      touching: field(13),
      groundBit: 1,
    };
    for (const name of names) this.turn(name, [0, 0, 0, 1]);
    for (const foot of ['footL', 'footR'] as const) this.put(foot, [0, 0.1, 0], true);
    this.weights = { [`reward_${term}`]: weight };
    this.terms = new RewardTerms(ofWhom, seconds, 2);
    this.terms.weigh(this.weights, 10, () => 0);
    this.terms.start(this.bodies, ofWhom.masses);
  }

  put(name: Name, position: readonly number[], isOnGround = false): void {
    this.bodies.floats.set(position, numbers * names.indexOf(name));
    this.bodies.words[numbers * names.indexOf(name) + 13] = isOnGround ? 1 : 0;
  }

  turn(name: Name, rotation: readonly number[]): void {
    this.bodies.floats.set(rotation, numbers * names.indexOf(name) + 3);
  }

  move(name: Name, velocity: readonly number[]): void {
    this.bodies.floats.set(velocity, numbers * names.indexOf(name) + 7);
  }

  step(): number {
    return this.terms.earn(this.bodies, this);
  }
}

const half = Math.SQRT1_2;

describe('the terms', () => {
  it('hold: all at the asked velocity, half a quarter of it off, little at rest', () => {
    const puppet = new Puppet('hold');
    puppet.meanVelocity = { x: 0, y: 0, z: 2 };
    expect(puppet.step()).toBe(1);
    puppet.meanVelocity = { x: 0, y: 0, z: 1.5 };
    expect(puppet.step()).toBe(0.5);
    puppet.meanVelocity = { x: 0, y: 0, z: 0 };
    expect(puppet.step()).toBeCloseTo(1 / 17, 12);
  });

  it('go: as far as it moves the asked way, from the first centimetre on, and no more for hurrying', () => {
    const puppet = new Puppet('go');
    puppet.goal = { x: 1, z: 0 };
    const at = (x: number, z: number) => {
      puppet.meanVelocity = { x, y: 0, z };
      return puppet.step();
    };
    expect([at(0, 0), at(0.02, 0), at(1, 5), at(2, 0), at(9, 0)]).toEqual([0, 0.01, 0.5, 1, 1]);
    expect([at(-0.5, 0), at(-9, 0)]).toEqual([-0.25, -1]);
  });

  it('upright: 1 upright, a half leaning by 45 degrees, 0 lying and upside down', () => {
    const puppet = new Puppet('upright');
    expect(puppet.step()).toBe(1);
    puppet.turn('root', [Math.sin(Math.PI / 8), 0, 0, Math.cos(Math.PI / 8)]);
    expect(puppet.step()).toBeCloseTo(0.5, 6);
    puppet.turn('root', [half, 0, 0, half]);
    expect(puppet.step()).toBeCloseTo(0, 6);
    puppet.turn('root', [1, 0, 0, 0]);
    expect(puppet.step()).toBe(0);
  });

  it('facing: 1 ahead, a half across, 0 backwards, whichever way the root was turned in the start pose', () => {
    for (const [forward, turns] of [
      [
        [0, 0, 1],
        [
          [0, 0, 0, 1],
          [0, half, 0, half],
          [0, 1, 0, 0],
        ],
      ],
      // A root whose y is ahead in the start pose: turned by 90 degrees about x, y goes to z.
      [
        [0, 1, 0],
        [
          [half, 0, 0, half],
          [0.5, 0.5, -0.5, 0.5],
          [0, half, -half, 0],
        ],
      ],
    ] as const) {
      const puppet = new Puppet('facing', 1, { ...character, forward, up: [0, 0, 1] });
      const values = turns.map((rotation) => {
        puppet.turn('root', rotation);
        return puppet.step();
      });
      expect(values[0]).toBeCloseTo(1, 6);
      expect(values[1]).toBeCloseTo(0.5, 6);
      expect(values[2]).toBeCloseTo(0, 6);
    }
  });

  it('work: minus the rise of energy over the weight carried at 1 m/s; braking and falling cost nothing, nor does a push', () => {
    const puppet = new Puppet('work');
    expect(puppet.step()).toBeCloseTo(0, 12);
    // 10 kg rise by 14 mm: 1.4 J in 0.01 s; 14 kg at 10 m/s2 carried at 1 m/s: 1.4 J.
    puppet.put('root', [0, 0.014, 0]);
    expect(puppet.step()).toBeCloseTo(-1, 5);
    puppet.put('root', [0, 0, 0]);
    expect(puppet.step()).toBeCloseTo(0, 12);
    puppet.move('root', [1, 0, 0]);
    puppet.terms.pushed(puppet.bodies);
    expect(puppet.step()).toBeCloseTo(0, 12);
    puppet.move('root', [0, 0, 0]);
    expect(puppet.step()).toBeCloseTo(0, 12);
    puppet.move('root', [9, 0, 0]);
    expect(puppet.step()).toBe(-2);
  });

  it('smooth: minus the mean square of half of each change; the first decision changes nothing, and beyond the ends there is no change', () => {
    const puppet = new Puppet('smooth');
    const decide = (...actions: number[]) => {
      puppet.terms.decide(Float32Array.of(0, ...actions), 1);
      return puppet.step();
    };
    expect(decide(1, 1)).toBeCloseTo(0, 12);
    expect(decide(-1, 1)).toBe(-0.5);
    expect(decide(-7, 1)).toBeCloseTo(0, 12);
    expect(decide(0, 0)).toBe(-0.25);
  });

  it('lift: as high as a foot is lifted, up to a tenth of the leg, for half a second, and only while the other one stands', () => {
    const puppet = new Puppet('lift');
    expect(puppet.step()).toBe(0);
    puppet.put('footL', [0, 0.15, 0]);
    expect(puppet.step()).toBeCloseTo(0.5, 6);
    puppet.put('footL', [0, 0.4, 0]);
    expect(puppet.step()).toBe(1);
    puppet.put('footR', [0, 0.4, 0]);
    expect(puppet.step()).toBe(0);
    puppet.put('footR', [0, 0.1, 0], true);
    const values = Array.from({ length: 60 }, () => puppet.step());
    expect(values[0]).toBe(1);
    expect(values.at(-1)).toBe(0);
  });

  it('slide: minus the level speed of the feet that stand, each 1 m/s at most', () => {
    const puppet = new Puppet('slide');
    puppet.move('footL', [0.3, 5, 0.4]);
    expect(puppet.step()).toBeCloseTo(-0.25, 6);
    puppet.move('footR', [7, 0, 0]);
    expect(puppet.step()).toBeCloseTo(-0.75, 6);
    puppet.put('footL', [0, 1, 0], false);
    expect(puppet.step()).toBeCloseTo(-0.5, 6);
  });

  it('arms: for a hand that is ahead with the other foot, against it with the same one', () => {
    const puppet = new Puppet('arms');
    puppet.put('footR', [0, 0.1, 0.25], true);
    puppet.put('handL', [0, 1, 0.2]);
    expect(puppet.step()).toBeCloseTo(4 * 0.25 * 0.4, 6);
    puppet.goal = { x: 0, z: -1 };
    expect(puppet.step()).toBeCloseTo(4 * 0.25 * 0.4, 6);
    puppet.put('footR', [0, 0.1, -0.25], true);
    expect(puppet.step()).toBeCloseTo(-4 * 0.25 * 0.4, 6);
    puppet.put('footR', [0, 0.1, 5], true);
    expect(puppet.step()).toBe(1);
  });

  it('symmetry: nothing for feet that take turns, dear for one that always stands and one that is always ahead', () => {
    const taking = new Puppet('symmetry');
    const limping = new Puppet('symmetry');
    let [fair, unfair] = [0, 0];
    for (let step = 0; step < 400; step++) {
      const isLeft = step % 40 < 20;
      taking.put('footL', [0, 0.1, isLeft ? 0.2 : -0.2], isLeft);
      taking.put('footR', [0, 0.1, isLeft ? -0.2 : 0.2], !isLeft);
      limping.put('footL', [0, 0.1, 0.2], true);
      limping.put('footR', [0, 0.2, -0.2], false);
      fair = taking.step();
      unfair = limping.step();
    }
    expect(fair).toBeGreaterThan(-0.15);
    expect(unfair).toBe(-1);
  });
});

describe('weights', () => {
  it('multiply what a term is worth, and what each earned is told apart', () => {
    const puppet = new Puppet('upright', 0.5);
    puppet.terms.weigh({ reward_upright: 0.5, reward_facing: 2, reward_work: 0 }, 10, () => 0);
    expect(puppet.step()).toBe(2.5);
    expect(puppet.step()).toBe(2.5);
    expect(puppet.terms.earned).toEqual({ upright: 1, facing: 4 });
  });

  it('are taken out of environment parameters, held within their range', () => {
    expect(weightsOf({ reward_lift: 500, reward_slide: -1, gravity: 9 })).toEqual({
      reward_lift: 100,
      reward_slide: 0,
    });
  });

  it('of none: nothing is active, and nothing is kept', () => {
    const puppet = new Puppet('upright', 0);
    expect(puppet.terms.isActive).toBe(false);
    expect(puppet.terms.save()).toEqual([]);
  });
});

it('an episode that is saved and gone on with earns what it would have earned', () => {
  const all = Object.fromEntries(termNames.map((name) => [`reward_${name}`, 1])) as Weights;
  const puppet = new Puppet('upright');
  const begin = (terms: RewardTerms) => terms.weigh(all, 10, () => 0);
  const live = (step: number) => {
    const wave = Math.sin(step / 3);
    puppet.put('footL', [0, 0.1 + Math.max(wave, 0) / 5, wave], wave <= 0);
    puppet.put('footR', [0, 0.1 + Math.max(-wave, 0) / 5, -wave], wave > 0);
    puppet.move('root', [wave, 0, 2]);
    return Float32Array.of(wave, -wave);
  };
  begin(puppet.terms);
  puppet.terms.start(puppet.bodies, character.masses);
  for (let step = 0; step < 30; step++) {
    puppet.terms.decide(live(step), 0);
    puppet.step();
  }
  const saved = puppet.terms.save();
  const other = new RewardTerms(character, seconds, 2);
  begin(other);
  let at = 0;
  other.restore(() => saved[at++]!, character.masses);
  expect(at).toBe(saved.length);
  for (let step = 30; step < 60; step++) {
    const actions = live(step);
    puppet.terms.decide(actions, 0);
    other.decide(actions, 0);
    expect(other.earn(puppet.bodies, puppet)).toBe(puppet.step());
  }
  expect(other.earned).toEqual(puppet.terms.earned);
});

it('a character without feet or hands is told what it lacks, term by term', () => {
  const limbless = { ...character, feet: [], hands: [] };
  const lacking = termNames.filter((name) => termTable[name].lacks?.(limbless) !== undefined);
  expect(lacking).toEqual(['lift', 'slide', 'arms', 'symmetry']);
  expect(termNames.filter((name) => termTable[name].lacks?.(character) !== undefined)).toEqual([]);
  const moment = new Moment(limbless, seconds);
  expect(moment.character.feet).toEqual([]);
});
