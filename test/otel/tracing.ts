/** A tracer provider and a context manager as small as they can be: what OpenTelemetry's SDK does of them. */
import { AsyncLocalStorage } from "node:async_hooks";
import type {
  Attributes,
  AttributeValue,
  Context,
  ContextManager,
  Exception,
  Span,
  SpanContext,
  SpanOptions,
  SpanStatus,
  TimeInput,
  Tracer,
  TracerProvider,
} from "@opentelemetry/api";
import { ROOT_CONTEXT, SpanStatusCode, TraceFlags, context, isSpanContextValid, trace } from "@opentelemetry/api";

/** Keeps what it is told. */
export class KeptSpan implements Span {
  readonly name: string;
  readonly options: SpanOptions;
  readonly parent: SpanContext | undefined;
  readonly attributes: Attributes;
  readonly events: { readonly name: string; readonly attributes: Attributes }[] = [];
  readonly exceptions: Exception[] = [];
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  endTime: TimeInput | undefined;
  ends = 0;

  readonly #own: SpanContext;

  constructor(name: string, options: SpanOptions, parent: SpanContext | undefined, own: SpanContext) {
    this.name = name;
    this.options = options;
    this.parent = parent;
    this.#own = own;
    this.attributes = { ...options.attributes };
  }

  spanContext(): SpanContext {
    return this.#own;
  }

  setAttribute(key: string, value: AttributeValue): this {
    this.attributes[key] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    Object.assign(this.attributes, attributes);
    return this;
  }

  addEvent(name: string, attributes?: unknown): this {
    this.events.push({ name, attributes: (attributes ?? {}) as Attributes });
    return this;
  }

  setStatus(status: SpanStatus): this {
    this.status = status;
    return this;
  }

  recordException(exception: Exception): void {
    this.exceptions.push(exception);
  }

  end(endTime?: TimeInput): void {
    this.ends++;
    this.endTime = endTime;
  }

  isRecording(): boolean {
    return this.ends === 0;
  }

  updateName(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }
}

/** Keeps its spans, in order of their start. A span takes its trace from its parent, as an SDK's does. */
export class KeptTracer implements Tracer {
  readonly spans: KeptSpan[] = [];
  /** What its ids begin with: four hexadecimal digits, not those of another tracer. */
  readonly #name: string;
  readonly #traceFlags: number;

  constructor(name = "cafe", traceFlags: number = TraceFlags.SAMPLED) {
    this.#name = name;
    this.#traceFlags = traceFlags;
  }

  startSpan(name: string, options: SpanOptions = {}, parentContext: Context = context.active()): KeptSpan {
    const given = trace.getSpanContext(parentContext);
    const parent = given !== undefined && isSpanContextValid(given) && options.root !== true ? given : undefined;
    const number = (this.spans.length + 1).toString(16);
    const spanId = this.#name + number.padStart(12, "0");
    const traceId = parent?.traceId ?? this.#name + number.padStart(28, "0");
    const span = new KeptSpan(name, options, parent, { traceId, spanId, traceFlags: this.#traceFlags });
    this.spans.push(span);
    return span;
  }

  startActiveSpan(): never {
    throw new Error("not needed here");
  }
}

/** Makes `context.with` hold over awaits, as `AsyncLocalStorageContextManager` does. */
export class StorageContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => fn.call(thisArg as ThisParameterType<F>, ...args));
  }

  bind<T>(_context: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}

/** Registers both, for this thread. */
export function register(tracer: Tracer): void {
  const provider: TracerProvider = { getTracer: () => tracer };
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new StorageContextManager());
}

/** Undoes `register`. */
export function unregister(): void {
  trace.disable();
  context.disable();
}
