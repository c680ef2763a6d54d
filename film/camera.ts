/**
 * Where the camera stands, and the rays through the pixels of its picture. It goes along with the walker and looks at its
 * right side, a little from the front and from above.
 */
import { combined, cross, dot, type Place, type Point, unit } from './points.ts';

/** Rays through a pixel, on each side of a square: edges come out smooth. */
export const RAYS = 2;

/** How far the camera stands in front of a plain view from the side, and above, radians. */
const FROM_FRONT = (32 * Math.PI) / 180;
const FROM_ABOVE = (11 * Math.PI) / 180;
/** Of somebody as large as the Walker: metres from the camera to what it looks at, and that point's height above the floor. */
const DISTANCE = 7;
const LOOK_AT = 0.79;
/** Metres that the picture is high at that distance. */
const VIEW = 2.55;

export interface CameraView {
  readonly far: number;
  readonly high: number;
}

/** Rows and columns of rays, `right` and `bottom` not included. */
export interface Bounds {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export class Camera {
  /** Rays in a row, and rows of them. */
  readonly columns: number;
  readonly rows: number;
  /** Of length one: to the picture's right, up, and into it. */
  readonly right: Point;
  readonly up: Point;
  readonly into: Point;
  /** Directions of length one, [rows * columns]. */
  readonly rays: readonly Point[];
  /** Metres. */
  readonly #distance: number;
  readonly #lookAt: number;

  /**
   * @param size edge of the picture, in pixels.
   * @param heading where the walker goes, radians about y (up) from z (forward).
   * @param view how many times as far away it stands as from the Walker, and how many times as high it looks.
   */
  constructor(size: number, heading: number, { far, high }: CameraView = { far: 1, high: 1 }) {
    this.#distance = DISTANCE * far;
    this.#lookAt = LOOK_AT * high;
    this.columns = size * RAYS;
    this.rows = size * RAYS;
    const turn = heading - FROM_FRONT;
    this.right = [Math.sin(turn), 0, Math.cos(turn)];
    // Unity's axes are left-handed: right x up points into the picture.
    const ahead = cross(this.right, [0, 1, 0]);
    const [sine, cosine] = [Math.sin(FROM_ABOVE), Math.cos(FROM_ABOVE)];
    this.into = combined([cosine, ahead], [-sine, [0, 1, 0]]);
    this.up = combined([sine, ahead], [cosine, [0, 1, 0]]);
    this.rays = Array.from({ length: this.rows * this.columns }, (_, at) => {
      const x = ((at % this.columns) + 0.5 - this.columns / 2) * (VIEW / this.rows);
      const y = (this.rows / 2 - Math.floor(at / this.columns) - 0.5) * (VIEW / this.rows);
      return unit(combined([x, this.right], [y, this.up], [DISTANCE, this.into]));
    });
  }

  /** Where it stands while it looks at what is above that place of the floor. */
  above([x, z]: Place, floor: number): Point {
    return combined([1, [x, floor + this.#lookAt, z]], [-this.#distance, this.into]);
  }

  /** The rays that may hit a ball, seen from `eye`. */
  boundsOf({ centre, reach }: { readonly centre: Point; readonly reach: number }, eye: Point): Bounds {
    const offset = combined([1, centre], [-1, eye]);
    const scale = (this.rows / VIEW) * (DISTANCE / Math.max(0.1, dot(offset, this.into)));
    const column = this.columns / 2 + dot(offset, this.right) * scale;
    const row = this.rows / 2 - dot(offset, this.up) * scale;
    // A ball beside the middle of the picture is seen as an ellipse, a little longer than it is wide.
    const around = reach * scale * 1.1 + 1;
    const within = (value: number, most: number) => Math.min(most, Math.max(0, Math.round(value)));
    return {
      left: within(column - around, this.columns),
      right: within(column + around, this.columns),
      top: within(row - around, this.rows),
      bottom: within(row + around, this.rows),
    };
  }
}
