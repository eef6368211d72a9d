/** The one place where kysely is imported. */
export {
  DummyDriver,
  Kysely,
  MysqlDialect,
  OperationNodeTransformer,
  PostgresDialect,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from "kysely";
export type {
  CompiledQuery,
  Compilable,
  Dialect,
  ExpressionBuilder,
  Expression,
  KyselyPlugin,
  MysqlPool,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  PostgresPool,
  QueryResult,
  RootOperationNode,
  SchemableIdentifierNode,
  SqlBool,
  UnknownRow,
} from "kysely";
