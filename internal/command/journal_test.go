//go:build unix

package command

import (
	"bufio"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// partialOf checks that a report can be made of what a killed run left in a folder:
// three cases of eight.
func partialOf(t *testing.T, dir string) {
	t.Helper()
	if got := files(t, dir); !slices.Equal(got, []string{reports.JournalFile}) {
		t.Errorf("the folder has %v, want the journal alone", got)
	}
	for _, path := range []string{dir, filepath.Join(dir, reports.JournalFile)} {
		out := filepath.Join(t.TempDir(), "report.json")
		wsspec(t, "report", path, "-o", out).want(t, exitPass)
		partial(t, filepath.Dir(out), "the journal ends before the run did")
		wsspec(t, "report", path).want(t, exitPass, "Incomplete: 3 of 8 cases")
	}
}

// A run that is killed has lost nothing that had ended, whatever it tests.
func TestNothingIsLostWhenTheCommandIsKilled(t *testing.T) {
	kill := func(p *ownProcess) {
		p.t.Helper()
		p.signal(syscall.SIGKILL)
		_ = p.cmd.Wait()
	}
	t.Run("server", func(t *testing.T) {
		dir := t.TempDir()
		url, hangs := hangsAfter(t, 3)
		p := startOwn(t, nil, "server", url, "--run", "1.1", "--parallel", "1", "--timeout", "1m", "--out", dir)
		<-hangs
		kill(p)
		partialOf(t, dir)
	})
	t.Run("a client for each case", func(t *testing.T) {
		dir := t.TempDir()
		addr, came, _ := lives(t)
		count := filepath.Join(t.TempDir(), "count")
		line := "echo >> " + count + "; [ $(wc -l < " + count + ") -le 3 ] || exec " + command(t, "parent that stays", addr, "{url}") + "; exec " + command(t, "echo", "{url}")
		p := startOwn(t, nil, "client", "--run", "1.1", "--parallel", "1", "--timeout", "1m", "--out", dir, "--", "sh", "-c", line)
		came()
		kill(p)
		partialOf(t, dir)
	})
	t.Run("clients that come", func(t *testing.T) {
		dir := t.TempDir()
		p, url := listens(t, "--run", "1.1", "--out", dir)
		for _, n := range []string{"1", "2", "3"} {
			wsspec(t, "echo", "--connect", url+"/runCase?case="+n+"&agent=mine").want(t, exitPass)
		}
		// The verdict on the third is there when the service answers about it.
		wsspec(t, "echo", "--connect", url+"/getCaseStatus?case=3&agent=mine").want(t, exitPass)
		kill(p)
		partialOf(t, dir)
	})
}

// listens starts a service as a process of its own, and returns its URL.
func listens(t *testing.T, args ...string) (p *ownProcess, url string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	p = startOwn(t, w, append([]string{"client", "--listen", "127.0.0.1:0"}, args...)...)
	w.Close()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url, _, _ = strings.Cut(strings.TrimPrefix(line, "listening on "), " ")
	return p, url
}

// A journal is there for as long as the reports are not.
func TestWhenAJournalStays(t *testing.T) {
	url := reference(t)
	three := []string{"index.html", "junit.xml", "report.json"}
	for _, tt := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"a run to the end", []string{"--run", "1.1"}, exitPass, three},
		{"a run to the end, with --keep-journal", []string{"--run", "1.1", "--keep-journal"}, exitPass, []string{"index.html", reports.JournalFile, "junit.xml", "report.json"}},
		{"nothing was tested", []string{"--run", "1.1", "--header", "Upgrade: none", "--timeout", "200ms"}, exitHarness, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "new", "folder")
			args := append([]string{"server", url, "--out", dir}, tt.args...)
			if tt.want == nil {
				args[1] = raw(t, speechless)
			}
			wsspec(t, args...).want(t, tt.code)
			if got := files(t, dir); !slices.Equal(got, tt.want) {
				t.Errorf("the folder has %v, want %v", got, tt.want)
			}
			if _, err := os.Stat(filepath.Dir(dir)); (err == nil) != (tt.want != nil) {
				t.Errorf("the folder that the run made for its report: %v", err)
			}
		})
	}
	t.Run("a run that is interrupted", func(t *testing.T) {
		dir := t.TempDir()
		url, _ := hangsAfter(t, 3)
		wsspec(t, "server", url, "--run", "1.1", "--parallel", "1", "--timeout", "1m", "--max-time", "1s", "--out", dir).want(t, exitHarness)
		if got := files(t, dir); !slices.Equal(got, three) {
			t.Errorf("the folder has %v, want %v", got, three)
		}
	})
	t.Run("a folder for Autobahn's report alone", func(t *testing.T) {
		dir := t.TempDir()
		wsspec(t, "server", url, "--run", "1.1", "--autobahn-out", dir).want(t, exitPass)
		if got := files(t, dir); len(got) != 10 || slices.Contains(got, reports.JournalFile) {
			t.Errorf("the folder has %v", got)
		}
	})
	t.Run("a report that cannot be written", func(t *testing.T) {
		dir := t.TempDir()
		url, hangs := hangsAfter(t, 3)
		p := startOwn(t, nil, "server", url, "--run", "1.1", "--parallel", "1", "--timeout", "1m", "--out", dir)
		<-hangs
		if err := os.Mkdir(filepath.Join(dir, "report.json"), 0o777); err != nil {
			t.Fatal(err)
		}
		p.signal(os.Interrupt)
		p.ends(exitHarness)
		journal := filepath.Join(dir, reports.JournalFile)
		if want := "the results are in " + journal + ", and wsspec report " + journal + " shows them"; !strings.Contains(p.stderr.String(), want) {
			t.Errorf("standard error is %q, want %q", p.stderr.String(), want)
		}
		wsspec(t, "report", journal).want(t, exitPass, "Incomplete: 3 of 8 cases", "\nInterrupted by SIGINT. ")
	})
}

