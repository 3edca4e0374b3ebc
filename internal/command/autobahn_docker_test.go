//go:build unix

package command

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wsspec/wsspec/internal/freeport"
	"github.com/wsspec/wsspec/reports"
)

// The whole way with real containers. The images are made here; the one with
// wsspec's own binary stands in for the Autobahn|Testsuite.
func TestAutobahnInDocker(t *testing.T) {
	d := docked(t)
	for _, tt := range []struct {
		name string
		test func(*dock, *testing.T)
	}{
		{"a server that passes", (*dock).serverPasses},
		{"files of somebody else in the folder", (*dock).keepsForeignFiles},
		{"a server that fails", (*dock).serverFails},
		{"a client, started for each case", (*dock).clientForEachCase},
		{"a client that drives itself, on a bridge", (*dock).clientDrives},
		{"whoever comes, until Ctrl-C", (*dock).clientUntilInterrupted},
		{"containers that go wrong", (*dock).goesWrong},
		{"a container that is killed", (*dock).killed},
		{"a container that says nothing", (*dock).interrupted},
		{"Ctrl-C at a terminal", (*dock).controlC},
		{"wsspec is killed", (*dock).sweeps},
		{"the daemon goes away", (*dock).daemonGoes},
		{"the image by itself", (*dock).imageAlone},
		{"the compose file", (*dock).compose},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leavesNothing(t, os.Getpid)
			tt.test(d, t)
		})
	}
}

func (d *dock) serverPasses(t *testing.T) {
	out := t.TempDir()
	t.Setenv("AUTOBAHN_IMAGE", d.wsspec)
	o := wsspec(t, "autobahn", "server", "mine="+reference(t), "--run", "[1-4].*", "--compare", "--out", out)
	o.want(t, exitPass, "mine: 44 cases: 44 passed", "44 of 44 cases agree", filepath.Join(out, "comparison.html"))
	report, err := reports.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Results) != 44 || report.Targets[0].Agent != "mine" || report.Tool.Version != d.wsspec || len(report.Clauses) == 0 {
		t.Errorf("report.json has %d results of %+v by %+v", len(report.Results), report.Targets, report.Tool)
	}
	want := []string{"autobahn", "comparison.html", "index.html", "junit.xml", "report.json", "wsspec"}
	if got := names(t, out); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the folder has %q, want %q", got, want)
	}
	// A second run takes the place of the first.
	wsspec(t, "autobahn", "server", "mine="+reference(t), "--run", "1.1.1", "--out", out).want(t, exitPass, "mine: 1 cases: 1 passed")
	if _, err := os.Stat(filepath.Join(out, "autobahn", "mine_case_4_1_1.json")); !os.IsNotExist(err) {
		t.Errorf("what the first run wrote is still there: %v", err)
	}
	info, err := os.Stat(filepath.Join(out, "autobahn", "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t); int(owner.Uid) != os.Getuid() || int(owner.Gid) != os.Getgid() {
		t.Errorf("index.json belongs to %d:%d, not to %d:%d", owner.Uid, owner.Gid, os.Getuid(), os.Getgid())
	}
}

