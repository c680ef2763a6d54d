/** What modules of ours need to be run: in a checkout they are TypeScript, elsewhere what was built from it. */

/** What node is given before the path of such a module, to run it as a process of its own. */
export function loaderOf(module: URL): string[] {
  return isTypeScript(module) ? ['--import', import.meta.resolve('tsx')] : [];
}

export function isTypeScript({ pathname }: URL): boolean {
  return pathname.endsWith('.ts');
}
