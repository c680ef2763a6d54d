/** The module that makes the environment, for worker threads to import. Apart, so that a page which knows the behaviour brings none. */
export const environmentUrl = new URL('./environment.ts', import.meta.url).href;
