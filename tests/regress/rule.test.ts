/** The rule's errors, played through: how often it is wrong, and what it can see. */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import { tQuantile } from '../../evaluate/student-t.ts';
import { BOUNDS, FALLS_ERROR, LOOKS, type Look, lookAt, type Played } from '../../regress/rule.ts';

/** How often a sum of standard normal steps is above c sqrt(K / k) standard errors at one of the K looks. */
function crossings(bound: number, trials: number): number {
  const random = new RandomStream(11);
  let crossed = 0;
  for (let trial = 0; trial < trials; trial++) {
    let sum = 0;
    for (let look = 1; look <= LOOKS; look++) {
      sum += random.normal();
      if (sum / Math.sqrt(look) <= bound * Math.sqrt(LOOKS / look)) continue;
      crossed += 1;
      break;
    }
  }
  return crossed / trials;
}

/**
 * Episodes as they come: returns spread as survival spreads them (exponential, cut off at a cap), of target speeds that are
 * worth more or less, and two of a pair that have the speed in common and a share of the rest.
 *
 * @param cost what the candidate loses of every return.
 */
function pairsOf(random: RandomStream, count: number, cost: number): { baseline: Played; candidate: Played } {
  const [baseline, candidate] = [0, 1].map(() => ({ returns: [] as number[], fell: [] as boolean[] })) as [
    { returns: number[]; fell: boolean[] },
    { returns: number[]; fell: boolean[] },
  ];
  for (let pair = 0; pair < count; pair++) {
    const worth = 0.4 + (0.6 * pair) / count;
    const fate = random.uniform();
    const survivals = [fate, random.uniform() < 0.5 ? fate : random.uniform()].map((u) => -600 * Math.log(1 - u));
    [baseline, candidate].forEach((policy, which) => {
      const lasted = Math.min(1000, survivals[which]!);
      policy.returns.push(worth * lasted * (which === 1 ? 1 - cost : 1));
      policy.fell.push(lasted < 1000);
    });
  }
  return { baseline, candidate };
}

/** Looks until there is a verdict. */
function gate({ baseline, candidate }: ReturnType<typeof pairsOf>, margin: number): { look: number; found: Look } {
  const count = baseline.returns.length;
  // The candidate's episodes come in the order of the grid, not from slow to fast.
  const order = Array.from({ length: count }, (_, index) => (index * 7919) % count);
  const first = ({ returns, fell }: Played, to: number) => ({
    returns: order.slice(0, to).map((index) => returns[index]!),
    fell: order.slice(0, to).map((index) => fell[index]!),
  });
  for (let look = 1; ; look++) {
    const to = Math.round((count * look) / LOOKS);
    const found = lookAt(first(baseline, to), first(candidate, to), look, margin);
    if (found.verdict !== null) return { look, found };
  }
}

function shares(count: number, cost: number, margin: number, trials: number) {
  const random = new RandomStream(17, Math.round(1000 * cost));
  const told = { pass: 0, fail: 0, undecided: 0 };
  for (let trial = 0; trial < trials; trial++) {
    told[gate(pairsOf(random, count, cost), margin).found.verdict!] += 1 / trials;
  }
  return told;
}

describe('the bounds', () => {
  it('are crossed at one of four looks in 5 % of cases (pass) and in 0.5 % (fail), where there is nothing to see', () => {
    // Standard errors of these shares: 0.0007 and 0.0002.
    expect(Math.abs(crossings(BOUNDS.pass, 100_000) - 0.05)).toBeLessThan(0.0025);
    expect(Math.abs(crossings(BOUNDS.fail, 100_000) - 0.005)).toBeLessThan(0.0009);
  });

  it('are moved for few episodes as printed tables of t have it: 99.5 % of 24 degrees is 2.797, of 60 2.660', () => {
    expect(tQuantile(2.5758293, 24)).toBeCloseTo(2.7969, 3);
    expect(tQuantile(2.5758293, 60)).toBeCloseTo(2.6603, 3);
    expect(tQuantile(1.6448536, 10)).toBeCloseTo(1.8125, 3);
  });
});

