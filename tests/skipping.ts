/** For `skipIf`: the condition, with the reason printed where it holds, so that nothing is skipped in silence. */
export function because(condition: boolean, reason: string): boolean {
  if (condition) console.log(`skipped: ${reason}`);
  return condition;
}