// A checkout may keep its spec files in a folder called autobahn. They stay, and a
// file that is in the way is noticed before the run.
func (d *dock) keepsForeignFiles(t *testing.T) {
	out := t.TempDir()
	own := filepath.Join(out, "autobahn", "fuzzingclient.json")
	if err := os.MkdirAll(filepath.Dir(own), 0o755); err != nil {
		t.Fatal(err)
	}
	put := func(path string) {
		t.Helper()
		if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(own)
	run := []string{"autobahn", "server", "mine=" + reference(t), "--image", d.wsspec, "--run", "1.1.1", "--out", out}
	for range 2 {
		wsspec(t, run...).want(t, exitPass, "mine: 1 cases: 1 passed")
		if octets, err := os.ReadFile(own); err != nil || string(octets) != "mine" {
			t.Errorf("%s has %q, %v", own, octets, err)
		}
	}
	put(filepath.Join(out, "autobahn", "index.json"))
	o := wsspec(t, run...)
	o.want(t, exitHarness, filepath.Join(out, "autobahn", "index.json")+" is not a file that wsspec wrote")
	if o.stdout != "" {
		t.Errorf("it was noticed after %s", o.stdout)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func (d *dock) serverFails(t *testing.T) {
	out := t.TempDir()
	o := wsspec(t, "autobahn", "server", "mine="+leaves(t), "--image", d.wsspec, "--run", "1.1.2", "--run", "3.1", "--out", out)
	o.want(t, exitNonconformant, "FAIL 1.1.2 a text message of 125 octets", "1 failed")
	junit, err := os.ReadFile(filepath.Join(out, "junit.xml"))
	if err != nil || !bytes.Contains(junit, []byte("<failure")) {
		t.Errorf("junit.xml has no failure: %v\n%s", err, junit)
	}
	// The same folder once more, this time through compare: both agree on it.
	wsspec(t, "autobahn", "compare", out, filepath.Join(out, "autobahn")).want(t, exitPass, "2 of 2 cases agree")
}

func (d *dock) clientForEachCase(t *testing.T) {
	o := wsspec(t, "autobahn", "client", "--image", d.wsspec, "--listen", freeport.Addr(t), "--agent", "mine", "--run", "1.1.*", "--compare",
		"--", d.program, "echo", "--connect", "{url}")
	o.want(t, exitPass, "mine: 8 cases: 8 passed", "8 of 8 cases agree")
}

func (d *dock) clientDrives(t *testing.T) {
	o := wsspec(t, "autobahn", "client", "--image", d.wsspec, "--listen", freeport.Addr(t), "--network", "bridge", "--run", "1.1.*", "--driver",
		"--", d.program, "echo", "--drive", "{url}", "--agent", "mine")
	o.want(t, exitPass, "mine: 8 cases: 8 passed")
}

func (d *dock) clientUntilInterrupted(t *testing.T) {
	address := freeport.Addr(t)
	out := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	watch := &watched{awaits: "listening on ws://" + address, seen: func() {
		if err := connectEcho(ctx, "ws://"+address+"/runCase?case=1&agent=client"); err != nil {
			t.Error(err)
		}
		cancel()
	}}
	code := run(ctx, []string{"autobahn", "client", "--image", d.wsspec, "--listen", address, "--run", "1.1.*", "--out", out}, strings.NewReader(""), watch, watch)
	if code != exitPass || !strings.Contains(watch.String(), "client: 1 cases: 1 passed") {
		t.Errorf("exit code %d: %s", code, watch)
	}
	if _, err := reports.ReadFile(filepath.Join(out, "report.json")); err != nil {
		t.Error(err)
	}
}

// A container that ends without what it should have done is no success, and not
// the peer's failure either.
func (d *dock) goesWrong(t *testing.T) {
	url := reference(t)
	for _, tt := range []struct {
		image string
		says  []string
	}{
		{d.prefix + ":nothing", []string{"so Autobahn wrote no report"}},
		{d.prefix + ":empty", []string{"has no case: nothing was tested"}},
		{d.prefix + ":less", []string{"mine: 1 cases: 1 passed", "has 1 of 2 cases for mine; missing: 1.1.2"}},
		{d.prefix + ":wrong", []string{"ended with exit code 1; its last words: it went wrong"}},
		{d.prefix + ":other", []string{"the image has no wstest"}},
		{"wsspec.invalid/none:1", []string{"cannot get the image wsspec.invalid/none:1: ", "docker load", "AUTOBAHN_IMAGE"}},
	} {
		t.Run(tt.image[strings.LastIndex(tt.image, ":")+1:], func(t *testing.T) {
			out := t.TempDir()
			o := wsspec(t, "autobahn", "server", "mine="+url, "--image", tt.image, "--run", "1.1.1", "--run", "1.1.2", "--out", out)
			o.want(t, exitHarness, tt.says...)
			for _, name := range names(t, out) {
				if strings.HasPrefix(name, ".autobahn-") {
					t.Errorf("%s was left", name)
				}
			}
		})
	}
}

func (d *dock) killed(t *testing.T) {
	watch := &watched{awaits: "listening on ", seen: func() {
		for _, name := range containers(t, os.Getpid(), "{{.Names}}") {
			if said, err := docker(t, "kill", name); err != nil {
				t.Errorf("%v: %s", err, said)
			}
		}
	}}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	code := run(ctx, []string{"autobahn", "client", "--image", d.wsspec, "--listen", freeport.Addr(t), "--run", "1.1.*"}, strings.NewReader(""), watch, watch)
	if code != exitHarness || !strings.Contains(watch.String(), "was killed (exit code 137") {
		t.Errorf("exit code %d: %s", code, watch)
	}
}

func (d *dock) interrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	watch := &watched{awaits: "waiting", seen: cancel}
	began := time.Now()
	code := run(ctx, []string{"autobahn", "server", reference(t), "--image", d.prefix + ":wait"}, strings.NewReader(""), watch, watch)
	if code != exitHarness || !strings.Contains(watch.String(), "interrupted: ") || time.Since(began) > 25*time.Second {
		t.Errorf("exit code %d after %s: %s", code, time.Since(began), watch)
	}
}

// A terminal sends SIGINT to every process of the group, docker commands among them.
func (d *dock) controlC(t *testing.T) {
	cmd := exec.Command(d.program, "autobahn", "server", reference(t), "--image", d.prefix+":wait")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	watch := &watched{awaits: "waiting", seen: func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }}
	code := ended(t, cmd, watch)
	if code != exitHarness || !strings.Contains(watch.String(), "interrupted: ") {
		t.Errorf("exit code %d: %s", code, watch)
	}
	if left := containers(t, cmd.Process.Pid, "{{.Names}}"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What a run could not remove because it was killed, the next one does.
func (d *dock) sweeps(t *testing.T) {
	cmd := exec.Command(d.program, "autobahn", "server", reference(t), "--image", d.prefix+":wait")
	watch := &watched{awaits: "waiting", seen: func() { _ = cmd.Process.Kill() }}
	ended(t, cmd, watch)
	if left := containers(t, cmd.Process.Pid, "{{.Names}}"); len(left) != 1 {
		t.Errorf("of a run that was killed %v are there: then there is nothing to sweep", left)
	}
	wsspec(t, "autobahn", "server", reference(t), "--image", d.wsspec, "--run", "1.1.1").want(t, exitPass)
	if left := containers(t, cmd.Process.Pid, "{{.Names}}"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// ended waits for a process to end, with a deadline.
func ended(t *testing.T, cmd *exec.Cmd, watch *watched) int {
	t.Helper()
	cmd.Stdout, cmd.Stderr = watch, watch
	watch.started.Add(1)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	watch.started.Done()
	late := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	_ = cmd.Wait()
	return cmd.ProcessState.ExitCode()
}

// The way to the daemon is cut in the middle, and is there again a moment later.
func (d *dock) daemonGoes(t *testing.T) {
	p := newCut(t)
	t.Setenv("DOCKER_HOST", p.url)
	watch := &watched{awaits: "waiting", seen: func() { p.cut(500 * time.Millisecond) }}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	code := run(ctx, []string{"autobahn", "server", reference(t), "--image", d.prefix + ":wait"}, strings.NewReader(""), watch, watch)
	if code != exitHarness || !strings.Contains(watch.String(), "Docker") {
		t.Errorf("exit code %d: %s", code, watch)
	}
}

// Where there is no Docker, a sentence says what to do.
func TestAutobahnWithoutDocker(t *testing.T) {
	t.Run("no daemon", func(t *testing.T) {
		if _, err := exec.LookPath("docker"); err != nil {
			t.Skip("SKIP: there is no docker command here")
		}
		t.Setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
		wsspec(t, "autobahn", "server", reference(t)).want(t, exitHarness, "Docker does not answer: ", "Start its daemon, or point DOCKER_HOST at one that runs")
	})
	t.Run("no command", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		wsspec(t, "autobahn", "server", reference(t)).want(t, exitHarness, "There is no docker command here. Install Docker, or run wsspec's own cases")
	})
	t.Run("no server", func(t *testing.T) {
		wsspec(t, "autobahn", "server", "ws://127.0.0.1:1/").want(t, exitHarness, "cannot connect to 127.0.0.1:1")
	})
}

// The image answers as the older harness's does, is small, and not root.
func (d *dock) imageAlone(t *testing.T) {
	url := reference(t)
	dir := t.TempDir()
	spec := `{"outdir": "./reports/servers", "servers": [{"agent": "mine", "url": "` + url + `"}], "cases": ["1.1.*"], "exclude-cases": [], "exclude-agent-cases": {}}`
	if err := os.WriteFile(filepath.Join(dir, "fuzzingclient.json"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	said, err := docker(t, "run", "--rm", "--network", "host", "--volume", dir+":/config:ro", "--tmpfs", "/reports:mode=1777",
		d.wsspec, "wstest", "-m", "fuzzingclient", "-s", "/config/fuzzingclient.json")
	if err != nil || !strings.Contains(said, "8 passed") {
		t.Errorf("wstest -m fuzzingclient: %v: %s", err, said)
	}
	if said, err := docker(t, "run", "--rm", d.wsspec); err == nil || !strings.Contains(said, "there is no spec file /config/fuzzingserver.json") {
		t.Errorf("without a command it is a fuzzing server: %v: %s", err, said)
	}
	// wsspec's own commands, with and without its name.
	for _, command := range [][]string{{"server"}, {"wsspec", "server"}} {
		args := append(append([]string{"run", "--rm", "--network", "host", d.wsspec}, command...), url, "--run", "1.1.1")
		if said, err := docker(t, args...); err != nil || !strings.Contains(said, "1 passed") {
			t.Errorf("%v: %v: %s", command, err, said)
		}
	}
	// A folder that the image's user may not write into is noticed before the tests.
	closed := t.TempDir()
	if err := os.Chmod(closed, 0o555); err != nil {
		t.Fatal(err)
	}
	said, err = docker(t, "run", "--rm", "--network", "host", "--volume", dir+":/config:ro", "--volume", closed+":/reports",
		d.wsspec, "wstest", "-m", "fuzzingclient", "-s", "/config/fuzzingclient.json", "-w", url)
	if err == nil || !strings.Contains(said, "the user 1000 may not write into /reports") || strings.Contains(said, "passed") {
		t.Errorf("a folder that cannot be written: %s", said)
	}
	d.trusts(t)
	about, err := docker(t, "image", "inspect", "--format", "{{.Config.User}} {{lt .Size 20000000}}", d.wsspec)
	if err != nil || about != "1000:1000 true" {
		t.Errorf("its user, and whether it has less than 20 MB: %q, %v", about, err)
	}
}

// trusts looks for certificates of authorities where Go looks for them.
func (d *dock) trusts(t *testing.T) {
	t.Helper()
	bundle := filepath.Join(t.TempDir(), "bundle.pem")
	name := d.prefix + "-bundle"
	if said, err := docker(t, "create", "--name", name, d.wsspec); err != nil {
		t.Fatalf("docker create: %v: %s", err, said)
	}
	said, err := docker(t, "cp", name+":/etc/ssl/certs/ca-certificates.crt", bundle)
	if _, rm := docker(t, "rm", name); err != nil || rm != nil {
		t.Fatalf("docker cp: %v: %s, docker rm: %v", err, said, rm)
	}
	pem, err := os.ReadFile(bundle)
	if err != nil || !x509.NewCertPool().AppendCertsFromPEM(pem) {
		t.Errorf("the image has no certificates of authorities: %v", err)
	}
}

// A compose file for the older harness works when only the image is another.
func (d *dock) compose(t *testing.T) {
	tool := []string{"docker", "compose"}
	if _, err := docker(t, "compose", "version"); err != nil {
		path, err := exec.LookPath("docker-compose")
		if err != nil {
			t.Skip("SKIP: neither docker compose nor docker-compose is here")
		}
		tool = []string{path}
	}
	config, out := t.TempDir(), t.TempDir()
	spec := `{"outdir": "/reports", "servers": [{"agent": "mine", "url": "` + reference(t) + `"}], "cases": ["1.1.*"]}`
	if err := os.WriteFile(filepath.Join(config, "fuzzingclient.json"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	project := strings.ReplaceAll(d.prefix, "-", "")
	compose := func(args ...string) (string, error) {
		args = append(append(tool[1:len(tool):len(tool)], "--project-name", project, "--file", "../../autobahn/compose.yaml"), args...)
		cmd := exec.CommandContext(ctx, tool[0], args...)
		cmd.Env = append(os.Environ(), "AUTOBAHN_IMAGE="+d.wsspec, "AUTOBAHN_CONFIG="+config, "AUTOBAHN_REPORTS="+out,
			fmt.Sprintf("AUTOBAHN_USER=%d:%d", os.Getuid(), os.Getgid()))
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	defer func() { _, _ = compose("down", "--volumes") }()
	if said, err := compose("run", "--rm", "fuzzingclient"); err != nil || !strings.Contains(said, "8 passed") {
		t.Errorf("%v: %s", err, said)
	}
	wsspec(t, "autobahn", "compare", out, out).want(t, exitPass, "mine server: 8 of 8 cases agree")
}

// watched is an output that does something when a text appears in it, once.
type watched struct {
	awaits  string
	seen    func()
	started sync.WaitGroup // of the process that writes

	mu   sync.Mutex
	text bytes.Buffer
	done bool
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.text.Write(p)
	now := !w.done && w.seen != nil && strings.Contains(w.text.String(), w.awaits)
	w.done = w.done || now
	w.mu.Unlock()
	if now {
		w.started.Wait()
		w.seen()
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// cut is a way to the Docker daemon that can be cut.
type cut struct {
	url    string
	daemon string

	mu    sync.Mutex
	down  bool
	conns []net.Conn
}

func newCut(t *testing.T) *cut {
	t.Helper()
	host := os.Getenv("DOCKER_HOST")
	if host == "" {
		host = "unix:///var/run/docker.sock"
	}
	path, ok := strings.CutPrefix(host, "unix://")
	if !ok {
		t.Skipf("SKIP: the daemon is at %s, not at a socket of this machine", host)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cut{url: "tcp://" + l.Addr().String(), daemon: path}
	t.Cleanup(func() { l.Close(); c.drop() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.carry(conn)
		}
	}()
	return c
}

// carry joins a connection to the daemon's socket.
func (c *cut) carry(conn net.Conn) {
	defer conn.Close()
	to, err := net.Dial("unix", c.daemon)
	if err != nil {
		return
	}
	defer to.Close()
	c.mu.Lock()
	down := c.down
	c.conns = append(c.conns, conn, to)
	c.mu.Unlock()
	if down {
		return
	}
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(conn, to)
		conn.Close()
	}()
	_, _ = io.Copy(to, conn)
	if half, ok := to.(*net.UnixConn); ok {
		_ = half.CloseWrite()
	}
	<-back
}

func (c *cut) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.Close()
	}
	c.conns = nil
}

// cut ends every connection, and those that come within some time.
func (c *cut) cut(long time.Duration) {
	c.mu.Lock()
	c.down = true
	c.mu.Unlock()
	c.drop()
	time.AfterFunc(long, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.down = false
	})
}
