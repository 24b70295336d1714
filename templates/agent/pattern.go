//go:build go1.23

package traceagent

// gotrace:begin pattern

import "net/http"

// pattern returns the pattern by which a ServeMux chose the handler of the request.
func pattern(r *http.Request) string { return r.Pattern }

// giveBack copies into a request what handlers set in its copy. Middleware outside reads
// the pattern and the form, and the server removes the temporary files of MultipartForm.
func giveBack(to, from *http.Request) {
	to.Form, to.PostForm, to.MultipartForm, to.Pattern = from.Form, from.PostForm, from.MultipartForm, from.Pattern
}

// gotrace:end pattern
