/** The report of one run: what was read of it, and the pictures that were made for it, as a page. */
import { type Content, html } from './html.ts';
import { grouped, percent, plusMinus } from './numbers.ts';
import { figure, listOfMissing, page, type Section, type Tile, verdictOf } from './page.ts';
import type { RunRead } from './read-run.ts';
import { curvesOf } from './sections/curves.ts';
import { evaluationOf } from './sections/evaluation.ts';
import { effortText, originOf, settingsOf, stagesOf } from './sections/origin.ts';
import { verdictsOf } from './sections/verdicts.ts';

/** The walk, as a picture. */
export interface ContactSheet {
  /** PNG. */
  readonly bytes: Uint8Array;
  /** What is to be seen, in words. */
  readonly alternative: string;
}

export function runPage(run: RunRead, sheet: ContactSheet | undefined, digest: string): string {
  const { id } = run.files;
  const sections: Section[] = [
    { id: 'walk', title: 'The walk', content: walkOf(sheet) },
    { id: 'curves', title: 'Learning', content: curvesOf(run) },
    { id: 'evaluation', title: 'Evaluation', content: evaluationOf(run) },
    { id: 'verdicts', title: 'Verdicts', content: verdictsOf(run) },
    { id: 'settings', title: 'Settings', content: settingsOf(run) },
    { id: 'stages', title: 'Stages', content: stagesOf(run) },
    { id: 'origin', title: 'Machine, versions, hashes', content: originOf(run) },
    { id: 'missing', title: 'What is missing', content: listOfMissing(run.missing) },
  ];
  const lead = html`A training run of Gaitsmith${beganText(run)}.`;
  return page({ title: id, lead, tiles: tilesOf(run), sections, digest });
}

function walkOf(sheet: ContactSheet | undefined): Content {
  if (!sheet) return false;
  const data = Buffer.from(sheet.bytes).toString('base64');
  const picture = html`<img src="data:image/png;base64,${data}" alt="${sheet.alternative}">`;
  return figure(picture, 'Six moments of four seconds, a row for each target speed', sheet.alternative);
}

/** When the first stage began, as far as it is known. */
function beganText({ stages }: RunRead): string {
  const first = Object.values(stages)
    .map(({ started }) => started)
    .sort()[0];
  return first === undefined ? '' : `, begun ${first.slice(0, 10)}`;
}

/** What one looks for first. */
export function tilesOf({ stages, iterations, heldOut, validation, regression, evaluation }: RunRead): Tile[] {
  const train = stages['train'];
  const last = iterations.at(-1);
  const tiles: (Tile | false | undefined)[] = [
    {
      name: 'Training',
      value: train ? verdictOf(train.status) : 'not recorded',
      detail: last && effortText(last.step, train && train.seconds > 0 ? train.seconds : undefined),
    },
    rewardTile(last, heldOut.at(-1)),
    evaluation && {
      name: 'Evaluation',
      value: plusMinus(evaluation.reward, evaluation.reward_ci95),
      detail: `reward of ${grouped(evaluation.episodes)} episodes, falls in ${percent(evaluation.falls_share)}`,
    },
    evaluation &&
      typeof evaluation.mean_speed === 'number' && {
        name: 'Speed held',
        value: `${evaluation.mean_speed.toFixed(2)} m/s`,
        detail: 'on average, whatever was asked',
      },
    { name: 'Validation', value: validation ? verdictOf(validation.passed ? 'pass' : 'fail') : 'none yet' },
    { name: 'Regression', value: regression ? verdictOf(regression.verdict) : 'none yet' },
    stages['deploy'] && {
      name: 'Deployed',
      value: verdictOf(stages['deploy'].status),
      detail: stages['deploy'].summary,
    },
  ];
  return tiles.filter((tile) => tile !== false && tile !== undefined);
}

function rewardTile(last: RunRead['iterations'][number] | undefined, judged: RunRead['heldOut'][number] | undefined) {
  if (judged) {
    return {
      name: 'Held-out reward',
      value: plusMinus(judged.reward, judged.rewardInterval),
      detail: `after ${grouped(judged.step)} decisions`,
    };
  }
  const reward = last?.['reward'];
  return (
    typeof reward === 'number' && {
      name: 'Reward in training',
      value: plusMinus(reward, undefined),
      detail: 'of the episodes that ended last',
    }
  );
}
