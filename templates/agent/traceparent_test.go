package traceagent

// gotrace:begin traceparent_test

import "testing"

func TestTraceParent(t *testing.T) {
	const id, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	for header, want := range map[string]string{
		"00-" + id + "-" + parent + "-01":                       id,
		"00-" + id + "-" + parent + "-00":                       id,
		"cc-" + id + "-" + parent + "-01":                       id, // a later version
		"cc-" + id + "-" + parent + "-01-more":                  id, // may have more fields
		"cc-" + id + "-" + parent + "-01more":                   "",
		"00-" + id + "-" + parent + "-01-more":                  "",
		"00-" + id + "-" + parent + "-01-":                      "",
		"ff-" + id + "-" + parent + "-01":                       "",
		"0-" + id + "-" + parent + "-01":                        "",
		"00-" + id + "-" + parent + "-1":                        "",
		"00-" + id + "-" + parent:                               "",
		"00-" + id[1:] + "-" + parent + "-011":                  "",
		"00_" + id + "-" + parent + "-01":                       "",
		"00-" + id + "_" + parent + "-01":                       "",
		"00-" + id + "-" + parent + "_01":                       "",
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-" + parent + "-01": "",
		"00-4bf92f3577b34da6a3ce929d0e0e473g-" + parent + "-01": "",
		"00-00000000000000000000000000000000-" + parent + "-01": "",
		"00-" + id + "-0000000000000000-01":                     "",
		"00-" + id + "-00F067AA0BA902B7-01":                     "",
		"00-" + id + "-" + parent + "-0g":                       "",
		"0x-" + id + "-" + parent + "-01":                       "",
		" 00-" + id + "-" + parent + "-01":                      "",
		"":                                                      "",
	} {
		if got := TraceParent(header); got != want {
			t.Errorf("TraceParent(%q) = %q, want %q", header, got, want)
		}
	}
}

// gotrace:end traceparent_test
