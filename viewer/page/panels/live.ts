/** A training beside the page: its curves, where its time goes, and its latest checkpoint walking, renewed by itself. */
import { CurvePlot } from '../../learn/curve-plot.ts';
import { type LiveNews, readLiveNews } from '../../reading/live-news.ts';
import { element } from '../element.ts';
import type { Policies } from '../policies.ts';
import type { Problems } from '../problems.ts';
import type { Session } from '../session.ts';
import type { Choose } from './choose.ts';

/** Milliseconds between two looks. */
const BETWEEN = 2000;

const curves = [
  { title: 'Reward of an episode', unit: '', key: 'reward', colour: '#58a55c' },
  { title: 'Length of an episode', unit: 'decisions', key: 'length', colour: '#0f8a98' },
  { title: 'Mean speed', unit: 'm/s', key: 'speed', colour: '#c2622d' },
] as const;

interface Parts {
  readonly run: string;
  /** Whether its checkpoints walk from the beginning: not where another policy was asked for. */
  readonly follows: boolean;
  readonly into: HTMLElement;
  readonly session: Session;
  readonly policies: Policies;
  readonly choose: Choose;
  readonly problems: Problems;
}

export function openLive({ run, follows, into, session, policies, choose, problems }: Parts): void {
  const told = element('p', { class: 'hint', role: 'status', id: 'live-told' }, `Waiting for news of the run ${run}…`);
  const split = element('div', { class: 'split', id: 'live-split', role: 'img' });
  const follow = element('input', { type: 'checkbox', checked: follows, id: 'live-follow' });
  into.append(told, split, element('label', { class: 'check' }, follow, 'The latest checkpoint walks'));
  const plots = curves.map((curve) => ({ key: curve.key, plot: new CurvePlot(curve, into) }));
  let shown = '';

  const look = async () => {
    const answer = await fetch('./live.json', { cache: 'no-store' });
    if (!answer.ok) throw new Error(`live.json: ${answer.status}`);
    const news = readLiveNews(await answer.json());
    told.textContent = sentenceOf(run, news);
    showSplit(split, news);
    const steps = news.iterations.map(({ step }) => step);
    for (const { key, plot } of plots)
      plot.draw(
        steps,
        news.iterations.map((iteration) => iteration[key]),
      );
    if (!news.checkpoint || news.checkpoint === shown || !follow.checked) return;
    shown = news.checkpoint;
    await policies.load();
    choose.show();
    await session.begin({ policy: news.checkpoint });
  };
  let isFailing = false;
  const again = () => {
    look()
      .then(() => {
        isFailing = false;
      })
      .catch((error: unknown) => {
        if (isFailing) return;
        isFailing = true;
        problems.tell({
          what: `there is no news of the training (${error instanceof Error ? error.message : error})`,
          mend: 'see whether the command that serves this page still runs',
        });
      })
      .finally(() => setTimeout(again, BETWEEN));
  };
  again();
}

function sentenceOf(run: string, { steps, maxSteps, decisionsPerSecond, checkpoint }: LiveNews): string {
  if (steps === 0) return `The run ${run} has not learnt anything yet.`;
  const of = maxSteps ? ` of ${maxSteps.toLocaleString('en')}` : '';
  const speed = decisionsPerSecond ? `, ${Math.round(decisionsPerSecond).toLocaleString('en')} a second` : '';
  return `${run}: ${steps.toLocaleString('en')}${of} decisions${speed}.${checkpoint ? '' : ' No checkpoint yet.'}`;
}

const shares = [
  { key: 'physics', colour: '#0f8a98' },
  { key: 'inference', colour: '#c2622d' },
  { key: 'learning', colour: '#58a55c' },
  { key: 'rest', colour: '#9aa7b5' },
] as const;

/** Where the time goes, as a bar. */
function showSplit(into: HTMLElement, { split }: LiveNews): void {
  into.replaceChildren();
  if (!split) return;
  const words = shares.map(({ key }) => `${key} ${Math.round(100 * split[key])} %`);
  into.setAttribute('aria-label', `Time: ${words.join(', ')}`);
  const bar = element(
    'div',
    { class: 'bar' },
    ...shares.map(({ key, colour }) => element('i', { style: `width: ${100 * split[key]}%; background: ${colour}` })),
  );
  const legend = element(
    'p',
    { class: 'hint legend' },
    ...shares.map(({ colour }, at) =>
      element('span', {}, element('i', { style: `background: ${colour}` }), words[at]!),
    ),
  );
  into.replaceChildren(bar, legend);
}
