/** How late a run started; 0 for one outside the schedule, which nothing can be late for. */
export function latenessMs(fireTime: number | null, startedAt: number): number {
  return fireTime === null ? 0 : startedAt - fireTime;
}
