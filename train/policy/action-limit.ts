/** The range of a raw action that reaches the agent, before it is divided down to [-1, 1]. */
export const ACTION_LIMIT = 3;
