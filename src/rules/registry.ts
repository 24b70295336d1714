/** The list of all rules. A new rule is added here. */
import { blockedOnSyscall } from "./catalogue/blocked-on-syscall.js";
import { channelContention } from "./catalogue/channel-contention.js";
import { gcAssist } from "./catalogue/gc-assist.js";
import { gcPauseSpike } from "./catalogue/gc-pause-spike.js";
import { goroutineLeakGrowth } from "./catalogue/goroutine-leak-growth.js";
import { heapGrowthSpike } from "./catalogue/heap-growth-spike.js";
import { highSchedulingLatency } from "./catalogue/high-scheduling-latency.js";
import { lateTimers } from "./catalogue/late-timers.js";
import { lockConvoy } from "./catalogue/lock-convoy.js";
import { markAssistPressure } from "./catalogue/mark-assist-pressure.js";
import { mutexContention } from "./catalogue/mutex-contention.js";
import { oversubscription } from "./catalogue/oversubscription.js";
import { processorStarvation } from "./catalogue/processor-starvation.js";
import { sequentialNetworkWaits } from "./catalogue/sequential-network-waits.js";
import { serialBottleneck } from "./catalogue/serial-bottleneck.js";
import { stopTheWorldShare } from "./catalogue/stop-the-world-share.js";
import { stuckGoroutines } from "./catalogue/stuck-goroutines.js";
import type { Rule } from "./rule.js";

/** All rules: first those about single occurrences, then those about the trace as a whole. */
export const rules: readonly Rule[] = [
  gcPauseSpike,
  highSchedulingLatency,
  blockedOnSyscall,
  mutexContention,
  channelContention,
  lateTimers,
  gcAssist,
  processorStarvation,
  goroutineLeakGrowth,
  heapGrowthSpike,
  stopTheWorldShare,
  markAssistPressure,
  oversubscription,
  lockConvoy,
  sequentialNetworkWaits,
  stuckGoroutines,
  serialBottleneck,
];

/** The command that shows a rule's page. */
export function explainCommand(name: string): string {
  return `gotrace explain ${name}`;
}
