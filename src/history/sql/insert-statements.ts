import type { Compilable, CompiledQuery } from "./kysely.js";
import type { Builder } from "./store.js";
import type { Tables } from "./tables.js";

/** How many rows one statement writes at most; with 18 columns that is far below any database's limit. */
export const ROWS_PER_INSERT = 100;

/** Inserts of many rows; each number of rows is made into SQL once, which takes longer than to perform it. */
export class InsertStatements {
  readonly #builder: Builder;
  readonly #compiled = new Map<string, CompiledQuery>();

  constructor(builder: Builder) {
    this.#builder = builder;
  }

  /** The statements that write those rows, of which each has the columns. */
  *of<Table extends keyof Tables>(
    table: Table,
    columns: readonly (keyof Tables[Table] & string)[],
    rows: readonly Tables[Table][],
  ): Generator<CompiledQuery, void> {
    for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
      const some = rows.slice(start, start + ROWS_PER_INSERT);
      const parameters: unknown[] = [];
      for (const row of some) for (const column of columns) parameters.push(row[column]);
      yield { ...this.#shape(table, columns, some.length), parameters };
    }
  }

  /** A statement that is made once for each key; its parameters are to be put in place of those it was made with. */
  shaped(key: string, make: () => Compilable): CompiledQuery {
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      compiled = make().compile();
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }

  #shape(table: keyof Tables, columns: readonly string[], count: number): CompiledQuery {
    // `null` would be part of the SQL.
    const row = Object.fromEntries(columns.map((column) => [column, 0])) as never;
    return this.shaped(`${table} ${count}`, () => this.#builder.insertInto(table).values(Array(count).fill(row)));
  }
}
