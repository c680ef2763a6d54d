/**
 * What a whole simulator is made by, and not one of the four walkers that share its vectors: how it solves, and which ground it has. Walkers
 * that differ in it live in simulators of their own (batched-world.ts), and agents draw it four by four (walker-environment.ts).
 */
import { isTerrainName, type TerrainValues, terrainValuesOf } from '../terrain.ts';
import { isSolverName, type SolverValues, solverValuesOf } from './solver-parameters.ts';

/** What is set, by name. */
export type PlaceValues = SolverValues & TerrainValues;

export function isPlaceName(name: string): boolean {
  return isSolverName(name) || isTerrainName(name);
}

/** Those of some parameters that are about the place, each within its range. */
export function placeValuesOf(parameters: Readonly<Record<string, number | undefined>>): PlaceValues {
  return { ...solverValuesOf(parameters), ...terrainValuesOf(parameters) };
}
