package traceagent

// gotrace:begin traceparent

// TraceParent returns the trace id of a W3C traceparent header, as in
// "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01". It returns "" for anything
// that the specification calls invalid
// (https://www.w3.org/TR/trace-context/#traceparent-header).
func TraceParent(header string) (traceID string) {
	const length = len("vv-tttttttttttttttttttttttttttttttt-pppppppppppppppp-ff")
	if len(header) < length || header[2] != '-' || header[35] != '-' || header[52] != '-' {
		return ""
	}
	version, id, parent, flags := header[:2], header[3:35], header[36:52], header[53:55]
	if !isHex(version) || !isHex(id) || !isHex(parent) || !isHex(flags) {
		return ""
	}
	if version == "ff" || isZero(id) || isZero(parent) {
		return ""
	}
	// Later versions may append fields; version 00 has none.
	if len(header) > length && (version == "00" || header[length] != '-') {
		return ""
	}
	return id
}

// isHex reports whether all of s is lower-case hexadecimal, the only case that the
// specification allows.
func isHex(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func isZero(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] != '0' {
			return false
		}
	}
	return true
}

// gotrace:end traceparent
