import type { Scheduler } from "../scheduler/scheduler.js";
import { plansOf, schedulerOptionsOf } from "./simulated-jobs.js";
import { Simulation } from "./simulation.js";
import type { SimulatedJob, SimulateOptions } from "./simulation-options.js";
import { simulationSettings } from "./simulation-options.js";
import { Simulator } from "./simulator.js";

/**
 * What would come of these jobs between two instants: a scheduler like yours performs them in virtual time, with commands
 * that only take as long as you say. A `Scheduler` that is given is only read: its jobs are simulated, with the schedules
 * and policies that they have now; its limits and groups have to be said again, as `options.scheduler`.
 * @throws InvalidOptionError, InvalidScheduleError, and what a function of the options throws; as a rejection
 */
export async function simulate(
  jobs: Scheduler | readonly SimulatedJob[],
  options: SimulateOptions,
): Promise<Simulation> {
  return simulateBy(jobs, options, true);
}

/** As simulate; without `shortcuts` every run goes all the way, by promise and timer. */
export async function simulateBy(
  jobs: Scheduler | readonly SimulatedJob[],
  options: SimulateOptions,
  shortcuts: boolean,
): Promise<Simulation> {
  const settings = simulationSettings(options);
  const scheduler = schedulerOptionsOf(jobs, options);
  // A run with a shortcut takes no room in a limit, and knows what comes next by the clock, which must not jump.
  const plain = scheduler.maxConcurrent === undefined && settings.blocks.length + settings.clockSet.length === 0;
  const plans = plansOf(jobs, settings.fromMs);
  const simulator = new Simulator({ settings, options, plans, scheduler, shortcuts: shortcuts && plain });
  await simulator.run();
  return new Simulation(settings, simulator.log);
}
