import { CompiledQuery, type QueryResult, type RawBuilder } from 'kysely';
import type { ReadModelDb, ReadModelTransaction } from '../connection/read-model.connection.js';

type Executor = ReadModelDb | ReadModelTransaction;

/** By name. Bounded by the statements this room has, times the schemas one process works on. */
const texts = new Map<string, string>();

/** A statement whose text never changes: put together once, sent each time with other parameters. */
export class FixedStatement<Row = unknown> {
  /**
   * @param name its schema in it; two statements of one name must have one text
   * @param parameters in the order in which the text names them
   * @param build the text, with anything in the place of the parameters
   */
  constructor(
    private readonly name: string,
    private readonly parameters: readonly unknown[],
    private readonly build: () => RawBuilder<Row>,
  ) {}

  compile(db: Executor): CompiledQuery<Row> {
    return this.build().compile(db);
  }

  execute(db: Executor): Promise<QueryResult<Row>> {
    let text = texts.get(this.name);
    if (text === undefined) {
      const compiled = this.compile(db);
      if (compiled.parameters.length !== this.parameters.length)
        throw new TypeError(`${this.name} takes ${compiled.parameters.length} parameters`);
      texts.set(this.name, (text = compiled.sql));
    }
    return db.executeQuery(CompiledQuery.raw(text, [...this.parameters]) as CompiledQuery<Row>);
  }
}
