/**
 * A picture of a rig as an SVG: its shapes from the front and from the side, its joints as dots, the line its lowest point.
 *
 * Shapes are drawn by their outlines, which parallel light makes exact: a capsule's is a line with round ends, a box's the hull
 * of its corners. What is nearer lies over what is farther.
 */
import type { RigFile, RigFileBody, RigFileCollider } from '../envs/ragdoll/rig-file.ts';
import { product, sum, turned, type Vector } from '../physics/rotation.ts';

type Point = readonly [x: number, y: number];

/** Where a view puts a point of the world: to the right, up, and how near it is. Unity's axes are left-handed. */
const VIEWS = [
  { title: 'from the front', of: ([x, y, z]: Vector) => ({ at: [-x, y] as Point, near: z }) },
  { title: 'from its right', of: ([x, y, z]: Vector) => ({ at: [z, y] as Point, near: x }) },
] as const;

/** Pixels. */
const PANEL = { width: 360, height: 440, margin: 34 } as const;

interface Drawn {
  readonly near: number;
  readonly outline: readonly Point[];
  /** Half the width of the line that the outline is drawn with: that of round shapes. */
  readonly radius: number;
  readonly body: RigFileBody;
  readonly which: number;
}

export function rigPicture(rig: RigFile): string {
  const views = VIEWS.map(({ title, of }) => seen(rig, title, of));
  const inner = { width: PANEL.width - 2 * PANEL.margin, height: PANEL.height - 2 * PANEL.margin };
  const [widest, highest] = [views.map(({ width }) => width), views.map(({ height }) => height)];
  const scale = Math.min(inner.width / Math.max(...widest, 1e-6), inner.height / Math.max(...highest, 1e-6));
  const panels = views.map((view, panel) => panelOf(view, scale, panel * PANEL.width));
  const [width, height] = [VIEWS.length * PANEL.width, PANEL.height];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">
<title>${escaped(rig.name)}: ${rig.bodies.length} bodies</title>
<rect width="${width}" height="${height}" fill="#f6f7f9"/>
${panels.join('\n')}
</svg>
`;
}

/** A rig from one side: what is drawn, and the rectangle that it fills, metres. */
interface View {
  readonly title: string;
  readonly drawn: readonly Drawn[];
  readonly joints: readonly Point[];
  readonly left: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

function seen(rig: RigFile, title: string, of: (typeof VIEWS)[number]['of']): View {
  const drawn = rig.bodies.flatMap((body, which) =>
    body.colliders.map((collider): Drawn => ({ ...outlineOf(body, collider, of), body, which })),
  );
  const joints = rig.bodies.flatMap((body) =>
    body.joints.map(({ anchor }) => of(sum(body.position, turned(body.rotation, anchor))).at),
  );
  const reach = [
    ...drawn.flatMap(({ outline, radius }) =>
      outline.flatMap(([x, y]): Point[] => [
        [x - radius, y - radius],
        [x + radius, y + radius],
      ]),
    ),
    ...joints,
    ...rig.bodies.map(({ position }) => of(position).at),
  ];
  const [xs, ys] = [reach.map(([x]) => x), reach.map(([, y]) => y)];
  const [left, bottom] = [Math.min(...xs), Math.min(...ys)];
  return { title, drawn, joints, left, bottom, width: Math.max(...xs) - left, height: Math.max(...ys) - bottom };
}

function panelOf({ title, drawn, joints, left, bottom, width, height }: View, scale: number, panel: number): string {
  const ground = PANEL.height - PANEL.margin;
  const at = ([x, y]: Point) =>
    [panel + PANEL.width / 2 + (x - left - width / 2) * scale, ground - (y - bottom) * scale] as const;
  const shapes = drawn
    .toSorted((a, b) => a.near - b.near)
    .map(({ outline, radius, body, which }) => {
      const [fill, edge] = [66, 36].map((lightness) => `hsl(${(which * 137) % 360} 45% ${lightness}%)`) as [
        string,
        string,
      ];
      const path = `M${outline.map((point) => at(point).map(pixels).join(' ')).join('L')}Z`;
      const line = (color: string, by: number) =>
        `<path d="${path}" fill="${color}" stroke="${color}" stroke-width="${pixels(Math.max(2 * radius * scale + by, 0))}" stroke-linejoin="round" stroke-linecap="round"/>`;
      return `<g><title>${escaped(body.name)}, ${body.mass} kg</title>${line(edge, 1.5)}${line(fill, -1.5)}</g>`;
    });
  const dots = joints.map((point) => {
    const [x, y] = at(point).map(pixels);
    return `<circle cx="${x}" cy="${y}" r="2.5" fill="#222"/>`;
  });
  const [from, to] = [panel + PANEL.margin / 2, panel + PANEL.width - PANEL.margin / 2];
  const metres = (value: number) => Number(value.toPrecision(3));
  return [
    `<line x1="${from}" y1="${ground}" x2="${to}" y2="${ground}" stroke="#999"/>`,
    ...shapes,
    ...dots,
    `<text x="${from}" y="20" fill="#333">${title}: ${metres(width)} m wide, ${metres(height)} m high</text>`,
  ].join('\n');
}

function outlineOf(
  body: RigFileBody,
  collider: RigFileCollider,
  of: (typeof VIEWS)[number]['of'],
): Pick<Drawn, 'outline' | 'radius' | 'near'> {
  const rotation = product(body.rotation, collider.rotation);
  const centre = sum(body.position, turned(body.rotation, collider.center));
  const near = of(centre).near;
  const corner = (point: Vector) => of(sum(centre, turned(rotation, point))).at;
  switch (collider.shape) {
    case 'sphere':
      return { outline: [of(centre).at], radius: collider.radius, near };
    case 'capsule': {
      const half = Math.max(collider.height / 2 - collider.radius, 0);
      const end = (side: number): Vector => [
        collider.along === 'x' ? side * half : 0,
        collider.along === 'y' ? side * half : 0,
        collider.along === 'z' ? side * half : 0,
      ];
      return { outline: [corner(end(-1)), corner(end(1))], radius: collider.radius, near };
    }
    case 'box': {
      const sides = [-0.5, 0.5];
      const [x, y, z] = collider.size;
      const corners = sides.flatMap((i) => sides.flatMap((j) => sides.map((k) => corner([i * x, j * y, k * z]))));
      return { outline: hullOf(corners), radius: 0, near };
    }
  }
}

/** The convex hull of points of the plane, by Andrew's monotone chain. */
function hullOf(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (from: readonly Point[]) => {
    const kept: Point[] = [];
    for (const point of from) {
      while (kept.length > 1 && isRightTurn(kept.at(-2)!, kept.at(-1)!, point)) kept.pop();
      kept.push(point);
    }
    return kept.slice(0, -1);
  };
  return [...chain(sorted), ...chain(sorted.toReversed())];
}

function isRightTurn([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): boolean {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) <= 0;
}

function pixels(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
