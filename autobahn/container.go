package autobahn

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// createDeadline is how long Docker may take to make a container of an image that
// is here, removeDeadline how long it is asked to remove one again.
const (
	createDeadline = time.Minute
	removeDeadline = 20 * time.Second
)

// A container is one that was made here and has to be removed here.
type container struct {
	docker *Docker
	name   string
}

// create makes a container, which does not run yet. It is not given up half way:
// Docker may make a container for somebody who has gone. So the caller removes it
// also after an error.
func (c *container) create(args []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), createDeadline)
	defer cancel()
	_, err := c.docker.output(ctx, append([]string{"create", "--rm", "--name", c.name}, args...)...)
	return err
}

// run starts the container and gives each line that it prints to line, until it
// ends or the context does. An error says what the container said last.
func (c *container) run(ctx context.Context, line func(string)) error {
	r, w := io.Pipe()
	cmd := c.docker.command(ctx, "start", "--attach", c.name)
	cmd.Stdout, cmd.Stderr = w, w
	said := &tail{}
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewReaderSize(r, 64<<10)
		for {
			text, err := lines.ReadSlice('\n')
			_, _ = said.Write(text)
			if s := strings.TrimRight(string(text), "\r\n"); s != "" || err == nil {
				line(strings.ToValidUTF8(s, "�"))
			}
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return
			}
		}
	}()
	err := cmd.Run()
	w.Close()
	<-read
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err == nil:
		return nil
	case errors.As(err, &exit) && c.answered():
		return &DiedError{exit.ExitCode(), said.last("it said nothing")}
	}
	return &Unavailable{"Docker lost the container: " + said.last(err.Error()), "Did its daemon end? docker info shows"}
}

// inspect asks Docker for the container.
func (c *container) inspect() error {
	_, err := c.docker.output(context.Background(), "container", "inspect", "--format", "{{.Id}}", c.name)
	return err
}

// gone reports whether Docker answers and has no such container, answered whether
// it answers at all.
func (c *container) gone() bool { return noSuchContainer(c.inspect()) }

func (c *container) answered() bool {
	err := c.inspect()
	return err == nil || noSuchContainer(err)
}

// A DiedError says that the container ended in another way than it should.
type DiedError struct {
	// Code is the exit code: 137 is that of a process that was killed.
	Code int
	// Said is the last line that it printed.
	Said string
}

// Error has the exit code and the last words.
func (e *DiedError) Error() string {
	switch {
	case e.Code == 137:
		return fmt.Sprintf("Autobahn's container was killed (exit code 137; by hand, or for want of memory); its last words: %s", e.Said)
	case strings.Contains(e.Said, `"wstest": executable file not found`):
		return fmt.Sprintf("the image has no wstest, so it is none of the Autobahn|Testsuite: %s", e.Said)
	}
	return fmt.Sprintf("Autobahn's container ended with exit code %d; its last words: %s", e.Code, e.Said)
}

// remove removes the container and its volumes, whatever it does, and returns when
// it is gone. A daemon that does not answer is asked again for a while.
func (c *container) remove() error {
	ctx, cancel := context.WithTimeout(context.Background(), removeDeadline)
	defer cancel()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	var err error
	for {
		// That it was removed is known when there is none any more: --rm removes
		// what has ended by itself, and takes its time.
		_, err = c.docker.output(ctx, "rm", "--force", "--volumes", c.name)
		if noSuchContainer(err) {
			return nil
		}
		if err == nil && c.gone() {
			return nil
		}
		select {
		case <-ctx.Done():
			return &LeftError{c.name, err}
		case <-again.C:
		}
	}
}

// A LeftError says that a container could not be removed.
type LeftError struct {
	Name string
	Err  error
}

// Error says how to remove it by hand.
func (e *LeftError) Error() string {
	return fmt.Sprintf("the container %s could not be removed (%v); the next run does it, or, once Docker answers: docker rm --force --volumes %[1]s", e.Name, e.Err)
}

// Unwrap returns what Docker said.
func (e *LeftError) Unwrap() error { return e.Err }

// noSuchContainer reports whether Docker answered that there is none.
func noSuchContainer(err error) bool {
	return err != nil && strings.Contains(strings.ToLower(err.Error()), "no such container")
}
