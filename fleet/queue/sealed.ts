/**
 * What lies in the queue beside the jobs: bytes with their SHA-256 before them, and their size limited. Whatever was cut off, damaged or
 * swapped is refused before it is looked at; what was not is still checked by its schema.
 */
import { createHash } from 'node:crypto';
import type { z } from 'zod';

/** "GSQ1", the SHA-256 of what it is for and of the body, the body. */
const MAGIC = Buffer.from('GSQ1');
const HEAD = MAGIC.length + 32;

/** What is refused: damaged, too large, or not what it should be. Not the user's fault, and no bug of ours. */
export class Refused extends Error {}

/** @param what it is, and whose: 'result of JOB'. Opened as something else it is refused. */
export function sealed(what: string, body: Uint8Array): Buffer {
  return Buffer.concat([MAGIC, digest(what, body), body]);
}

/** @throws Refused where these are not the very bytes that were sealed as that. */
export function unsealed(what: string, bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(HEAD);
  const isWhole =
    bytes.length >= HEAD &&
    MAGIC.equals(bytes.subarray(0, MAGIC.length)) &&
    digest(what, body).equals(bytes.subarray(MAGIC.length, HEAD));
  if (!isWhole) throw new Refused(`the ${what} is cut off, damaged or another one's`);
  return body;
}

export function sealedJson(what: string, value: unknown): Buffer {
  return sealed(what, Buffer.from(JSON.stringify(value)));
}

/** @throws Refused where it is damaged, or not what the schema says. */
export function unsealedJson<Schema extends z.ZodType>(
  what: string,
  bytes: Uint8Array,
  schema: Schema,
): z.infer<Schema> {
  return parsedJson(what, Buffer.from(unsealed(what, bytes)).toString(), schema);
}

/** @throws Refused where it is no JSON, or not what the schema says. */
export function parsedJson<Schema extends z.ZodType>(what: string, text: string, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new Refused(`the ${what} is not what it should be: ${[path.join('.'), message].filter(Boolean).join(': ')}`);
}

/** Undefined where it is none: no schema of ours takes that. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function digest(what: string, body: Uint8Array): Buffer {
  return createHash('sha256').update(`${what}\0`).update(body).digest();
}
