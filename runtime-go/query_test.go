package rt_test

// Queries on a decoded trace.

import (
	"fmt"
	"sort"
	"testing"
)

// shape prints a goroutine's events: "main(a() b(!panic))".
func (tr *trace) shape(g *gor) string {
	s := ""
	for i, e := range g.ev {
		sep := ""
		if i > 0 && (e.kind == "enter" || e.kind == "spawn") && g.ev[i-1].kind != "enter" {
			sep = " "
		}
		switch e.kind {
		case "enter":
			s += sep + short(tr.name(e.id)) + "("
		case "exit":
			s += ")"
		case "deferred":
			s += fmt.Sprint("~", e.id, ")")
		case "spawn":
			s += sep + "go"
		default:
			s += "!" + e.kind + ")"
		}
	}
	return s
}

func short(name string) string {
	const prefix = "gotrace.internal/rt_test."
	if len(name) > len(prefix) && name[:len(prefix)] == prefix {
		return name[len(prefix):]
	}
	return name
}

// byGoid returns the goroutine's events; it must have begun once.
func (tr *trace) byGoid(t testing.TB, goid uint64) *gor {
	t.Helper()
	var found *gor
	for _, g := range tr.gs {
		if g.goid == goid {
			if found != nil {
				t.Fatalf("goroutine %d began twice", goid)
			}
			found = g
		}
	}
	if found == nil {
		t.Fatalf("no goroutine %d", goid)
	}
	return found
}

// starting returns the goroutines whose first function is name.
func (tr *trace) starting(name string) []*gor {
	var r []*gor
	for _, g := range tr.gs {
		if len(g.ev) > 0 && short(tr.name(g.ev[0].id)) == name {
			r = append(r, g)
		}
	}
	sort.Slice(r, func(i, j int) bool { return r[i].goid < r[j].goid })
	return r
}

// spawnAt returns the goroutine and the event a reference points to.
func (tr *trace) spawnAt(t testing.TB, ref uint64) (*gor, event) {
	t.Helper()
	for _, g := range tr.gs {
		for _, e := range g.ev {
			if e.kind == "spawn" && e.off == ref*2 {
				return g, e
			}
		}
	}
	t.Fatalf("no spawn record at %d", ref*2)
	return nil, event{}
}

// balanced fails if some frame is open or was never entered.
func (tr *trace) balanced(t testing.TB) {
	t.Helper()
	for _, g := range tr.gs {
		depth := 0
		for _, e := range g.ev {
			switch e.kind {
			case "enter":
				depth++
			case "spawn":
			default:
				depth--
			}
			if depth < 0 {
				t.Fatalf("goroutine %d: exit without enter", g.goid)
			}
		}
		if depth != 0 {
			t.Fatalf("goroutine %d: %d frames open", g.goid, depth)
		}
	}
}

func (tr *trace) String() string {
	s := ""
	for _, g := range tr.gs {
		s += fmt.Sprintf("%d<-%d ref %d: %s\n", g.goid, g.parent, g.ref, tr.shape(g))
	}
	return s
}
