/** One guard of a promise, how it is taken out of the source, and the test that must notice. */
export interface Guard {
  /** Unique; what `--only` looks for. */
  readonly name: string;
  /** What breaks without it, as docs/reliability.md says it. */
  readonly promise: string;
  /** Path from the root of the workspace. */
  readonly file: string;
  /** The exact code, found once in the file. */
  readonly find: string;
  /** What stands there instead: the same without the guard. */
  readonly replace: string;
  /** Jest's project of the test. */
  readonly project: 'unit' | 'integration';
  /** Path of its file. */
  readonly spec: string;
  /** Where its name is written, if that is another file. */
  readonly titleIn?: string;
  /** Its name, or the part of it that is the same in every row of a table. */
  readonly test: string;
}
