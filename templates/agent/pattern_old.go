//go:build !go1.23

package traceagent

// gotrace:begin pattern

import "net/http"

// pattern returns "": requests have no pattern before Go 1.23.
func pattern(*http.Request) string { return "" }

// giveBack copies into a request what handlers set in its copy. Middleware outside reads
// the form, and the server removes the temporary files of MultipartForm.
func giveBack(to, from *http.Request) {
	to.Form, to.PostForm, to.MultipartForm = from.Form, from.PostForm, from.MultipartForm
}

// gotrace:end pattern
