/** The colours of the picture, light and dark. Sides are told apart by colour, so that a step can be followed. */
export interface Theme {
  readonly sky: string;
  readonly floor: string;
  readonly line: string;
  readonly border: string;
  readonly shadow: number;
  readonly sun: number;
  readonly skyLight: number;
}

export const themes: Readonly<Record<'light' | 'dark', Theme>> = {
  light: {
    sky: '#eaf0f6',
    floor: '#dfe6ee',
    line: '#b3c0ce',
    border: '#7d8da0',
    shadow: 0.3,
    sun: 2.7,
    skyLight: 1.5,
  },
  dark: {
    sky: '#10151c',
    floor: '#18202a',
    line: '#34414f',
    border: '#5b6c80',
    shadow: 0.55,
    sun: 2.5,
    skyLight: 0.9,
  },
};

/** Of the first policy's walkers, and of those of a second one beside it. */
export const walkerColours = [
  { trunk: '#4b5e7d', head: '#f0cfa9', left: '#1f9aa8', right: '#f0803c', eye: '#1a1a22' },
  { trunk: '#8a5a9e', head: '#f3dcc4', left: '#6f7fd0', right: '#d9608c', eye: '#1a1a22' },
] as const;

export const targetColour = '#58b368';
export const boxColour = '#c9a26b';
export const springColour = '#e5484d';
