import type { z } from 'zod';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What JSON makes of a value: fields that are undefined are left out, NaN and the infinities become null. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}

/** A schema for each key of what is told as JSON, held by the compiler: none is forgotten, none is made up. */
export type KeysOf<Told> = { readonly [Key in keyof Told]-?: z.ZodType };
