package autobahn

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"time"
)

//go:embed .env
var pins string

// Image is the image of the Autobahn|Testsuite that is run unless another one is
// named: a tag for people, and the digest that decides.
var Image = pinned(pins, "AUTOBAHN_IMAGE")

// pinned finds a name's value in a file of NAME=value lines.
func pinned(file, name string) string {
	for line := range strings.Lines(file) {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return strings.TrimSpace(value)
		}
	}
	panic("autobahn: .env has no " + name) // it is built in: a test would have seen it
}

// pullDeadline is how long fetching an image may take: it has some hundred MB.
const pullDeadline = 30 * time.Minute

// platform is the only one that the Autobahn|Testsuite is published for.
const platform = "linux/amd64"

// An ImageError says that an image is neither here nor can be fetched.
type ImageError struct {
	Image string
	// Said is Docker's own reason.
	Said string
}

// Error says what to do.
func (e *ImageError) Error() string {
	return fmt.Sprintf("cannot get the image %s: %s. Without a way to its registry, load the image from a file (docker load), or name one that is here in AUTOBAHN_IMAGE", e.Image, strings.TrimRight(e.Said, ".?! "))
}

// ensure has the image here, fetches it if need be, and returns the platform to
// ask for, empty if Docker's own is right. Lines about a download go to progress.
func (d *Docker) ensure(ctx context.Context, image string, e *Engine, progress func(string)) (string, error) {
	wanted := ""
	if e.Arch != "x86_64" && e.Arch != "amd64" {
		wanted = platform
	}
	arch, err := d.output(ctx, "image", "inspect", "--format", "{{.Architecture}}", image)
	if err == nil {
		if arch != "amd64" {
			wanted = "" // somebody's own build for this machine
		}
		return wanted, nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	args := []string{"pull"}
	if wanted != "" {
		args = append(args, "--platform", wanted)
	}
	fetching, stop := context.WithTimeout(ctx, pullDeadline)
	defer stop()
	progress("fetching the image " + image)
	r, w := io.Pipe()
	cmd := d.command(fetching, append(args, image)...)
	said := &tail{}
	cmd.Stdout, cmd.Stderr = w, io.MultiWriter(w, said)
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			progress(lines.Text())
		}
		_, _ = io.Copy(io.Discard, r) // a line too long to show is no reason to stop
	}()
	err = cmd.Run()
	w.Close()
	<-shown
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case fetching.Err() != nil:
		return "", &ImageError{image, fmt.Sprintf("it was not here after %s", pullDeadline)}
	case err != nil:
		return "", &ImageError{image, said.last(err.Error())}
	}
	return wanted, nil
}
