// Sweepcheck reads a manifest of rewritten files and checks each against its original with go/parser: it must parse if the
// original does; without the insertions, its syntax tree, comments and line numbers must be the original's; and exactly the
// functions and go statements that were counted must have hooks.
//
// The manifest has one JSON object per line. "skipped" is the number of functions without a hook, "gaps" names declarations
// left out, "reason" says why the file was left as it is; the last two are reported only if go/parser accepts the original.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
)

type entry struct {
	Original, Rewritten        string
	Functions, Spawns, Skipped int
	Gaps                       []string
	Reason                     string
}

func main() {
	manifest, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(manifest)
	lines.Buffer(nil, 1<<20)
	var files, broken, functions, spawns, skipped, gaps, alone, bad int
	for lines.Scan() {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			panic(err)
		}
		files++
		ok, err := check(e)
		if err != nil {
			bad++
			fmt.Printf("%s: %v\n", e.Original, err)
		}
		if !ok {
			broken++
			continue
		}
		for _, gap := range e.Gaps {
			fmt.Printf("%s:%s\n", e.Original, gap)
		}
		gaps += len(e.Gaps)
		if e.Reason != "" {
			alone++
			fmt.Printf("%s: left alone: %s\n", e.Original, e.Reason)
		}
		functions += e.Functions
		spawns += e.Spawns
		skipped += e.Skipped
	}
	fmt.Printf("%d files, %d of them no Go for go/parser; functions %d, spawns %d, functions skipped %d; files left alone %d, declarations left out %d; bad %d\n",
		files, broken, functions, spawns, skipped, alone, gaps, bad)
	if bad > 0 {
		os.Exit(1)
	}
}

// check reports whether go/parser accepts the original, and what is wrong with the rewritten file.
func check(e entry) (bool, error) {
	const mode = parser.ParseComments | parser.SkipObjectResolution
	before, after := token.NewFileSet(), token.NewFileSet()
	original, err := parser.ParseFile(before, e.Original, nil, mode)
	if err != nil {
		return false, nil
	}
	if e.Rewritten == "" && (len(e.Gaps) > 0 || e.Reason != "") {
		return true, nil
	}
	if e.Rewritten == "" {
		// Left as it is: it must contain nothing that could be hooked.
		total := 0
		ast.Inspect(original, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.FuncDecl, *ast.FuncLit:
				total++
			}
			return true
		})
		if total != e.Skipped {
			return true, fmt.Errorf("left alone with %d functions, %d reported", total, e.Skipped)
		}
		return true, nil
	}
	rewritten, err := parser.ParseFile(after, e.Rewritten, nil, mode)
	if err != nil {
		return true, err
	}
	s := &stripper{}
	s.file(rewritten)
	if s.problem != "" {
		return true, fmt.Errorf("%s", s.problem)
	}
	if s.functions != e.Functions || s.spawns != e.Spawns || (s.unhooked != e.Skipped && len(e.Gaps) == 0) {
		return true, fmt.Errorf("counted functions %d, spawns %d, skipped %d, but the syntax tree has %d, %d, %d",
			e.Functions, e.Spawns, e.Skipped, s.functions, s.spawns, s.unhooked)
	}
	c := &comparer{before: before, after: after}
	c.compare(reflect.ValueOf(original), reflect.ValueOf(rewritten), "file")
	if c.problem != "" {
		return true, fmt.Errorf("%s", c.problem)
	}
	return true, nil
}

// comparer compares two trees: same shapes, same values, same lines.
type comparer struct {
	before, after *token.FileSet
	problem       string
}

var posType = reflect.TypeOf(token.NoPos)

func (c *comparer) compare(a, b reflect.Value, path string) {
	if c.problem != "" {
		return
	}
	if a.IsValid() != b.IsValid() || a.IsValid() && a.Type() != b.Type() {
		c.problem = fmt.Sprintf("%s: different nodes", path)
		return
	}
	if !a.IsValid() {
		return
	}
	if a.Type() == posType {
		la, lb := c.line(c.before, a), c.line(c.after, b)
		if la != lb {
			c.problem = fmt.Sprintf("%s: line %d became %d", path, la, lb)
		}
		return
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			if a.IsNil() != b.IsNil() {
				c.problem = fmt.Sprintf("%s: nil against not nil", path)
			}
			return
		}
		c.compare(a.Elem(), b.Elem(), path)
	case reflect.Struct:
		for i := 0; i < a.NumField(); i++ {
			name := a.Type().Field(i).Name
			if name == "FileEnd" || name == "Unresolved" {
				continue
			}
			c.compare(a.Field(i), b.Field(i), path+"."+name)
		}
	case reflect.Slice:
		if a.Len() != b.Len() {
			c.problem = fmt.Sprintf("%s: %d elements became %d", path, a.Len(), b.Len())
			return
		}
		for i := 0; i < a.Len(); i++ {
			c.compare(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Map:
		if a.Len() != b.Len() {
			c.problem = path + ": maps differ"
		}
	default:
		if !a.Equal(b) {
			c.problem = fmt.Sprintf("%s: %v became %v", path, a, b)
		}
	}
}

func (c *comparer) line(set *token.FileSet, pos reflect.Value) int {
	return set.PositionFor(token.Pos(pos.Int()), false).Line
}
