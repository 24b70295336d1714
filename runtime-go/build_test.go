package rt_test

import (
	"encoding/binary"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	rt "gotrace.internal/rt"
)

func TestBuildName(t *testing.T) {
	const mark = "0123456789abcdef"
	const mod, rev = "path\tx/cmd\nmod\tx\t(devel)\t\n", "build\tvcs.revision=0af1\n"
	for _, c := range [][2]string{
		{"", ""},
		{mod, ""},
		{mod + rev, "0af1"},
		{mod + "dep\ty\tv1.0.0\th1:x\n" + rev + "build\tvcs.modified=false\n", "0af1"},
		{mod + rev + "build\tvcs.modified=true\n", "0af1+dirty"},
		{"path\tx/cmd\nmod\tx\tv1.2.3\th1:abc=\n", "v1.2.3"},
		{"path\tx/cmd\nmod\tx\tv1.2.3\n", "v1.2.3"},
		{"path\tx/cmd\nmod\tx\tv0.0.0-2026-0af1+dirty\t\n" + rev + "build\tvcs.modified=true\n", "0af1+dirty"},
		{"path\tx/cmd\ndep\ty\tv1.0.0\th1:x\n", ""},
		{"build\tvcs.revision=\n", ""},
	} {
		want(t, c[0], rt.BuildName(mark+"\n"+c[0]+mark), c[1])
		rt.BuildName(c[0]) // cut anywhere: no panic
	}
}

func TestBinaryName(t *testing.T) {
	note := func(id string) string {
		return string([]byte{byte(len(id)), 0, 0, 0}) + "\x04\x00\x00\x00Go\x00\x00" + id
	}
	head := "\x7fELF" + strings.Repeat("\x00", 60) + "\x04\x00\x00\x00\x14\x00\x00\x00\x03\x00\x00\x00GNU\x00"
	for _, c := range [][2]string{
		{head, ""},
		{head + note("action/main/package/contents") + "tail", "contents"},
		{head + note("action/main/package/contents")[:30], ""},
		{head + note("plain"), ""},
		{note("a/b")[4:], ""},
		{"", ""},
	} {
		want(t, c[0], rt.BinaryName([]byte(c[0])), c[1])
	}
}

var _ = scenario("build", func() { leaf() })

// TestTraceHasBuild compares with what the go command says of this binary.
func TestTraceHasBuild(t *testing.T) {
	tr, _ := traced(t, "build")
	at := 160
	var last string
	for i := 0; i < 5; i++ {
		n := int(binary.LittleEndian.Uint16(tr.b[at:]))
		last = string(tr.b[at+2 : at+2+n])
		at += 2 + n
	}
	expected := ""
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			expected = s.Value
		}
	}
	if isRead := runtime.GOOS == "linux" && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64"); expected == "" && isRead {
		if os.Getenv("RT_EMULATOR") != "" {
			t.Skip("an emulator has its own executable")
		}
		out, err := exec.Command("go", "tool", "buildid", os.Args[0]).Output()
		if err != nil {
			t.Fatal(err)
		}
		id := strings.TrimSpace(string(out))
		expected = id[strings.LastIndex(id, "/")+1:]
	}
	want(t, "build", strings.TrimSuffix(last, "+dirty"), expected)
}