// A file that is no journal is not replaced by one.
func TestAForeignFileInPlaceOfTheJournal(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, reports.JournalFile)
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	o := wsspec(t, "server", reference(t), "--run", "1.1", "--out", dir)
	o.want(t, exitHarness, path+" is there already and is no journal")
	if read(t, path) != "mine" || o.stdout != "" {
		t.Errorf("the run began: %q; the file has %q", o.stdout, read(t, path))
	}
}

// A folder stands for its latest run: the journal of one that was killed, and not the
// report of the one before.
func TestAFolderStandsForItsLatestRun(t *testing.T) {
	dir := t.TempDir()
	url := reference(t)
	wsspec(t, "server", url, "--run", "1.1", "--out", dir, "--keep-journal").want(t, exitPass)
	wsspec(t, "report", dir).want(t, exitPass, "All 8 cases pass")
	hanging, hangs := hangsAfter(t, 3)
	p := startOwn(t, nil, "server", hanging, "--run", "1.1", "--parallel", "1", "--timeout", "1m", "--out", dir)
	<-hangs
	p.signal(syscall.SIGKILL)
	_ = p.cmd.Wait()
	wsspec(t, "report", dir).want(t, exitPass, "Incomplete: 3 of 8 cases")
}

// fills is a server that passes its cases. Before the case with this number it fills the
// disk of a folder, and before another one it makes room again.
func fills(t *testing.T, dir string, before, empties int) (url string) {
	behind, ballast := reference(t), filepath.Join(dir, "ballast")
	return raw(t, func(n int, conn net.Conn) {
		switch n { // the probe is the first
		case 1 + before:
			file, err := os.Create(ballast)
			for err == nil {
				_, err = file.Write(make([]byte, 4<<10))
			}
			if !errors.Is(err, syscall.ENOSPC) {
				t.Error(err)
			}
			file.Close()
		case 1 + empties:
			if err := os.Remove(ballast); err != nil {
				t.Error(err)
			}
		}
		m := &mortal{behind: behind, octets: []byte("no client says so")}
		m.relay(conn)
		m.running.Wait()
	})
}

// A disk that becomes full keeps the results that it has room for, the console has all of
// them, and the exit code says that something is lost.
func TestAFullDiskKeepsWhatItCan(t *testing.T) {
	disk := small(t)
	dir := filepath.Join(disk, "out")
	o := wsspec(t, "server", fills(t, disk, 5, 1000), "--agent", "mine", "--run", "1.1", "--run", "2.*", "--parallel", "1", "--out", dir)
	journal := filepath.Join(dir, reports.JournalFile)
	o.want(t, exitHarness, "mine: 19 of 19 cases: 19 passed\n", "no space left on device", "the results are in "+journal)
	r, err := reports.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	if r.Summary.Ran < 4 || r.Summary.Cases != 19 || r.Summary.Verdicts[verdict.Pass] != r.Summary.Ran || r.Interrupted == "" {
		t.Errorf("the journal has %d of %d cases, interrupted is %q", r.Summary.Ran, r.Summary.Cases, r.Interrupted)
	}
	if got := files(t, dir); !slices.Equal(got, []string{reports.JournalFile}) || strings.Contains(o.stdout, "report: ") {
		t.Errorf("the folder has %v, standard output %q", got, o.stdout)
	}
}

