// Command oracle shows what golang.org/x/exp/trace makes of execution traces: gotrace's reader must agree.
//
//	oracle dump FILE...        events as text, the same as test/support/exectrace/to-text.ts writes
//	oracle binary IN.test OUT  the trace of a text test as a file
//	oracle bench FILE          reads all events; prints events, seconds, and seconds of CPU time
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/exp/trace"
	"golang.org/x/exp/trace/internal/raw"
	"golang.org/x/exp/trace/internal/version"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: oracle dump FILE... | binary IN.test OUT | bench FILE")
		os.Exit(2)
	}
	var err error
	switch os.Args[1] {
	case "dump":
		for _, path := range os.Args[2:] {
			err = errors.Join(err, dump(path))
		}
	case "binary":
		err = binary(os.Args[2], os.Args[3])
	case "bench":
		err = bench(os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// dump writes FILE.go.txt next to the trace. A refusal is an answer, not an error.
func dump(path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(path + ".go.txt")
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 1<<20)
	d := &dumper{w: w, stacks: map[string]int{}, known: map[trace.Stack]int{}}
	if refused := d.run(bufio.NewReaderSize(in, 1<<20)); refused != nil {
		// Where gotrace reads on: see scripts/oracle.mjs.
		if strings.Contains(refused.Error(), "misuse of region") {
			fmt.Fprintf(w, "refused region\n")
		} else {
			fmt.Fprintf(w, "refused\n")
		}
		fmt.Fprintf(os.Stderr, "%s: %.300s\n", path, refused)
	}
	return errors.Join(w.Flush(), out.Close())
}

// binary converts the part behind "-- trace --" of a text test.
func binary(in, out string) error {
	text, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	_, text, ok := bytes.Cut(text, []byte("-- trace --\n"))
	if !ok {
		return errors.New("no -- trace --")
	}
	r, err := raw.NewTextReader(bytes.NewReader(text))
	if err != nil {
		return err
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	defer file.Close()
	w, err := raw.NewWriter(file, version.Version(r.Version()))
	if err != nil {
		return err
	}
	for {
		event, err := r.ReadEvent()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := w.WriteEvent(event); err != nil {
			return err
		}
	}
}

func bench(path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	start := time.Now()
	r, err := trace.NewReader(bufio.NewReaderSize(in, 1<<20))
	if err != nil {
		return err
	}
	n := 0
	for ; ; n++ {
		if _, err := r.ReadEvent(); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
	}
	seconds := time.Since(start).Seconds()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return err
	}
	fmt.Printf("%d %.6f %.6f\n", n, seconds, float64(used.Utime.Nano()+used.Stime.Nano())/1e9)
	return nil
}
