// Package parse reads statements that are not there.
package parse

import "example.com/paths/store"

type parser struct{ *store.Walk }

// Statement parses one.
func Statement(w *store.Walk) { w.Go(expression, list, name, where) }

func expression(w *store.Walk) { (&parser{w}).binary() }
func list(w *store.Walk)       { w.Go(expression, name) }
func name(w *store.Walk)       { w.Go(store.Get) }
func where(w *store.Walk)      { w.Go(expression, func(w *store.Walk) { w.Go(name, list) }) }

func (p *parser) binary() { p.Go(unary, expression, call, name) }
func unary(w *store.Walk) { w.Go(call, name, literal) }
func call(w *store.Walk)  { w.Go(list, expression, literal) }
func literal(*store.Walk) {}
