// Package plan makes plans that nobody carries out.
package plan

import "example.com/paths/store"

// Build makes one.
func Build(w *store.Walk) { w.Go(join, filter, sort, group) }

func join(w *store.Walk)     { w.Go(nested, hash, filter, cost) }
func nested(w *store.Walk)   { w.Go(join, filter, store.Scan) }
func hash(w *store.Walk)     { w.Go(filter, store.Scan, cost) }
func filter(w *store.Walk)   { w.Go(join, estimate, store.Scan) }
func sort(w *store.Walk)     { w.Go(join, group, cost) }
func group(w *store.Walk)    { w.Go(hash, filter, sort) }
func estimate(w *store.Walk) { w.Go(cost, store.Get) }
func cost(w *store.Walk)     { w.Go(store.Get) }
