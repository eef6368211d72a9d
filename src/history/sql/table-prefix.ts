import type {
  KyselyPlugin,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  RootOperationNode,
  SchemableIdentifierNode,
  UnknownRow,
} from "./kysely.js";
import { OperationNodeTransformer } from "./kysely.js";
import type { Tables } from "./tables.js";

const NAMES: ReadonlySet<string> = new Set<keyof Tables>([
  ...(["records", "attempts", "labels", "last_fires", "counts", "starts", "processes", "schema_version"] as const),
  ...(["totals", "forgotten"] as const),
]);

/** Puts the prefix before the names of the tables. */
export class TablePrefix implements KyselyPlugin {
  readonly #transformer: PrefixTransformer;

  constructor(prefix: string) {
    this.#transformer = new PrefixTransformer(prefix);
  }

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    return this.#transformer.transformNode(node);
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return result;
  }
}

class PrefixTransformer extends OperationNodeTransformer {
  readonly #prefix: string;

  constructor(prefix: string) {
    super();
    this.#prefix = prefix;
  }

  protected override transformSchemableIdentifier(node: SchemableIdentifierNode): SchemableIdentifierNode {
    if (!NAMES.has(node.identifier.name)) return node;
    return { ...node, identifier: { ...node.identifier, name: this.#prefix + node.identifier.name } };
  }
}
