import { expect, test } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { measureName, parseAssertion } from "../../src/callstats/index.js";
import { chosen } from "../../src/callstats/reading.js";

test.each([
  ["db.Query.calls<=3", undefined, "db.Query", "calls", 3],
  ["db.(*DB).Query.max < 1.5ms", undefined, "db.(*DB).Query", "max", 1.5e6],
  ["TestLogin: db.Query.calls == 3", "TestLogin", "db.Query", "calls", 3],
  ["auth.Test*:db.Query.total < 1m", "auth.Test*", "db.Query", "total", 60e9],
  ["/Log(?:in|out)/: /db\\.(?:Query|Exec)/.p99 <= 2ms", "/Log(?:in|out)/", "/db\\.(?:Query|Exec)/", "p99", 2e6],
  ["/db\\.(?:Query|Exec)/.panics != 0", undefined, "/db\\.(?:Query|Exec)/", "panics", 0],
  ["main.run.func1.mean > 10ns", undefined, "main.run.func1", "mean", 10],
  ["db.Query.lock < 1ms", undefined, "db.Query", "lock", 1e6],
  ["TestLogin: db.(*DB).Query.off-cpu <= 1s", "TestLogin", "db.(*DB).Query", "off-cpu", 1e9],
  ["Test*: runnable < 10ms", "Test*", undefined, "runnable", 10e6],
  ["lock < 1s", undefined, undefined, "lock", 1e9],
])("%s", (text, test, functions, measure, limit) => {
  const assertion = parseAssertion(text);
  const [{ functions: pattern, ...reading }, ...others] = assertion.readings;
  expect([assertion.test?.text, pattern?.text, measureName(reading), assertion.limit]).toEqual([
    test,
    functions,
    measure,
    limit,
  ]);
  expect(others).toEqual([]);
});

test("a function may be named like a state", () => {
  const { readings } = parseAssertion("db.Query.lock.p99 < 1ms");
  expect(readings.map((one) => `${one.functions?.text}: ${measureName(one)}`)).toEqual([
    "db.Query.lock: p99",
    "db.Query: lock.p99",
  ]);
  const pick = (...names: string[]) => measureName(chosen(readings, names));
  expect(pick("app/db.Query")).toBe("lock.p99");
  expect(pick("app/db.Query", "app/db.Query.lock")).toBe("p99");
  expect(pick()).toBe("lock.p99");
});

function refusal(text: string): string {
  try {
    parseAssertion(text);
  } catch (error) {
    if (error instanceof UserError) return `${error.message}; ${error.advice}`;
  }
  return "";
}

test.each([
  ["db.Query", 'assertion "db.Query" is not a valid assertion; write it as'],
  ["calls <= 3", 'assertion "calls <= 3": calls does not end in a measure; write it as'],
  ["db.Query.cals <= 3", 'assertion "db.Query.cals <= 3": there is no measure cals; did you mean calls?'],
  ["db.Query.p94 < 1s", "there is no measure p94; did you mean p90?"],
  ["db.Query < 1s", "there is no measure Query; use calls, total,"],
  ["db.Query.lokc < 1s", "there is no measure lokc; did you mean lock?"],
  ["TestLogin: runable < 1s", "runable does not end in a measure; write it as"],
  ["db.Query.lock < 3", "3 is not a valid value of lock; use a duration such as"],
  ["db.Query.calls <= 3ms", "3ms is not a valid value of calls; use a number"],
  ["db.Query.max < 3", "3 is not a valid value of max; use a duration such as"],
  ["/(/.calls < 3", "/(/ is not a regular expression"],
])("%s is refused", (text, message) => {
  expect(refusal(text)).toContain(message);
});
