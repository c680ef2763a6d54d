/**
 * The worked examples: at least one case per row of the operator table. A case draws its inputs and calls one tfjs operator;
 * the conformance suite runs it traced and eagerly and compares results and gradients, the bench `ops` prints what it becomes.
 */
import type { Case } from './case.ts';
import { elementwise } from './elementwise.ts';
import { images } from './images.ts';
import { indexing } from './indexing.ts';
import { logic } from './logic.ts';
import { matrices } from './matrices.ts';
import { normalisation } from './normalisation.ts';
import { reductions } from './reductions.ts';
import { shapes } from './shapes.ts';
import { windows } from './windows.ts';

export const cases: readonly Case[] = [
  ...elementwise,
  ...logic,
  ...reductions,
  ...matrices,
  ...shapes,
  ...windows,
  ...images,
  ...normalisation,
  ...indexing,
];
