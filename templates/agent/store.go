package traceagent

// gotrace:begin store

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// store is the directory of snapshots. A file is named NAME.part until it is complete.
// Several processes may share a directory; then they share its limits.
type store struct {
	dir       string
	keep      int
	keepBytes int64
}

const (
	partial      = ".part"
	abandonedAge = 10 * time.Minute // after the last write to a partial file
)

// snapshotFile is a snapshot in a list.
type snapshotFile struct {
	Name   string    `json:"name"`
	Bytes  int64     `json:"bytes"`
	Time   time.Time `json:"time"`
	Reason string    `json:"reason"`
}

// prepare makes the directory, and removes partial files of processes that were killed.
func (s store) prepare(now time.Time) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name, isPartial := strings.CutSuffix(entry.Name(), partial)
		_, _, ok := parseName(name)
		info, err := entry.Info()
		if isPartial && ok && err == nil && now.Sub(info.ModTime()) > abandonedAge {
			os.Remove(filepath.Join(s.dir, entry.Name()))
		}
	}
	probe, err := os.CreateTemp(s.dir, ".writable-*")
	if err != nil {
		return err
	}
	probe.Close()
	return os.Remove(probe.Name())
}

// create makes a file that commit or discard ends.
func (s store) create(name string) (*os.File, error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(filepath.Join(s.dir, name+partial), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// discard removes an incomplete file.
func (s store) discard(file *os.File) {
	file.Close()
	os.Remove(file.Name())
}

// commit gives a complete file its name.
func (s store) commit(file *os.File) error {
	if err := file.Close(); err != nil {
		os.Remove(file.Name())
		return err
	}
	if err := os.Rename(file.Name(), strings.TrimSuffix(file.Name(), partial)); err != nil {
		os.Remove(file.Name())
		return err
	}
	return nil
}

// rotate removes the oldest snapshots until the limits hold, but never the latest one.
func (s store) rotate() error {
	files, err := s.list()
	if err != nil {
		return err
	}
	total := int64(0)
	for _, file := range files {
		total += file.Bytes
	}
	for len(files) > 1 && (len(files) > s.keep || total > s.keepBytes) {
		if err := os.Remove(filepath.Join(s.dir, files[0].Name)); err != nil && !os.IsNotExist(err) {
			return err
		}
		total -= files[0].Bytes
		files = files[1:]
	}
	return nil
}

// list returns the snapshots, oldest first. No directory has no snapshots.
func (s store) list() ([]snapshotFile, error) {
	files := []snapshotFile{}
	entries, err := os.ReadDir(s.dir)
	if os.IsNotExist(err) {
		return files, nil
	}
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		at, reason, ok := parseName(entry.Name())
		if !ok || !entry.Type().IsRegular() {
			continue
		}
		if info, err := entry.Info(); err == nil { // else it was removed just now
			files = append(files, snapshotFile{entry.Name(), info.Size(), at, reason})
		}
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Name < files[j].Name })
	return files, nil
}

// has returns the path of a listed snapshot. Nothing else of a file system has a path
// here: names have no separators, and links are no snapshots.
func (s store) has(name string) (path string, ok bool) {
	if _, _, ok := parseName(name); !ok || s.dir == "" {
		return "", false
	}
	path = filepath.Join(s.dir, name)
	info, err := os.Lstat(path)
	return path, err == nil && info.Mode().IsRegular()
}

// gotrace:end store
