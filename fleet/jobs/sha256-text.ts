/** SHA-256 in lower-case hex, as records name files by it. */
import { z } from 'zod';

export const sha256Text = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex');
