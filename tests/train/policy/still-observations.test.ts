import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { symmetryOf } from '../../../train/learn/learner-options.ts';
import type { Actor } from '../../../train/policy/actor.ts';
import { eagerActions } from '../../../train/policy/eager-actor.ts';
import { Normaliser } from '../../../train/policy/normaliser.ts';
import { denseForm, initialParameters, type Network } from '../../../train/policy/policy.ts';
import { leftOut, withoutStill } from '../../../train/policy/still-observations.ts';

const rows = 3000;
const random = new RandomStream(3);
/** Six observations of which number 1 is always 0.5 and number 4 always 0. */
const observations = Float32Array.from({ length: rows * 6 }, (_, at) =>
  at % 6 === 1 ? 0.5 : at % 6 === 4 ? 0 : random.normal(),
);

function actorOf(leastDeviation: number, more: Partial<Network> = {}): Actor {
  const network = { observationSize: 6, actionSize: 3, hiddenUnits: 16, layers: 2, ...more };
  const normaliser = new Normaliser(6);
  normaliser.update(observations);
  normaliser.leastDeviation = leastDeviation;
  return { network, parameters: initialParameters(network, 5, { weights: 'torch', logDeviation: 0 }), normaliser };
}

/** The observations with number 1 and number 4 off by so much. */
const drifting = (drift: number) =>
  observations.map((value, at) => (at % 6 === 1 || at % 6 === 4 ? value + drift : value));

const largest = (one: Float32Array, other: Float32Array) =>
  one.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at]!)), 0);

describe('an actor without the observations that never moved', () => {
  it.each<[string, Partial<Network>]>([
    ['plain', {}],
    ['with layer norms', { layerNorm: true, activation: 'none' }],
    ['on a body shared with the critic', { sharedBody: true }],
  ])('%s acts as before where they stay as they were, and where they drift as well', async (_kind, more) => {
    const actor = actorOf(1e-3, more);
    const deaf = withoutStill(actor);
    const before = await eagerActions(actor, observations, rows);
    expect(largest(await eagerActions(deaf, observations, rows), before)).toBeLessThan(1e-6);
    for (const drift of [1e-3, -1, 1e6]) {
      expect(await eagerActions(deaf, drifting(drift), rows)).toEqual(await eagerActions(deaf, observations, rows));
      expect(largest(await eagerActions(actor, drifting(drift), rows), before)).toBeGreaterThan(
        drift === 1e-3 ? 1e-4 : 1e-2,
      );
    }
  });

  it('of a symmetric network acts as before in the dense form that it ships in', async () => {
    const observationMirror = { from: Uint16Array.of(0, 1, 3, 2, 4, 5), signs: Float32Array.of(1, 1, 1, 1, -1, -1) };
    const actionMirror = { from: Uint16Array.of(1, 0, 2), signs: Float32Array.of(1, 1, -1) };
    const mirror = { observations: observationMirror, actions: actionMirror };
    const symmetry = symmetryOf({ name: 'Subject', observationSize: 6, actionSize: 3, mirror });
    const actor = actorOf(1e-3, { symmetry });
    actor.normaliser.symmetrise(observationMirror);
    const deaf = withoutStill(denseForm(actor));
    expect(leftOut(actor).map(({ index }) => index)).toEqual([1, 4]);
    const before = await eagerActions(actor, observations, rows);
    expect(largest(await eagerActions(deaf, drifting(1), rows), before)).toBeLessThan(1e-5);
    expect(largest(await eagerActions(actor, drifting(1), rows), before)).toBeGreaterThan(0.01);
  });

  it('is the actor itself where its normaliser has no floor, or it has no normaliser', () => {
    for (const actor of [actorOf(0), actorOf(1e-3, { rawObservations: true })]) {
      expect(withoutStill(actor)).toBe(actor);
      expect(leftOut(actor)).toEqual([]);
    }
    expect(leftOut(actorOf(1e-3)).map(({ index }) => index)).toEqual([1, 4]);
  });

  it('leaves the actor that it is made of as it is', () => {
    const actor = actorOf(1e-3);
    const before = structuredClone(actor.parameters);
    withoutStill(actor);
    expect(actor.parameters).toEqual(before);
  });
});
