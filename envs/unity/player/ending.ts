/** Why a session with a trainer came to its end; none of these is an error. */
export const endings = [
  'the trainer said quit',
  'the trainer ended the session',
  'the trainer is gone',
  'interrupted',
] as const;
export type Ending = (typeof endings)[number];
