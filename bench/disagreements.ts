import { classify } from "../test/differential/classes.js";
import type { Finding } from "../test/differential/facts.js";
import { momentOf } from "../test/differential/facts.js";
import { readPlainly } from "../test/differential/plain-reader.js";
import { shouldFire } from "../test/differential/should-fire.js";
import { WallClock } from "../test/differential/wall-clock.js";
import type { Result } from "./question.js";

/** A peer's first answer about an expression in a zone that is not ours. */
export interface Disagreement {
  readonly text: string;
  /** Set where the peer is right, or where nobody has yet said why it is wrong. */
  readonly problem?: string;
}

interface Answer {
  readonly peer: string;
  readonly zone: string;
  readonly expression: string;
  readonly after: number;
  readonly ours: number | null;
  readonly theirs: number | null;
}

export function disagreements(results: readonly Result[]): Disagreement[] {
  return results
    .filter(({ side }) => side !== "punctual")
    .flatMap((theirs) => {
      const ours = results.find(({ side, label }) => side === "punctual" && label === theirs.label);
      return ours === undefined ? [] : firstOfEach(ours, theirs).map(judge);
    });
}

/** For each expression the first instant about which both were asked, and answered differently. */
function firstOfEach(ours: Result, theirs: Result): Answer[] {
  const found = new Map<string, Answer>();
  for (const [question, answer] of Object.entries(theirs.answers)) {
    const mine = ours.answers[question];
    const [expression = "", after] = question.split(" after ");
    if (mine === undefined || mine === answer || found.has(expression)) continue;
    const instants = { after: Number(after), ours: mine, theirs: answer };
    found.set(expression, { peer: theirs.side, zone: theirs.label, expression, ...instants });
  }
  return [...found.values()];
}

/**
 * Who is right is told from the wall clock of the earlier of the two answers, which one side has left out or the other has
 * made up: by docs/cron.md, read a second time.
 */
function judge(answer: Answer): Disagreement {
  const { peer, zone, ours, theirs } = answer;
  const instant = Math.min(ours ?? Number.POSITIVE_INFINITY, theirs ?? Number.POSITIVE_INFINITY);
  const firing = instant === ours ? "ours" : "theirs";
  const clock = new WallClock(zone);
  const expression = readPlainly(answer.expression);
  const right = shouldFire(expression, clock, instant) === (firing === "ours");
  const why = reason(peer, { difference: { instant, firing }, expression, clock, moment: momentOf(clock, instant) });
  const text = `${peer}, ${zone}, ${answer.expression}, after ${when(answer.after)}: ours ${when(ours)}, theirs ${when(theirs)}`;
  if (right && why !== undefined) return { text: `${text}; ours is right: ${why}` };
  const problem = `${text}; ${right ? "ours is right, nobody knows why" : "theirs is right"}`;
  return { text: problem, problem };
}

/** What the peer does otherwise; for croner and cronosjs, the class in docs/cron.md. */
function reason(peer: string, finding: Finding): string | undefined {
  if (peer === "croner" || peer === "cronosjs") return classify(peer, finding);
  const { expression, moment } = finding;
  const { day, weekday } = expression.fields;
  if (peer === "node-cron" && day !== "*" && weekday !== "*") return "it asks for both days";
  if (moment.place === "firstPass") return "it leaves the first pass of an overlap out";
  if (moment.place === "secondPass") return "it leaves the second pass of an overlap out";
  if (moment.place === "gapEnd" && expression.fixedTime) return "it does not make up for a gap";
  return moment.place === "gapEnd" ? "it leaves the hour's rest out after a gap of half an hour" : undefined;
}

function when(instant: number | null): string {
  return instant === null
    ? "never"
    : new Date(instant)
        .toISOString()
        .replace("T", " ")
        .replace(/(?::00)?\.000Z$/, "");
}
