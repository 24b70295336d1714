package traceagent

// gotrace:begin list

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

var errNotKept = errors.New("no snapshots are kept here: set Options.Dir")

// kept returns the snapshots in the directory.
func (a *Agent) kept() ([]snapshotFile, error) {
	if a.options.Dir == "" {
		return nil, errNotKept
	}
	return a.files.list()
}

// serveSnapshots lists snapshots, oldest first: with ?after=NAME only later ones, with
// ?contains=TEXT only those that have the text, such as the id of a distributed trace.
func (a *Agent) serveSnapshots(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	after, text := query.Get("after"), query.Get("contains")
	if _, _, ok := parseName(after); after != "" && !ok {
		refuse(w, http.StatusBadRequest, "after must be the name of a snapshot")
		return
	}
	if query.Has("contains") && (text == "" || len(text) > searchMost) {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("contains must be a text of 1 to %d bytes", searchMost))
		return
	}
	files, err := a.kept()
	if errors.Is(err, errNotKept) {
		refuse(w, http.StatusNotImplemented, err.Error())
		return
	}
	if err != nil {
		refuse(w, http.StatusInternalServerError, "the snapshots cannot be listed: "+err.Error())
		return
	}
	for len(files) > 0 && files[0].Name <= after {
		files = files[1:]
	}
	if text != "" {
		leave, ok := a.one(w)
		if !ok {
			return
		}
		defer leave()
		if files, err = a.search(r.Context(), files, text); err != nil {
			refuse(w, http.StatusInternalServerError, "the snapshots could not be searched: "+err.Error())
			return
		}
		// It may have taken longer than a server lets a response take.
		w.Header().Set("Connection", "close")
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(responseMost))
	}
	sendJSON(w, http.StatusOK, files)
}

// search returns the files that contain text.
func (a *Agent) search(ctx context.Context, files []snapshotFile, text string) ([]snapshotFile, error) {
	found := []snapshotFile{}
	for _, file := range files {
		has, err := fileContains(ctx, filepath.Join(a.files.dir, file.Name), text)
		if os.IsNotExist(err) {
			continue // removed for a later one
		}
		if err != nil {
			return nil, err
		}
		if has {
			found = append(found, file)
		}
	}
	return found, nil
}

// fileContains reports whether a file has the text, with a bounded piece of it in memory.
func fileContains(ctx context.Context, path, text string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	return contains(ctx, file, text)
}

func contains(ctx context.Context, r io.Reader, text string) (bool, error) {
	piece := make([]byte, chunkBytes)
	kept := 0 // bytes at the begin of piece that stood at the end of the last one
	for ctx.Err() == nil {
		n, err := r.Read(piece[kept:])
		have := piece[:kept+n]
		if bytes.Contains(have, []byte(text)) {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if kept = len(text) - 1; kept > len(have) {
			kept = len(have)
		}
		copy(piece, have[len(have)-kept:])
	}
	return false, ctx.Err()
}

// serveSnapshot sends one snapshot.
func (a *Agent) serveSnapshot(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/debug/gotrace/snapshots/")
	path, ok := a.files.has(name)
	if !ok {
		refuse(w, http.StatusNotFound, "there is no such snapshot; it may have been removed for later ones")
		return
	}
	a.sendFile(w, r, path, name)
}

// sendFile sends a file under a name, with its length.
func (a *Agent) sendFile(w http.ResponseWriter, r *http.Request, path, name string) {
	file, err := os.Open(path)
	if err != nil {
		refuse(w, http.StatusNotFound, "the file cannot be read: "+err.Error())
		return
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		refuse(w, http.StatusInternalServerError, "the file cannot be read: "+err.Error())
		return
	}
	out := newOutput(r.Context(), w, math.MaxInt64, fetchMost)
	defer out.done()
	attach(w, name)
	w.Header().Set("Content-Length", fmt.Sprint(info.Size()))
	if _, err := io.Copy(out, file); err != nil {
		_ = out.fail(err)
	}
	a.finish(r, name, out)
}

// gotrace:end list
