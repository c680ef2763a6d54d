/** One curve of a training over its decisions, with its latest value in words for who sees none. Drawn by uPlot, in the colours of its place. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './curve-plot.css';

const HEIGHT = 116;

export interface PlottedCurve {
  readonly title: string;
  /** Empty for a plain number. */
  readonly unit: string;
  /** Default: the accent of the page. */
  readonly colour?: string;
}

export class CurvePlot {
  readonly #title: string;
  readonly #place: HTMLElement;
  readonly #plot: uPlot;

  constructor({ title, unit, colour }: PlottedCurve, parent: HTMLElement) {
    this.#title = title;
    this.#place = document.createElement('figure');
    this.#place.className = 'curve-plot';
    this.#place.setAttribute('role', 'img');
    const told = document.createElement('figcaption');
    told.textContent = unit ? `${title}, ${unit}` : title;
    this.#place.append(told);
    parent.append(this.#place);
    // Asked for whenever it is drawn, for the theme may be another by then.
    const style = (name: string) => () => getComputedStyle(this.#place).getPropertyValue(name).trim();
    const axis = {
      stroke: style('--curve-text'),
      grid: { stroke: style('--curve-grid'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    };
    this.#plot = new uPlot(
      {
        ...{ width: Math.max(120, this.#place.clientWidth), height: HEIGHT },
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false } },
        axes: [
          { ...axis, size: 22, values: (_, ticks) => ticks.map(toldSteps) },
          { ...axis, size: 44, space: 22 },
        ],
        series: [{}, { stroke: colour ?? style('--curve-line'), width: 1.5, spanGaps: true, points: { show: false } }],
      },
      [[], []],
      this.#place,
    );
    new ResizeObserver(() => this.#fit()).observe(this.#place);
    const repaint = () => this.#plot.redraw(false);
    new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
    this.draw([], []);
  }

  /** @param values one for each of the steps; null where there is none. */
  draw(steps: readonly number[], values: readonly (number | null)[]): void {
    this.#plot.setData([[...steps], [...values]]);
    const latest = values.findLast((value) => value !== null);
    const told = latest == null ? 'nothing yet' : latest.toPrecision(3);
    this.#place.setAttribute('aria-label', `${this.#title}: ${told}`);
  }

  /** As wide as its place. */
  #fit(): void {
    const { clientWidth } = this.#place;
    if (clientWidth > 0) this.#plot.setSize({ width: clientWidth, height: HEIGHT });
  }
}

/** "25k", "1.5M". */
function toldSteps(tick: number): string {
  if (tick >= 1e6) return `${tick / 1e6}M`;
  return tick >= 1000 ? `${tick / 1000}k` : String(tick);
}
