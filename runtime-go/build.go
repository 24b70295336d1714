package rt

// Which build the program is: what it was made from or, if that is not known, what
// tells its binary from others.

// buildName returns the revision of version control, with +dirty if files were
// changed since, or the version of the main module. Without both it is "".
//
// info is what runtime/debug.ReadBuildInfo parses: a line for each fact.
//
//go:norace
func buildName(info string) string {
	if revision := lineAfter(info, "\nbuild\tvcs.revision="); revision != "" {
		if lineAfter(info, "\nbuild\tvcs.modified=") == "true" {
			return revision + "+dirty"
		}
		return revision
	}
	// Path, version and sum.
	module := lineAfter(info, "\nmod\t")
	version := lineAfter(module, "\t")
	for i := 0; i < len(version); i++ {
		if version[i] == '\t' {
			version = version[:i]
			break
		}
	}
	if version == "(devel)" {
		return ""
	}
	return version
}

// lineAfter returns what follows the first occurrence of mark in text, up to the
// end of the line.
//
//go:norace
func lineAfter(text, mark string) string {
	for i := 0; i+len(mark) <= len(text); i++ {
		if text[i] != mark[0] || text[i:i+len(mark)] != mark {
			continue
		}
		rest := text[i+len(mark):]
		for end := 0; end < len(rest); end++ {
			if rest[end] == '\n' {
				return rest[:end]
			}
		}
		return rest
	}
	return ""
}

// binaryName returns the part of Go's build ID that follows from the contents of the
// binary; head is its beginning. "" without one.
//
// It lies in a note of ELF: the lengths of name and contents, the type 4, the name
// (cmd/internal/buildid).
//
//go:norace
func binaryName(head []byte) string {
	const name, size = "\x04\x00\x00\x00Go\x00\x00", 4
	for at := size; at+len(name) <= len(head); at += 4 {
		if head[at] != name[0] || string(head[at:at+len(name)]) != name {
			continue
		}
		from := at + len(name)
		end := from + int(head[at-size]) + int(head[at-size+1])<<8
		if end > len(head) {
			return ""
		}
		for i := end; i > from; i-- {
			if head[i-1] == '/' {
				return string(head[i:end])
			}
		}
		return ""
	}
	return ""
}
