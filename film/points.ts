/**
 * Points, directions and colours as three numbers, and the little arithmetic that painting needs. What is asked for every
 * ray takes numbers out one by one: `const [x, z] = [...]` would take three times as long.
 */

/** Metres in Unity's axes: x right, y up, z forward, left-handed. */
export type Point = readonly [x: number, y: number, z: number];

/** A place on the floor, or a direction along it. */
export type Place = readonly [x: number, z: number];

/** Red, green and blue, 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number];

export function dot(a: Point, b: Point): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross([ax, ay, az]: Point, [bx, by, bz]: Point): Point {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

/** The same direction with length one. */
export function unit([x, y, z]: Point): Point {
  const length = Math.sqrt(x * x + y * y + z * z);
  return [x / length, y / length, z / length];
}

/** The sum of some directions, each taken so many times. */
export function combined(...terms: readonly (readonly [times: number, direction: Point])[]): Point {
  let sum: Point = [0, 0, 0];
  for (const [times, [x, y, z]] of terms) sum = [sum[0] + times * x, sum[1] + times * y, sum[2] + times * z];
  return sum;
}

/** Between two colours: the first at 0, the second at 1. */
export function mixed(first: Colour, second: Colour, share: number): Colour {
  const rest = 1 - share;
  return [
    rest * first[0] + share * second[0],
    rest * first[1] + share * second[1],
    rest * first[2] + share * second[2],
  ];
}

/** Metres along the floor. */
export function distanceBetween(from: Place, to: Place): number {
  const x = to[0] - from[0];
  const z = to[1] - from[1];
  return Math.sqrt(x * x + z * z);
}
