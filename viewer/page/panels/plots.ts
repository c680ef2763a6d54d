/** Curves of the watched walker: reward, speed, what touches the ground, how strong its joints are. Drawn by uPlot while they can be seen. */
import uPlot from 'uplot';
import { plottedPlaces } from '../../reading/names.ts';
import { Series } from '../../reading/series.ts';
import type { Decided } from '../../simulation/messages.ts';
import type { Who } from '../../simulation/who.ts';
import { element } from '../element.ts';
import type { Session } from '../session.ts';

/** Decisions that are kept: 12 s. */
const KEPT = 180;
/** Milliseconds between two drawings: they need not be as many as pictures. */
const BETWEEN = 120;
const HEIGHT = 112;

const left = '#1f9aa8';
const right = '#f0803c';
const trunk = '#4b5e7d';

interface Plot {
  readonly title: string;
  readonly curves: readonly { readonly name: string; readonly colour: string }[];
  readonly range?: readonly [low: number, high: number];
  /** The curves' values after a decision. */
  values(decided: Decided, session: Session): readonly number[];
  readonly isStepped?: boolean;
  /** What stands on the axis instead of numbers, and where. */
  readonly rows?: readonly { readonly name: string; readonly at: number }[];
}

/** Colours of bodies and joints: sides as in the picture, each joint a shade of its own. */
function colourOf(joint: string, index: number, { looks }: Who): string {
  const light = 35 + ((index * 37) % 30);
  const part = looks.bodies.find(({ name }) => name === joint)?.part;
  if (part === 'left') return `hsl(186 68% ${light}%)`;
  if (part === 'right') return `hsl(23 80% ${light + 8}%)`;
  return `hsl(218 24% ${light}%)`;
}

/** One foot's curve above the other's. */
const ROW = 1.25;

function plotsOf(who: Who): readonly Plot[] {
  const { contacts, strengths } = plottedPlaces(who.task);
  const all: readonly Plot[] = [
    {
      title: 'Reward of a decision',
      curves: [{ name: 'reward', colour: '#58a55c' }],
      values: ({ reward }) => [reward],
      range: [-1, 5],
    },
    {
      title: 'Speed along the goal, m/s',
      curves: [
        { name: 'walks', colour: '#0f8a98' },
        { name: 'asked', colour: '#9aa7b5' },
      ],
      values: ({ speed }, { settings }) => [speed, settings.targetSpeed],
    },
    {
      title: 'Feet on the ground',
      curves: contacts.map(({ foot }) => {
        const part = who.looks.bodies.find(({ name }) => name === foot)?.part;
        return { name: foot, colour: part === 'left' ? left : part === 'right' ? right : trunk };
      }),
      values: ({ observations }) => contacts.map(({ at }, row) => row * ROW + observations[at]!),
      range: [-0.1, ROW * contacts.length - 0.1],
      isStepped: true,
      rows: contacts.map(({ foot }, row) => ({ name: foot.slice(-1), at: row * ROW + 0.5 })),
    },
    {
      title: 'Strength of the joints, of the greatest',
      curves: strengths.map(({ joint }, index) => ({ name: joint, colour: colourOf(joint, index, who) })),
      values: ({ observations }) => strengths.map(({ at }) => observations[at]!),
      range: [0, 1],
    },
  ];
  return all.filter(({ curves }) => curves.length > 0);
}

export class Plots {
  readonly children: readonly HTMLElement[];
  readonly #session: Session;
  readonly #plots: readonly Plot[];
  readonly #series: readonly Series[];
  readonly #drawn: (uPlot | undefined)[] = [];
  readonly #boxes: readonly HTMLElement[];
  #last = 0;
  #watched = -1;

  constructor(session: Session) {
    this.#session = session;
    this.#plots = plotsOf(session.who);
    this.#series = this.#plots.map(({ curves }) => new Series(curves.length, KEPT));
    this.#boxes = this.#plots.map(({ title, curves }) => {
      const names =
        curves.length > 4 ? 'teal: left, orange: right, grey: trunk' : curves.map(({ name }) => name).join(', ');
      return element(
        'div',
        { class: 'plot', role: 'img', 'aria-label': `${title}: ${names}` },
        element('h3', {}, title),
      );
    });
    this.children = this.#boxes;
    session.onChange(() => {
      if (session.watched !== this.#watched) for (const series of this.#series) series.clear();
      this.#watched = session.watched;
    });
  }

  hear(decided: Decided): void {
    const time = decided.step * this.#session.who.settings.step;
    this.#plots.forEach((plot, which) => {
      this.#series[which]!.add(time, plot.values(decided, this.#session));
    });
  }

  /** Once for each picture. */
  draw(now: number): void {
    if (now - this.#last < BETWEEN || this.#boxes[0]!.offsetParent === null) return;
    this.#last = now;
    this.#plots.forEach((plot, which) => {
      const columns = this.#series[which]!.columns as uPlot.AlignedData;
      this.#drawn[which] ??= open(plot, columns, this.#boxes[which]!);
      this.#drawn[which].setData(columns);
    });
  }

  /** Lines and letters in another theme. */
  repaint(): void {
    this.#drawn.forEach((plot) => {
      plot?.destroy();
    });
    this.#drawn.length = 0;
  }
}

function open({ curves, range, isStepped, rows }: Plot, columns: uPlot.AlignedData, into: HTMLElement): uPlot {
  const style = getComputedStyle(document.documentElement);
  const [ink, edge] = ['--quiet', '--edge'].map((name) => style.getPropertyValue(name).trim());
  const axis = {
    stroke: ink!,
    grid: { stroke: edge!, width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const stepped = isStepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return new uPlot(
    {
      width: into.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, ...(range ? { y: { range: [range[0], range[1]] } } : {}) },
      axes: [
        { ...axis, size: 22, values: (_, ticks) => ticks.map((tick) => `${tick} s`) },
        {
          ...axis,
          size: 32,
          ...(rows ? { splits: () => rows.map(({ at }) => at), values: () => rows.map(({ name }) => name) } : {}),
        },
      ],
      series: [
        {},
        ...curves.map(({ name, colour }) => ({
          label: name,
          stroke: colour,
          width: 1.5,
          points: { show: false },
          ...(stepped ? { paths: stepped } : {}),
        })),
      ],
    },
    columns,
    into,
  );
}