// A disk that was full for a while costs the journal and not the report.
func TestADiskThatWasFullForAWhile(t *testing.T) {
	disk := small(t)
	dir := filepath.Join(disk, "out")
	o := wsspec(t, "server", fills(t, disk, 5, 15), "--agent", "mine", "--run", "1.1", "--run", "2.*", "--parallel", "1", "--out", dir)
	o.want(t, exitHarness, "mine: 19 of 19 cases: 19 passed\n", "no space left on device", "report: "+filepath.Join(dir, "index.html"))
	r := readReport(t, dir)
	if r.Summary.Ran != 19 || r.Interrupted != "" {
		t.Errorf("the report has %d of %d cases, interrupted is %q", r.Summary.Ran, r.Summary.Cases, r.Interrupted)
	}
	for i := range r.Results {
		if len(r.Results[i].Transcript) == 0 {
			t.Errorf("%s has no transcript", r.Results[i].ID)
		}
	}
	if !slices.Contains(files(t, dir), reports.JournalFile) {
		t.Error("the journal is gone, though it is not whole")
	}
}

// A run that is ended among the variants of its cases has played every case, and is not
// complete.
func TestARunThatEndsAmongTheVariants(t *testing.T) {
	for name, s := range map[string]os.Signal{"killed": syscall.SIGKILL, "interrupted": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			url, hangs := hangsAfter(t, 8)
			p := startOwn(t, nil, "server", url, "--run", "1.1", "--parallel", "1", "--timeout", "1m", "--out", dir)
			<-hangs
			p.signal(s)
			if s == syscall.SIGKILL {
				_ = p.cmd.Wait()
			} else {
				p.ends(exitHarness)
			}
			o := wsspec(t, "report", dir)
			o.want(t, exitPass, "Incomplete: 8 cases", "was not tested in full. All 8 cases pass. The variants of its cases were not all played.")
			if strings.Contains(o.stdout, "conforms") {
				t.Errorf("the report calls the server conforming: %s", o.stdout)
			}
			wsspec(t, "report", dir, "--format", "junit").want(t, exitPass, `errors="1"`, "The variants of its cases were not all played.")
		})
	}
}

// A variant that has failed is not lost with a run that is killed among the others.
func TestAFailedVariantIsInTheJournalAtOnce(t *testing.T) {
	dir := t.TempDir()
	f, err := faulty.ByName("loses-half-16-bit-length")
	if err != nil {
		t.Fatal(err)
	}
	behind := raw(t, func(_ int, conn net.Conn) { faulty.ServeConn(t.Context(), conn, f) })
	hangs := make(chan bool, 1)
	url := raw(t, func(_ int, conn net.Conn) {
		if strings.Contains(read(t, filepath.Join(dir, reports.JournalFile)), `"found":{`) {
			select {
			case hangs <- true:
			default:
			}
			drain(conn)
			return
		}
		m := &mortal{behind: behind, octets: []byte("no client says so")}
		m.relay(conn)
		m.running.Wait()
	})
	p := startOwn(t, nil, "server", url, "--no-probe", "--run", "1.1.2", "--run", "1.1.3", "--parallel", "1", "--timeout", "2s", "--out", dir)
	ended := make(chan bool)
	go func() {
		_ = p.cmd.Wait()
		close(ended)
	}()
	select {
	case <-hangs:
	case <-ended:
		t.Fatal("the run has ended, and no failed variant was in the journal")
	}
	p.signal(syscall.SIGKILL)
	<-ended
	wsspec(t, "report", dir).want(t, exitPass, "Incomplete: 2 cases", "2 cases: 1 pass, 1 fail.", "Passes as it is; fails ", "1.1.3+")
	r, err := reports.ReadJournal(filepath.Join(dir, reports.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Results) != 2 || r.Results[0].Verdict != verdict.Pass || r.Results[1].Verdict != verdict.Fail || len(r.Results[1].Transcript) == 0 {
		t.Errorf("the journal has %+v", r.Results)
	}
}
