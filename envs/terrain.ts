/**
 * Ground that is not flat, as environment parameters: a valley of slopes or of stairs, or rough ground, as boxes that never move.
 *
 * Where an episode begins it is flat, for a metre around, so that a start pose stands as it did. Everything else lies above that height.
 */
import { cosine, sine } from '../base/exact-functions.ts';
import { RandomStream } from '../base/random/stream.ts';

export const terrainParameters = {
  terrain_slope: {
    unit: 'degrees',
    meaning: 'the ground rises so steeply to both sides of the start, beyond a metre: a valley',
    default: 0,
    low: 0,
    high: 30,
  },
  terrain_step: {
    unit: 'm',
    meaning: 'height of a step of the stairs that lead up to both sides of the start',
    default: 0,
    low: 0,
    high: 0.5,
  },
  terrain_rough: {
    unit: 'm',
    meaning: 'rough ground: bars along and across, each raised by up to this',
    default: 0,
    low: 0,
    high: 0.5,
  },
  terrain_tread: { unit: 'm', meaning: 'depth of a step, and width of a bar', default: 0.6, low: 0.1, high: 5 },
  terrain_seed: {
    unit: '',
    meaning: 'which rough ground: a whole number; a sampler draws another one for every four agents',
    default: 0,
    low: 0,
    high: 1e6,
  },
} as const;

export type TerrainName = keyof typeof terrainParameters;

/** What is set, by name. */
export type TerrainValues = Readonly<Partial<Record<TerrainName, number>>>;

const names = Object.keys(terrainParameters) as TerrainName[];
/** Those of which one alone can be above 0. */
export const kindsOfTerrain = ['terrain_slope', 'terrain_step', 'terrain_rough'] as const satisfies TerrainName[];

export function isTerrainName(name: string): name is TerrainName {
  return Object.hasOwn(terrainParameters, name);
}

/** Those of some parameters that are about the terrain, each within its range. */
export function terrainValuesOf(parameters: Readonly<Record<string, number | undefined>>): TerrainValues {
  const values: Partial<Record<TerrainName, number>> = {};
  for (const name of names) {
    const value = parameters[name];
    if (value === undefined) continue;
    const { low, high } = terrainParameters[name];
    const within = Math.min(Math.max(value, low), high);
    values[name] = name === 'terrain_seed' ? Math.round(within) : within;
  }
  return values;
}

type Vector = readonly [x: number, y: number, z: number];

/** A box that never moves; y counts from the flat ground. Metres; the rotation is x y z w. */
export interface Slab {
  readonly center: Vector;
  readonly size: Vector;
  readonly rotation: readonly [number, number, number, number];
}

export interface Terrain {
  readonly slabs: readonly Slab[];
  /** Of the ground at a point, above where it is flat, m. */
  heightAt(x: number, z: number): number;
}

/** Around the start, in which it is flat: metres to each side. */
const flat = 1;
/** Of what is under one's feet, m. */
const thickness = 2;
const unturned = [0, 0, 0, 1] as const;
/** Names the stream that rough ground is drawn from. */
const purpose = 0x7e44;

/** @param edge of the square of ground, m. */
export function terrainOf(values: TerrainValues, edge: number): Terrain {
  const of = (name: TerrainName) => values[name] ?? terrainParameters[name].default;
  const half = edge / 2;
  if (of('terrain_slope') > 0) return valley(of('terrain_slope'), half);
  if (of('terrain_step') > 0) return stairs(of('terrain_step'), of('terrain_tread'), half);
  if (of('terrain_rough') > 0) return bars(of('terrain_rough'), of('terrain_tread'), of('terrain_seed'), half);
  return { slabs: [], heightAt: () => 0 };
}

function valley(degrees: number, half: number): Terrain {
  const angle = (degrees * Math.PI) / 180;
  const [s, c] = [sine(angle), cosine(angle)];
  const length = (half - flat) / c + 1;
  const slabs = [1, -1].map((side): Slab => {
    // Half way along the slope, and half its thickness below it.
    const x = flat + (c * length) / 2 + (s * thickness) / 2;
    const y = (s * length) / 2 - (c * thickness) / 2;
    return {
      center: [side * x, y, 0],
      size: [length, thickness, 2 * half],
      rotation: [0, 0, side * sine(angle / 2), cosine(angle / 2)],
    };
  });
  return { slabs, heightAt: (x) => (Math.max(Math.abs(x) - flat, 0) * s) / c };
}

function stairs(step: number, tread: number, half: number): Terrain {
  const count = Math.ceil((half - flat) / tread);
  const slabs = [1, -1].flatMap((side) =>
    Array.from({ length: count }, (_, number): Slab => {
      const x = flat + (number + 0.5) * tread;
      const top = (number + 1) * step;
      return { center: [side * x, top - thickness / 2, 0], size: [tread, thickness, 2 * half], rotation: unturned };
    }),
  );
  return {
    slabs,
    heightAt: (x) => step * Math.min(Math.max(Math.floor((Math.abs(x) - flat) / tread) + 1, 0), count),
  };
}

function bars(rough: number, tread: number, seed: number, half: number): Terrain {
  const count = Math.ceil((half - flat) / tread);
  const random = new RandomStream(seed, purpose);
  const draw = () => Array.from({ length: 2 * count }, () => random.uniform(0, rough));
  const [across, along] = [draw(), draw()];
  const place = (which: number) => (which < count ? 1 : -1) * (flat + ((which % count) + 0.5) * tread);
  const slabs = [
    ...across.map((top, which): Slab => {
      return { center: [place(which), top - thickness / 2, 0], size: [tread, thickness, 2 * half], rotation: unturned };
    }),
    ...along.map((top, which): Slab => {
      return { center: [0, top - thickness / 2, place(which)], size: [2 * half, thickness, tread], rotation: unturned };
    }),
  ];
  const topOf = (tops: readonly number[], at: number) => {
    const which = Math.floor((Math.abs(at) - flat) / tread);
    return which < 0 ? 0 : (tops[at > 0 ? which : count + which] ?? 0);
  };
  return { slabs, heightAt: (x, z) => Math.max(topOf(across, x), topOf(along, z)) };
}
