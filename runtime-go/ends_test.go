//go:build linux
// +build linux

package rt_test

// However a process ends, the events that it recorded are in the file.

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	rt "gotrace.internal/rt"
)

// TestMissingDirectory checks that the recorder makes the directory of its trace.
func TestMissingDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b c", "d")
	r := runs(t, "six", "GOTRACE_OUT="+dir+"/")
	if files, _ := filepath.Glob(filepath.Join(dir, "*.gotrace")); r.code != 0 || len(files) != 1 {
		t.Errorf("code %d, %v", r.code, files)
	}
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o644)
	if r := runs(t, "six", "GOTRACE_OUT="+filepath.Join(file, "x")); r.code != 0 || r.errs != "" {
		t.Errorf("code %d, %s", r.code, r.errs)
	}
}

const endCalls = deepest / 10

func ending(how string) func() {
	return func() {
		defer rt.Enter(&v[45])()
		for i := 0; i < endCalls; i++ {
			leaf()
		}
		finish(how)
	}
}

func finish(how string) {
	defer rt.Enter(&v[46])()
	switch how {
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Minute)
	case "term":
		syscall.Kill(os.Getpid(), syscall.SIGTERM)
		time.Sleep(time.Minute)
	case "exit":
		os.Exit(7)
	case "panic":
		panic("unrecovered")
	case "nil":
		var p *int
		*p = 1
	case "deadlock":
		select {}
	case "overflow":
		debug.SetMaxStack(64 << 20)
		endless(1)
	case "maps":
		m := map[int]int{}
		for i := 0; i < 4; i++ {
			go func() {
				for {
					m[1]++
				}
			}()
		}
		time.Sleep(30 * time.Second)
	case "exec":
		env := []string{"RT_SCENARIO=tree", "GOTRACE_OUT=" + os.Getenv("GOTRACE_OUT")}
		fmt.Println("exec", syscall.Exec("/proc/self/exe", os.Args[:1], env))
	}
}

func endless(n int) int {
	defer rt.Enter(&v[47])()
	return endless(n+1) + 1
}

var ends = []string{"kill", "term", "exit", "panic", "nil", "deadlock", "overflow", "maps", "exec"}

func init() {
	for _, how := range ends {
		scenario(how, ending(how))
	}
}

func TestEnds(t *testing.T) {
	for _, how := range ends {
		how := how
		t.Run(how, func(t *testing.T) {
			if how == "deadlock" && raceEnabled || how == "overflow" && (portable || raceEnabled) {
				t.Skip("not detected, or very slow")
			}
			r := runs(t, how)
			if n := len(r.files); n != 1 && (how != "exec" || n != 2) {
				t.Fatalf("%d traces\n%s", n, r.errs)
			}
			for i, f := range r.files {
				tr := decode(t, f)
				if i == 1 {
					tr.balanced(t)
					want(t, "second program", tr.shape(tr.gs[0]), "tree(leaf() (*thing).method(leaf()) thing.value() tree.func1(leaf()))")
					continue
				}
				g := tr.byGoid(t, 1)
				depth, enters := 0, 0
				for _, e := range g.ev {
					if e.kind == "enter" {
						depth++
						enters++
					} else {
						depth--
					}
				}
				switch how {
				case "overflow":
					if depth < 1e5 || depth != enters-endCalls {
						t.Errorf("%d frames open of %d", depth, enters)
					}
				case "panic", "nil":
					if n := len(g.ev); depth != 0 || n != 2*(endCalls+2) || g.ev[n-1].kind != "panic" || g.ev[n-2].kind != "panic" {
						t.Errorf("%d events, depth %d", n, depth)
					}
				default:
					if n := len(g.ev); depth != 2 || n != 2*endCalls+2 {
						t.Errorf("%d events, depth %d\n%s", n, depth, r.errs)
					}
				}
			}
		})
	}
}

// TestKilledAnywhere checks that SIGKILL at arbitrary moments leaves a file that can
// be read without errors.
var _ = scenario("spin", func() {
	for i := 0; i < 2; i++ {
		go func() {
			for {
				down(30)
				done := make(chan bool)
				rt.Spawn(&v[48])
				go func() {
					defer rt.Enter(&v[49])()
					close(done)
				}()
				rt.Spawned()
				<-done
			}
		}()
	}
	select {}
})

