/** The operator table: one row per tfjs kernel that can be traced. */
import { elementwise } from './rows/elementwise.ts';
import { images } from './rows/images.ts';
import { indexing } from './rows/indexing.ts';
import { logic } from './rows/logic.ts';
import { matrices } from './rows/matrices.ts';
import { normalisation } from './rows/normalisation.ts';
import { random } from './rows/random.ts';
import { reductions } from './rows/reductions.ts';
import type { Row } from './rows/row.ts';
import { shapes } from './rows/shapes.ts';
import { windows } from './rows/windows.ts';

export const table: readonly Row[] = [
  ...elementwise,
  ...logic,
  ...reductions,
  ...matrices,
  ...normalisation,
  ...windows,
  ...images,
  ...shapes,
  ...indexing,
  ...random,
];
