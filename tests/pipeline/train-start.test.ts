/** What a new run starts from, and by which of our settings it then goes. */
import { describe, expect, it } from 'vitest';
import { fromHere } from '../../base/files/from-here.ts';
import { checkOptions, type Given } from '../../cli/parse-options.ts';
import { SHIPPED_WALKER, shippedFiles } from '../../models/shipped.ts';
import { runFolder } from '../../pipeline/run-folder.ts';
import { options } from '../../pipeline/stages/train-options.ts';
import { configurationOf, startOfNew } from '../../pipeline/stages/train-start.ts';

async function startWith(given: Given) {
  const checked = checkOptions(options, given);
  const { file, configuration, embedded } = await configurationOf(checked, runFolder('new', 'no-runs'));
  return { file, start: await startOfNew(configuration, checked, embedded) };
}
const shipped = fromHere(shippedFiles(SHIPPED_WALKER).checkpoint);

describe('a new run', () => {
  it('starts from nothing learnt, by the settings that learn fastest then', async () => {
    expect(await startWith({})).toEqual({ file: 'config/walker-quick.yaml', start: null });
  });

  it('starts from nothing learnt also by settings that the shipped walker was trained by', async () => {
    expect(await startWith({ config: 'config/walker-tune.yaml' })).toMatchObject({ start: null });
  });

  it('starts from the shipped walker where that is said, by the settings that perfect a walker', async () => {
    const fromIt = { file: 'config/walker-tune.yaml', start: shipped };
    expect(await startWith({ fromShipped: true })).toEqual(fromIt);
    expect(await startWith({ shipped: SHIPPED_WALKER })).toEqual(fromIt);
  });

  it('starts from the path that the settings name, unless it is to start from nothing', async () => {
    const set = 'init_path=somewhere';
    expect(await startWith({ set })).toMatchObject({ start: 'somewhere' });
    expect(await startWith({ set, fromScratch: true })).toMatchObject({ start: null });
    expect(await startWith({ set, fromShipped: true })).toMatchObject({ start: shipped });
  });
});
