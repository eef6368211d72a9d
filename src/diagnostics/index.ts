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
