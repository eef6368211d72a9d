import { CRONER } from "./classes-croner.js";
import { CRONOSJS } from "./classes-cronosjs.js";
import type { Finding } from "./facts.js";
import type { PeerName } from "./peers.js";

/** A way in which a peer answers otherwise than we do; docs/cron.md, section 5, says who is right and why. */
export interface DisagreementClass {
  /** As in docs/cron.md. */
  readonly id: string;
  readonly example: Example;
  /** Exactly which differences are of the class, among those of the peer that no class before it has. */
  holds(finding: Finding): boolean;
}

/** The first fire time after an instant, as each side has it; `null` for none. */
export interface Example {
  readonly expression: string;
  readonly timezone: string;
  readonly after: string;
  readonly ours: string | null;
  readonly theirs: string | null;
}

export const CLASSES: Readonly<Record<PeerName, readonly DisagreementClass[]>> = { croner: CRONER, cronosjs: CRONOSJS };

/** The id of the first class that holds. */
export function classify(peer: PeerName, finding: Finding): string | undefined {
  return CLASSES[peer].find((one) => one.holds(finding))?.id;
}
