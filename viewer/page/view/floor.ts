/** The floor: metre lines by which one sees walkers move, the border of their world, and a plane that takes shadows. */
import { Color, DoubleSide, Group, Mesh, PlaneGeometry, ShaderMaterial, ShadowMaterial, Vector2 } from 'three';
import type { PhysicsSettings } from '../../../envs/walker/physics-settings.ts';
import type { Theme } from './colours.ts';

const vertex = `
varying vec2 place;
void main() {
  vec4 world = modelMatrix * vec4(position, 1.0);
  place = world.xz;
  gl_Position = projectionMatrix * viewMatrix * world;
}`;

/** Lines are as wide as they look, whatever the distance: widths are told in the change of the place from one pixel to the next. */
const fragment = `
uniform float halfEdge;
uniform vec3 floorColour;
uniform vec3 lineColour;
uniform vec3 borderColour;
uniform vec3 skyColour;
uniform vec2 middle;
uniform vec2 world;
uniform float reach;
varying vec2 place;

float lines(vec2 at, float width) {
  vec2 change = fwidth(at);
  vec2 off = abs(fract(at - 0.5) - 0.5);
  vec2 covered = 1.0 - smoothstep(vec2(width), vec2(width) + change * 1.2, off);
  covered *= 1.0 - smoothstep(0.25, 0.6, change);
  return max(covered.x, covered.y);
}

void main() {
  vec3 colour = mix(floorColour, lineColour, 0.75 * lines(place, 0.008));
  colour = mix(colour, lineColour, lines(place / 5.0, 0.004));
  vec2 out2 = abs(place - world) - vec2(halfEdge);
  float edge = abs(max(out2.x, out2.y));
  colour = mix(colour, borderColour, 0.8 * (1.0 - smoothstep(0.02, 0.02 + 1.5 * fwidth(edge), edge)));
  float far = length(place - middle) / reach;
  colour = mix(colour, skyColour, smoothstep(0.25, 1.0, far));
  gl_FragColor = vec4(colour, 1.0);
  #include <colorspace_fragment>
}`;

/** Metres to its edge, where it has long become the sky. */
const reach = 30;

export class Floor {
  readonly group = new Group();
  readonly #uniforms = {
    floorColour: { value: new Color() },
    lineColour: { value: new Color() },
    borderColour: { value: new Color() },
    skyColour: { value: new Color() },
    middle: { value: new Vector2() },
    world: { value: new Vector2() },
    reach: { value: reach },
    halfEdge: { value: 0 },
  };
  readonly #shadow = new ShadowMaterial({ opacity: 0.3 });
  readonly #taker = new Mesh(new PlaneGeometry(2, 2).rotateX(-Math.PI / 2), this.#shadow);

  /** @param farther times as far as usual to its edge. */
  constructor({ groundEdge, groundHeight }: PhysicsSettings, farther: number) {
    const edge = reach * farther;
    this.#uniforms.reach.value = edge;
    this.#uniforms.halfEdge.value = groundEdge / 2;
    const plane = new PlaneGeometry(2 * edge, 2 * edge).rotateX(-Math.PI / 2);
    const floor = new Mesh(
      plane,
      new ShaderMaterial({
        uniforms: this.#uniforms,
        vertexShader: vertex,
        fragmentShader: fragment,
        side: DoubleSide,
      }),
    );
    this.#taker.receiveShadow = true;
    this.#taker.position.y = 0.002;
    this.group.add(floor, this.#taker);
    this.group.position.y = groundHeight;
  }

  /** Half the edge of the square that takes shadows, metres: where none can fall, none is looked for. */
  set reachOfShadow(reach: number) {
    this.#taker.scale.set(reach, 1, reach);
  }

  wear({ floor, line, border, sky, shadow }: Theme): void {
    this.#uniforms.floorColour.value.set(floor);
    this.#uniforms.lineColour.value.set(line);
    this.#uniforms.borderColour.value.set(border);
    this.#uniforms.skyColour.value.set(sky);
    this.#shadow.opacity = shadow;
  }

  /** Goes along with what is looked at; lines stay where they are. @param world the middle of the watched walker's. */
  follow(x: number, z: number, world: { readonly x: number; readonly z: number }): void {
    this.group.position.x = x;
    this.group.position.z = z;
    this.#uniforms.middle.value.set(x, z);
    this.#uniforms.world.value.set(world.x, world.z);
  }
}
