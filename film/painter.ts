/**
 * Paints shapes on a floor: a small ray caster on the CPU, so that a film needs no graphics card and no library. For each ray
 * the nearest shape is found, among those that the ray comes near; rays that hit none show the floor, its shadows and the sky.
 */
import { Camera, type CameraView, RAYS } from './camera.ts';
import { floorColour, lostAt, skyColour } from './floor.ts';
import type { Picture } from './picture.ts';
import { type Colour, combined, distanceBetween, dot, mixed, type Place, type Point, unit } from './points.ts';
import { distanceTo, facingAt, type Shape } from './shapes.ts';

export interface PainterOptions {
  /** Edge of the picture, in pixels. */
  readonly size: number;
  /** Where the walker goes, radians about y (up) from z (forward). */
  readonly heading: number;
  /** Height of the floor, metres. */
  readonly floor: number;
  /** How many times as far away the camera stands as from the Walker, and how many times as high it looks. Default 1. */
  readonly view?: CameraView;
}

export interface View {
  readonly shapes: readonly Shape[];
  /** What the camera looks at. */
  readonly walker: Place;
  /** Towards the target, of length one. */
  readonly goal: Place;
}

/** A circle on the floor that holds what of it the shape keeps the light from. */
interface Shadow {
  readonly shape: Shape;
  readonly middle: Place;
  readonly reach: number;
}

const BLACK: Colour = [0, 0, 0];
/** Brightness of the floor in shadow. */
const SHADOW = 0.62;
/** Of a surface: from everywhere, more from above, and most from where the light is. */
const BRIGHTNESS = { everywhere: 0.6, above: 0.14, light: 0.42 };

export class Painter {
  readonly #size: number;
  readonly #floor: number;
  readonly #camera: Camera;
  /** Towards the light, of length one. */
  readonly #light: Point;
  /** Metres to what each ray hits. */
  readonly #depth: Float64Array;
  /** [rays, 3]. */
  readonly #colours: Float64Array;

  constructor({ size, heading, floor, view }: PainterOptions) {
    this.#size = size;
    this.#floor = floor;
    this.#camera = new Camera(size, heading, view);
    const { right, into, rays } = this.#camera;
    // From the left behind the camera, high up: shadows fall to the right, behind the walker.
    this.#light = unit(combined([-0.45, right], [1, [0, 1, 0]], [-0.5, [into[0], 0, into[2]]]));
    this.#depth = new Float64Array(rays.length);
    this.#colours = new Float64Array(3 * rays.length);
  }

  paint(view: View): Picture {
    const eye = this.#camera.above(view.walker, this.#floor);
    this.#depth.fill(Number.POSITIVE_INFINITY);
    for (const shape of view.shapes) this.#paintShape(shape, eye);
    this.#paintFloor(view, eye);
    return this.#averaged();
  }

  #paintShape(shape: Shape, eye: Point): void {
    const { rays, columns } = this.#camera;
    const { left, right, top, bottom } = this.#camera.boundsOf(shape, eye);
    for (let row = top; row < bottom; row++) {
      for (let at = row * columns + left; at < row * columns + right; at++) {
        const ray = rays[at]!;
        const distance = distanceTo(shape, eye, ray);
        if (distance >= this.#depth[at]!) continue;
        this.#depth[at] = distance;
        const facing = facingAt(shape, along(eye, ray, distance));
        const { everywhere, above, light } = BRIGHTNESS;
        this.#setColour(
          at,
          shape.colour,
          everywhere + above * facing[1] + light * Math.max(0, dot(facing, this.#light)),
        );
      }
    }
  }

  #paintFloor(view: View, eye: Point): void {
    const shadows = view.shapes.map((shape) => this.#shadowOf(shape));
    this.#camera.rays.forEach((ray, at) => {
      if (this.#depth[at] === Number.POSITIVE_INFINITY) this.#setColour(at, this.#behind(ray, eye, shadows, view));
    });
  }

  /** What a ray shows that hits no shape: the floor, and as far away as it is lost in the light, the sky. */
  #behind(ray: Point, eye: Point, shadows: readonly Shadow[], { walker, goal }: View): Colour {
    const sky = skyColour(ray[1]);
    if (ray[1] >= 0) return sky;
    const point = along(eye, ray, (this.#floor - eye[1]) / ray[1]);
    const place: Place = [point[0], point[2]];
    const lost = lostAt(distanceBetween(place, walker));
    if (lost === 1) return sky;
    const floor = floorColour(place, walker, goal);
    const isInShadow = shadows.some(
      ({ shape, middle, reach }) =>
        distanceBetween(place, middle) < reach && distanceTo(shape, point, this.#light) < Number.POSITIVE_INFINITY,
    );
    return mixed(isInShadow ? mixed(BLACK, floor, SHADOW) : floor, sky, lost);
  }

  #shadowOf(shape: Shape): Shadow {
    const [x, , z] = along(shape.centre, this.#light, (this.#floor - shape.centre[1]) / this.#light[1]);
    return { shape, middle: [x, z], reach: shape.reach / this.#light[1] };
  }

  #setColour(at: number, [red, green, blue]: Colour, brightness = 1): void {
    this.#colours[3 * at] = red * brightness;
    this.#colours[3 * at + 1] = green * brightness;
    this.#colours[3 * at + 2] = blue * brightness;
  }

  /** The mean of each pixel's rays. */
  #averaged(): Picture {
    const { columns } = this.#camera;
    const size = this.#size;
    const pixels = new Uint8Array(3 * size * size);
    const offsets = Array.from(
      { length: RAYS * RAYS },
      (_, ray) => 3 * (Math.floor(ray / RAYS) * columns + (ray % RAYS)),
    );
    let into = 0;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        for (let part = 0; part < 3; part++) {
          const first = 3 * RAYS * (row * columns + column) + part;
          let sum = 0;
          for (const offset of offsets) sum += this.#colours[first + offset]!;
          pixels[into++] = Math.round(255 * Math.min(1, sum / offsets.length));
        }
      }
    }
    return { width: size, height: size, pixels };
  }
}

function along(from: Point, direction: Point, distance: number): Point {
  return [from[0] + distance * direction[0], from[1] + distance * direction[1], from[2] + distance * direction[2]];
}
