/** Something that runs a policy file; validation asks each the same questions. */
export interface Engine {
  readonly name: string;
  /**
   * Runs the file on [rows, observationSize] observations.
   *
   * @returns the wanted outputs, by name.
   */
  run(observations: Float32Array, rows: number, wanted: readonly string[]): Promise<Record<string, Float32Array>>;
  close(): Promise<void>;
}
