package main

import (
	"fmt"
	"go/ast"
	"strings"
)

// stripper removes gotrace's insertions from a syntax tree and counts them.
type stripper struct {
	functions, spawns, unhooked int
	problem                     string
}

func (s *stripper) fail(format string, args ...any) {
	if s.problem == "" {
		s.problem = fmt.Sprintf(format, args...)
	}
}

func (s *stripper) file(file *ast.File) {
	first, ok := file.Decls[0].(*ast.GenDecl)
	if !ok || len(file.Imports) == 0 || file.Imports[0].Name == nil || file.Imports[0].Name.Name != "__gotrace" || len(first.Specs) != 1 {
		s.fail("no import of ours")
		return
	}
	last, ok := file.Decls[len(file.Decls)-1].(*ast.GenDecl)
	if !ok || !strings.HasPrefix(last.Specs[0].(*ast.ValueSpec).Names[0].Name, "__gotrace_") {
		s.fail("no table of ours")
		return
	}
	file.Decls = file.Decls[1 : len(file.Decls)-1]
	file.Imports = file.Imports[1:]
	if len(file.Decls) == 0 {
		file.Decls = nil
	}
	if len(file.Imports) == 0 {
		file.Imports = nil
	}
	for _, decl := range file.Decls {
		s.walk(decl, false)
	}
}

// walk visits all functions below a node; hooked says whether the enclosing function has a hook.
func (s *stripper) walk(node ast.Node, hooked bool) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv != nil {
				s.walk(n.Recv, hooked)
			}
			s.walk(n.Type, hooked)
			s.function(n.Body)
			return false
		case *ast.FuncLit:
			s.function(n.Body)
			return false
		case *ast.BlockStmt:
			n.List = s.statements(n.List, hooked)
		case *ast.CaseClause:
			n.Body = s.statements(n.Body, hooked)
		case *ast.CommClause:
			n.Body = s.statements(n.Body, hooked)
		}
		return true
	})
}

func (s *stripper) function(body *ast.BlockStmt) {
	hooked := false
	if body != nil && len(body.List) > 0 {
		if d, ok := body.List[0].(*ast.DeferStmt); ok && isHook(d.Call) {
			hooked = true
			body.List = body.List[1:]
			if len(body.List) == 0 {
				body.List = nil
			}
		}
	}
	if hooked {
		s.functions++
	} else {
		s.unhooked++
	}
	if body != nil {
		s.walk(body, hooked)
	}
}

// statements removes Spawn and Spawned around go statements. In a hooked function every go statement must have them, elsewhere
// none.
func (s *stripper) statements(list []ast.Stmt, hooked bool) []ast.Stmt {
	var out []ast.Stmt
	for i := 0; i < len(list); i++ {
		label, inner := innermost(list[i])
		if _, ok := inner.(*ast.GoStmt); ok && hooked {
			s.fail("a go statement without a hook")
		}
		if called(inner) != "Spawn" {
			if called(inner) != "" {
				s.fail("stray call of %s", called(inner))
			}
			out = append(out, list[i])
			continue
		}
		if !hooked || i+2 >= len(list) || called(list[i+2]) != "Spawned" {
			s.fail("Spawn without Spawned, or outside a hooked function")
			return list
		}
		if _, ok := list[i+1].(*ast.GoStmt); !ok {
			s.fail("Spawn without a go statement")
		}
		s.spawns++
		if label != nil {
			label.Stmt = list[i+1]
			out = append(out, list[i])
		} else {
			out = append(out, list[i+1])
		}
		i += 2
	}
	return out
}

func innermost(stmt ast.Stmt) (*ast.LabeledStmt, ast.Stmt) {
	var label *ast.LabeledStmt
	for {
		next, ok := stmt.(*ast.LabeledStmt)
		if !ok {
			return label, stmt
		}
		label, stmt = next, next.Stmt
	}
}

func called(stmt ast.Stmt) string {
	if e, ok := stmt.(*ast.ExprStmt); ok {
		if call, ok := e.X.(*ast.CallExpr); ok {
			return ours(call)
		}
	}
	return ""
}

// isHook reports whether a call is a hook such as `__gotrace.Enter(…)()`.
func isHook(deferred *ast.CallExpr) bool {
	enter, ok := deferred.Fun.(*ast.CallExpr)
	return ok && strings.HasPrefix(ours(enter), "Enter")
}

// ours returns the name of the called function if it belongs to package __gotrace, otherwise "".
func ours(call *ast.CallExpr) string {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == "__gotrace" {
			return sel.Sel.Name
		}
	}
	return ""
}
