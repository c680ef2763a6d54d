/** The operator table: one row per tfjs kernel that can be traced. */
import { elementwise } from './rows/elementwise.ts';
import { logic } from './rows/logic.ts';
import { matrices } from './rows/matrices.ts';
import { random } from './rows/random.ts';
import { reductions } from './rows/reductions.ts';
import type { Row } from './rows/row.ts';
import { shapes } from './rows/shapes.ts';

export const table: readonly Row[] = [...elementwise, ...logic, ...reductions, ...matrices, ...shapes, ...random];
