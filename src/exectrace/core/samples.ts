/** CPU samples of the generation, sorted by time, to be merged with its events. */
import { EventKind, Reason, SamplePlace, Wire } from "../codes";
import { failure, Step } from "./failure";
import { lone } from "./record";
import { stacks } from "./tables";

let next: usize = 0;
let left = 0;
/** Time of the next sample, or the largest time after the last one. The sample precedes later events. */
export let sampleTime: i64 = i64.MAX_VALUE;

/** Sets the samples of the generation. @param samples address of `count` entries sorted by time, see SamplePlace */
export function setSamples(samples: usize, count: i32): void {
  next = samples;
  left = count;
  setTime();
}

/** Appends a record for the next sample: Over after the last one, Failed if its stack is missing. */
export function takeSample(): Step {
  if (left === 0) return Step.Over;
  const stack = load<i64>(next, SamplePlace.stack);
  const place = stacks.find(stack);
  if (place < 0) {
    failure.reason = Reason.SampleStack;
    failure.offset = load<f64>(next, SamplePlace.offset);
    failure.a = stack;
    return Step.Failed;
  }
  const thread = load<i64>(next, SamplePlace.thread);
  const proc = load<i64>(next, SamplePlace.proc);
  const goroutine = load<i64>(next, SamplePlace.goroutine);
  lone(EventKind.StackSample, Wire.CPUSample, sampleTime, thread, proc, goroutine, place);
  next += SamplePlace.size;
  left--;
  setTime();
  return Step.Came;
}

function setTime(): void {
  sampleTime = left > 0 ? <i64>load<f64>(next, SamplePlace.time) : i64.MAX_VALUE;
}
