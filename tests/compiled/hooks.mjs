// Lies in the folder of what build.ts made, two below the root of the project, as loader.mjs does.
const compiled = new URL('.', import.meta.url).href;
const sources = new URL('../..', import.meta.url).href;

export function resolve(specifier, context, next) {
  if (!specifier.startsWith(sources) || !specifier.endsWith('.ts')) return next(specifier, context);
  const url = compiled + specifier.slice(sources.length).replace(/\.ts$/, '.mjs');
  return { url, format: 'module', shortCircuit: true };
}
