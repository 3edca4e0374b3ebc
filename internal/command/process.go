package command

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// A process is a program that wsspec has started, together with all that it starts in
// turn.
type process struct {
	cmd *exec.Cmd
	// said are its last words.
	said lastWords
	// over is closed when it has ended, what it left behind was killed, and what it
	// wrote was read. err is then how it ended, as [exec.Cmd.Wait] says it.
	over chan struct{}
	err  error
	// inOrder: when it has ended, the rest of its group has time to end by itself.
	inOrder atomic.Bool
}

// startProcess starts a command in a process group of its own. Where its standard
// error goes is no affair of Wait's, which would wait for all that hold it.
func startProcess(cmd *exec.Cmd) (*process, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = w
	inGroup(cmd)
	mark := mark(cmd)
	err = cmd.Start()
	w.Close()
	if err != nil {
		r.Close()
		return nil, err
	}
	p := &process{cmd: cmd, over: make(chan struct{})}
	var copied sync.WaitGroup
	copied.Go(func() { _, _ = io.Copy(&p.said, r) })
	go func() {
		p.err = cmd.Wait()
		if p.inOrder.Load() {
			awaitGroup(cmd, politeness)
		}
		endGroup(cmd)
		endOrphans(mark)
		// A program that left the group can hold the pipe for as long as it likes.
		late := time.AfterFunc(time.Second, func() { r.Close() })
		copied.Wait()
		late.Stop()
		r.Close()
		close(p.over)
	}()
	return p, nil
}

// wait waits until the process has ended.
func (p *process) wait() error {
	<-p.over
	return p.err
}

// hasEnded reports whether the process has ended.
func (p *process) hasEnded() bool {
	select {
	case <-p.over:
		return true
	default:
		return false
	}
}

// politeness is how long a process may take to end by itself when it is asked to.
const politeness = 3 * time.Second

// endWithin waits until the process ends by itself, and asks it to end when that takes
// longer.
func (p *process) endWithin(d time.Duration) {
	late := time.NewTimer(d)
	defer late.Stop()
	select {
	case <-p.over:
	case <-late.C:
		p.end()
	}
}

// end asks the process to end, and kills it if it does not.
func (p *process) end() {
	askGroup(p.cmd)
	late := time.AfterFunc(politeness, func() { endGroup(p.cmd) })
	defer late.Stop()
	<-p.over
}

// endInOrder is end, and gives time to all programs of a shell's command: the shell itself ends
// at once.
func (p *process) endInOrder() {
	p.inOrder.Store(true)
	p.end()
}

// howEnded says how a process ended: "exit status 3", "signal: aborted".
func howEnded(err error) string {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "exit status 0"
	case errors.As(err, &exit):
		return exit.String()
	}
	return err.Error()
}
