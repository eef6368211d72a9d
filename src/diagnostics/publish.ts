import { channel } from "node:diagnostics_channel";
import type { SchedulerListener } from "../scheduler/events.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import type { DiagnosticsMessages, PublishedEvent } from "./messages.js";
import { CHANNELS, ERROR_CHANNEL, messageOf } from "./messages.js";

/**
 * Publishes the scheduler's events on the channels of `node:diagnostics_channel` that `DiagnosticsMessages` lists, from
 * now on; of an event whose channel has no subscriber no message is made. An `error` that nobody listens to is a process
 * warning still. Returns what ends it. Node makes what a subscriber throws an uncaught exception.
 */
export function publishDiagnostics(scheduler: Scheduler): () => void {
  const listeners = (Object.keys(CHANNELS) as PublishedEvent[]).map((event) => {
    const out = channel(CHANNELS[event]);
    const listener: SchedulerListener<PublishedEvent> = (payload) => {
      if (out.hasSubscribers) out.publish(messageOf(scheduler.appId, payload));
    };
    scheduler.on(event, listener);
    return [event, listener] as const;
  });
  const errors = channel(ERROR_CHANNEL);
  const unobserve = scheduler.observe({
    errorReported: ({ error, job }) => {
      const message = { node: scheduler.appId, job: job?.name ?? null, error };
      errors.publish(message satisfies DiagnosticsMessages[typeof ERROR_CHANNEL]);
    },
  });
  return () => {
    unobserve();
    for (const [event, listener] of listeners) scheduler.off(event, listener);
  };
}
