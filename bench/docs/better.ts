import type { Answer } from "../results.js";

type Shown = Answer["results"][number];

/** By so much a peer's median must be better than ours to be called so: less is noise. */
const NOISE = 1.05;
/** What tells of the side, and not of how good it is. */
const NO_MERIT = /^(Intl itself|expressions refused|files loaded|packages|the same, idle|runs|jobs)/;

/** Whether more is better: what is counted per second, and what was done. */
function moreIsBetter(figure: string, title: string): boolean {
  if (/per second|done in time/.test(figure)) return true;
  return title.endsWith("higher is better") && !/, (?:ms|µs)$/.test(figure);
}

/** Where a peer's figure is better than ours. One that is wrong, or that failed, is not better. */
export function wherePeersAreBetter({ results, title }: Answer): string[] {
  return results.filter(isPeer).flatMap((peer) => {
    const ours = results.find(({ side, label }) => side.startsWith("punctual") && label === peer.label);
    return ours === undefined ? [] : betterFigures(ours, peer, title).map((figure) => sentence(ours, peer, figure));
  });
}

export function isPeer({ side }: Pick<Shown, "side">): boolean {
  return !side.startsWith("punctual") && !side.startsWith("limit");
}

function betterFigures(ours: Shown, peer: Shown, title: string): string[] {
  if (Object.values(peer.faults).some((count) => count > 0)) return [];
  return Object.keys(peer.figures).filter((figure) => {
    const [mine, theirs] = [ours.figures[figure], peer.figures[figure]];
    if (mine === undefined || theirs === undefined || NO_MERIT.test(figure)) return false;
    return moreIsBetter(figure, title) ? theirs > mine * NOISE : theirs * NOISE < mine;
  });
}

function sentence(ours: Shown, peer: Shown, figure: string): string {
  const number = (value: number | undefined): string => Number((value ?? 0).toPrecision(3)).toLocaleString("en-US");
  return `${peer.side}, ${peer.label}, ${figure}: ${number(peer.figures[figure])}, ours ${number(ours.figures[figure])}`;
}
