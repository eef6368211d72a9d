/**
 * The public types of each entry as one text, without comments and sorted by name, for a reviewer to read as a diff.
 * `npm run api` writes them to api/; test/package/api.test.ts fails when they are not up to date. Needs `npm run build`.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { ENTRIES, ROOT } from "./entries.js";

export const API_FOLDER: string = join(ROOT, "api");
/** As the compiler names it. */
const BUILT = dirname(ENTRIES[0]?.types ?? "").replaceAll("\\", "/");

const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

/** File names in API_FOLDER, each with its text. */
export function apiReports(): ReadonlyMap<string, string> {
  const rootNames = ENTRIES.map(({ types }) => types);
  const options = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
  const program = ts.createProgram({ rootNames, options: { ...options, target: ts.ScriptTarget.ES2022 } });
  const api = new Api(program);
  return new Map(ENTRIES.map(({ name }) => [`${name.replace("/", ".")}.api.md`, api.report(name)]));
}

class Api {
  readonly #checker: ts.TypeChecker;
  readonly #exports = new Map<string, ReadonlyMap<ts.Symbol, string>>();
  /** Which entry exports a thing; of several, the first, and that is `punctual` itself where it does. */
  readonly #home = new Map<ts.Symbol, string>();

  constructor(program: ts.Program) {
    this.#checker = program.getTypeChecker();
    for (const { name, types } of ENTRIES) {
      const file = program.getSourceFile(types);
      const module = file && this.#checker.getSymbolAtLocation(file);
      if (!module) throw new Error(`${types} is no module: run npm run build`);
      const symbols = this.#checker.getExportsOfModule(module);
      const exported = new Map(symbols.map((symbol) => [this.#resolve(symbol), symbol.name]));
      this.#exports.set(name, exported);
      for (const symbol of exported.keys()) if (!this.#home.has(symbol)) this.#home.set(symbol, name);
    }
  }

  report(entry: string): string {
    const exported = this.#exports.get(entry) ?? new Map<ts.Symbol, string>();
    const all = byName([...exported].map(([symbol, name]) => ({ symbol, name })));
    const own = all.filter(({ symbol }) => this.#home.get(symbol) === entry);
    const others = all.filter(({ symbol }) => this.#home.get(symbol) !== entry);
    const inner = byName(this.#inner(own.map(({ symbol }) => symbol)).map((symbol) => ({ symbol, name: symbol.name })));

    const parts = [`# API of ${entry}`, "Made by `npm run api`; not to be edited."];
    const moved = others.map(({ symbol, name }) => `export { ${name} } from "${this.#home.get(symbol)}";`);
    if (moved.length > 0) parts.push(fenced(moved.join("\n")));
    parts.push(...own.map(({ symbol, name }) => `## ${name}\n\n${fenced(this.#text(symbol))}`));
    if (inner.length > 0) parts.push("# Not exported, but part of what is");
    parts.push(...inner.map(({ symbol, name }) => `## ${name}\n\n${fenced(this.#text(symbol))}`));
    return `${parts.join("\n\n")}\n`;
  }

  #resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #declarations(symbol: ts.Symbol): ts.Node[] {
    const nodes = (symbol.declarations ?? []).filter((node) => node.getSourceFile().fileName.startsWith(BUILT));
    return nodes.filter(isOfAFile).map((node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node));
  }

  #text(symbol: ts.Symbol): string {
    const texts = this.#declarations(symbol).map((node) => {
      const { transformed } = ts.transform(node, [withoutPrivate]);
      return printer.printNode(ts.EmitHint.Unspecified, transformed[0] ?? node, node.getSourceFile());
    });
    return texts.join("\n");
  }

  /** What these refer to, directly or not, and no entry exports. */
  #inner(symbols: readonly ts.Symbol[]): ts.Symbol[] {
    const found = new Set<ts.Symbol>();
    const visit = (node: ts.Node): void => {
      if (isPrivate(node)) return;
      const symbol = ts.isIdentifier(node) ? this.#checker.getSymbolAtLocation(node) : undefined;
      if (symbol) add(this.#resolve(symbol));
      ts.forEachChild(node, visit);
    };
    const add = (symbol: ts.Symbol): void => {
      const declarations = this.#declarations(symbol);
      if (declarations.length === 0 || this.#home.has(symbol) || found.has(symbol)) return;
      found.add(symbol);
      declarations.forEach(visit);
    };
    for (const symbol of symbols) this.#declarations(symbol).forEach(visit);
    return [...found];
  }
}

/** At the top of its file, and not a member, a parameter, a type parameter. */
function isOfAFile(node: ts.Node): boolean {
  return ts.isSourceFile((ts.isVariableDeclaration(node) ? node.parent.parent : node).parent);
}

/** Also what is marked `@internal`: it is there for other parts of the package only. */
function isPrivate(node: ts.Node): boolean {
  if (!ts.isClassElement(node) && !ts.isTypeElement(node)) return false;
  if (ts.getJSDocTags(node).some(({ tagName }) => tagName.text === "internal")) return true;
  if (node.name && ts.isPrivateIdentifier(node.name)) return true;
  return (ts.getCombinedModifierFlags(node as ts.Declaration) & ts.ModifierFlags.Private) !== 0;
}

function withoutPrivate(context: ts.TransformationContext): (node: ts.Node) => ts.Node {
  const visit = (node: ts.Node): ts.Node | undefined =>
    isPrivate(node) ? undefined : ts.visitEachChild(node, visit, context);
  return (node) => ts.visitEachChild(node, visit, context);
}

function byName<Named extends { readonly name: string }>(things: readonly Named[]): Named[] {
  return [...things].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function fenced(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const reports = apiReports();
  mkdirSync(API_FOLDER, { recursive: true });
  for (const name of readdirSync(API_FOLDER)) if (!reports.has(name)) rmSync(join(API_FOLDER, name));
  for (const [name, text] of reports) writeFileSync(join(API_FOLDER, name), text);
  console.log(`${basename(API_FOLDER)}: ${reports.size} reports`);
}
