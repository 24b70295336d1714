package traceagent

// gotrace:begin calls

// callSnapshot returns the path of a file with the latest calls, written now; "" if the
// program records none. In a binary of "gotrace build" the comment sets path. Otherwise
// it is a comment.
func callSnapshot() (path string) {
	//gotrace:dump path
	return path
}

// gotrace:end calls