describe('on returns that are skewed as those of walkers are', () => {
  it('a candidate that is worse by just the margin passes in about 5 of 100 cases', () => {
    const { pass } = shares(400, 0.1, 0.1, 600);
    expect(pass).toBeGreaterThan(0.01);
    expect(pass).toBeLessThan(0.08);
  });

  it('one that is as good fails in less than 1 of 100 cases', () => {
    const { fail, pass } = shares(400, 0, 0.1, 1200);
    expect(fail).toBeLessThan(0.01);
    expect(pass).toBeGreaterThan(0.6); // by 400 pairs with a correlation of 0.6
  });

  it('one that is worse by a third never passes, and fails in most', () => {
    const { pass, fail } = shares(400, 0.33, 0.1, 200);
    expect(pass).toBe(0);
    expect(fail).toBeGreaterThan(0.95);
  });

  it('sees a larger loss earlier', () => {
    const looks = (cost: number) => {
      const random = new RandomStream(5);
      const all = Array.from({ length: 60 }, () => gate(pairsOf(random, 400, cost), 0.1).look);
      return all.reduce((a, b) => a + b) / all.length;
    };
    const [small, large, broken] = [looks(0.2), looks(0.5), looks(0.95)] as const;
    expect(large).toBeLessThan(small);
    expect(broken).toBe(1);
  });
});

describe('a look', () => {
  const returns = Array.from({ length: 100 }, (_, index) => 100 + ((index * 37) % 100));
  const stood = returns.map(() => false);
  const same = { returns, fell: stood };

  it('finds that a file against itself has L = m A exactly', () => {
    const found = lookAt(same, same, 1, 0.05);
    expect(found).toMatchObject({ verdict: 'pass', change: 0, zWorse: 0, correlation: 1 });
    const mean = returns.reduce((a, b) => a + b) / 100;
    const deviation = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 99);
    expect(found.z).toBeCloseTo((mean / deviation) * 10, 6);
    expect(found.deviation).toBeCloseTo(0.05 * deviation, 6);
  });

  it('fails a candidate that falls where the baseline stood, however much it earns', () => {
    const fallen = { returns: returns.map((value) => 2 * value), fell: returns.map((_, index) => index % 5 === 0) };
    const found = lookAt(same, fallen, 1, 0.1);
    expect(found.falls).toMatchObject({ onlyBaseline: 0, onlyCandidate: 20 });
    expect(found.falls.p).toBeLessThan(FALLS_ERROR / LOOKS);
    expect(found).toMatchObject({ verdict: 'fail', why: 'it falls in more of the episodes' });
    // Few falls say nothing.
    const few = { returns, fell: returns.map((_, index) => index < 5) };
    expect(lookAt(same, few, 1, 0.1).verdict).toBe('pass');
  });

  it('that can not tell plays on, and is undecided at the last, with how many would decide', () => {
    const random = new RandomStream(3);
    const noisy = { returns: returns.map((value) => 0.95 * value + 120 * random.normal()), fell: stood };
    expect(lookAt(same, noisy, 1, 0.1).verdict).toBeNull();
    const last = lookAt(same, noisy, LOOKS, 0.1);
    expect(last.verdict).toBe('undecided');
    expect(last.needed).toBeGreaterThan(100);
    expect(last.detectable).toBeGreaterThan(0.1);
  });

  it('tells about how many pairs would decide: so many of the same kind do', () => {
    const random = new RandomStream(8);
    const noise = Array.from({ length: 100 }, () => 150 * random.normal());
    const mean = noise.reduce((a, b) => a + b) / 100;
    const noisy = { returns: returns.map((value, index) => value + noise[index]! - mean), fell: stood };
    const { needed, verdict } = lookAt(same, noisy, LOOKS, 0.1);
    expect(verdict).toBe('undecided');
    const times = Math.ceil(needed! / 100) + 1;
    const repeated = ({ returns, fell }: Played) => ({
      returns: Array.from({ length: times }, () => returns).flat(),
      fell: Array.from({ length: times }, () => fell).flat(),
    });
    expect(lookAt(repeated(same), repeated(noisy), LOOKS, 0.1).verdict).toBe('pass');
  });

  it('has no number that is none, whatever does not vary', () => {
    const flat = { returns: returns.map(() => 5), fell: stood };
    const zero = { returns: returns.map(() => 0), fell: stood };
    for (const candidate of [flat, zero, same]) {
      const found = lookAt(flat, candidate, LOOKS, 0.1);
      for (const value of [found.change, found.z, found.zWorse, found.detectable]) expect(value).not.toBeNaN();
    }
    expect(lookAt(flat, zero, 1, 0.1)).toMatchObject({ verdict: 'fail', change: -1 });
    expect(lookAt(flat, flat, 1, 0.1).verdict).toBe('pass');
  });
});
