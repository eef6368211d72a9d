/** Peers that bring no types, or none that are found; only what is called. */
declare module "node-schedule" {
  export interface Job {
    cancel(): boolean;
  }
  export function scheduleJob(expression: string, run: () => void): Job;
}
