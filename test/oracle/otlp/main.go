// Reads OTLP in JSON lines as the OpenTelemetry collector does, and says what is in it: spans, traces, spans whose parent
// is there, errors, and the sum of all durations in nanoseconds.
package main

import (
	"bufio"
	"fmt"
	"os"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	// What the collector's file receiver takes by default.
	lines.Buffer(nil, 1<<20)
	var unmarshaler ptrace.JSONUnmarshaler
	spans, parents, failed := map[pcommon.SpanID]bool{}, []pcommon.SpanID{}, 0
	traces := map[pcommon.TraceID]bool{}
	var sum uint64
	for lines.Scan() {
		data, err := unmarshaler.UnmarshalTraces(lines.Bytes())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for _, resource := range data.ResourceSpans().All() {
			for _, scope := range resource.ScopeSpans().All() {
				for _, span := range scope.Spans().All() {
					spans[span.SpanID()] = true
					traces[span.TraceID()] = true
					if !span.ParentSpanID().IsEmpty() {
						parents = append(parents, span.ParentSpanID())
					}
					if span.Status().Code() == ptrace.StatusCodeError {
						failed++
					}
					sum += uint64(span.EndTimestamp() - span.StartTimestamp())
				}
			}
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	found := 0
	for _, parent := range parents {
		if spans[parent] {
			found++
		}
	}
	fmt.Printf(`{"spans":%d,"traces":%d,"children":%d,"parents":%d,"errors":%d,"nanoseconds":%d}`+"\n",
		len(spans), len(traces), len(parents), found, failed, sum)
}