func TestKilledAnywhere(t *testing.T) {
	for i := 0; i < 8; i++ {
		dir := t.TempDir()
		c := again()
		c.Env = append(os.Environ(), "RT_SCENARIO=spin", "GOTRACE_OUT="+dir)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(30+i*17) * time.Millisecond)
		c.Process.Kill()
		c.Wait()
		files, _ := os.ReadDir(dir)
		if len(files) == 1 {
			path := dir + "/" + files[0].Name()
			// Killed before the header was begun, the file is all zeros.
			if b, _ := os.ReadFile(path); len(b) > 0 && b[0] != 0 {
				decode(t, path)
			}
		}
	}
}

// TestChildren checks that child processes write their own traces, and that the
// program sees the descriptors that it would see untraced.
var _ = scenario("children", func() {
	defer rt.Enter(&v[50])()
	f, _ := os.Open("/dev/null")
	fmt.Println("fd", f.Fd())
	for i := 0; i < 3; i++ {
		c := again()
		c.Env = append(os.Environ(), "RT_SCENARIO=tree")
		if err := c.Run(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
})

func TestChildren(t *testing.T) {
	r := runs(t, "children")
	if len(r.files) != 4 {
		t.Fatalf("%d traces\n%s%s", len(r.files), r.out, r.errs)
	}
	parents := 0
	var pid uint32
	for _, f := range r.files {
		tr := decode(t, f)
		tr.balanced(t)
		if !strings.HasPrefix(f, r.dir+"/"+strconv.Itoa(int(tr.pid))+"-") {
			t.Errorf("%s has pid %d", f, tr.pid)
		}
		if tr.ppid == uint32(os.Getpid()) {
			parents++
			pid = tr.pid
		}
	}
	if parents != 1 || pid == 0 {
		t.Errorf("%d traces of the parent", parents)
	}
	plain := runs(t, "children", "GOTRACE_OUT=")
	if numbers(r.out)["fd"] != numbers(plain.out)["fd"] {
		t.Errorf("descriptor %s, untraced %s", r.out, plain.out)
	}
}

// TestForeignDescriptor checks that the recorder does not write to the files of a
// program that closes every descriptor and then opens its own.
var _ = scenario("closesall", func() {
	leaf()
	for fd := 3; fd < 2000; fd++ {
		if fi, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd)); err == nil && strings.HasSuffix(fi, ".gotrace") {
			syscall.Close(fd)
			mine, _ := os.Create(os.Getenv("MINE"))
			syscall.Dup3(int(mine.Fd()), fd, 0)
		}
	}
	for i := 0; i < 10*deepest; i++ {
		leaf()
	}
})

func TestForeignDescriptor(t *testing.T) {
	mine := t.TempDir() + "/mine"
	tr, _ := traced(t, "closesall", "MINE="+mine)
	tr.balanced(t)
	if tr.recorded != 20*deepest+2 {
		t.Errorf("%d events", tr.recorded)
	}
	if fi, err := os.Stat(mine); err != nil || fi.Size() != 0 {
		t.Errorf("the program's file: %v %v", fi, err)
	}
}

// TestFork checks that a forked process that executes no program records nothing.
var _ = scenario("fork", func() {
	leaf()
	pid, _, e := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if e != 0 {
		panic(e)
	}
	if pid == 0 {
		for i := 0; i < deepest; i++ {
			leaf()
		}
		rt.Spawn(&v[57])
		rt.Spawned()
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 7, 0, 0)
	}
	for i := 0; i < deepest; i++ {
		leaf()
	}
	var status syscall.WaitStatus
	syscall.Wait4(int(pid), &status, 0, nil)
	fmt.Println("child", status.ExitStatus())
})

func TestFork(t *testing.T) {
	if raceEnabled || os.Getenv("RT_EMULATOR") != "" {
		t.Skip("the race detector does not survive it, and QEMU does not know MADV_WIPEONFORK")
	}
	tr, out := traced(t, "fork")
	if numbers(out)["child"] != 7 || tr.recorded != 2*(deepest+1) {
		t.Errorf("%s, %d events", out, tr.recorded)
	}
}
