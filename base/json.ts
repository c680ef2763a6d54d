/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What JSON makes of a value: fields that are undefined are left out, NaN and the infinities become null. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}
