/**
 * Events on channels of `node:diagnostics_channel`.
 * @module punctual/diagnostics
 */
export { publishDiagnostics } from "./publish.js";
export type {
  DiagnosticsChannel,
  DiagnosticsMessage,
  DiagnosticsMessages,
  FireMessage,
  JobMessage,
  RunEndMessage,
  RunMessage,
} from "./messages.js";
