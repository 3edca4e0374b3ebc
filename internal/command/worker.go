package command

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance"
)

// What a worker answers to a URL, when the conversation is over: one of these words, and
// further words behind it if it likes. docs/workers.md has them for people.
const (
	workerOK      = "ok"
	workerFailed  = "failed"  // it did not connect, or its opening handshake failed
	workerCrashed = "crashed" // its WebSocket code crashed, and it caught that
)

// workers are processes that play one case after the other: each reads URLs from its
// standard input, one a line, and answers each with a line. One that ends, or that has to
// be killed, ends alone, and another takes its place.
type workers struct {
	command []string
	mu      sync.Mutex
	idle    []*worker
	closed  bool
}

// A worker is one of the processes.
type worker struct {
	process *process
	stdin   io.WriteCloser
	// lines are what it answers. The channel is closed when it has ended.
	lines chan string
	kill  context.CancelFunc
}

// start is the [conformance.Starter] of workers. The URL of a case about TLS goes to a
// process of its own, which trusts the authority of that case.
func (w *workers) start(ctx context.Context, url, caFile string) conformance.ClientEnd {
	one, err := w.take(caFile)
	if err != nil {
		return conformance.ClientEnd{Remarks: []string{"the client's process: " + err.Error()}}
	}
	one.process.said.forget()
	_, err = io.WriteString(one.stdin, url+"\n")
	for err == nil {
		select {
		case line, ok := <-one.lines:
			if !ok {
				return one.ended(ctx)
			}
			end, over := one.answered(line)
			if !over {
				continue // it prints other things too
			}
			if caFile != "" {
				one.end()
			} else {
				w.giveBack(one)
			}
			return end
		case <-ctx.Done():
			return one.ended(ctx)
		}
	}
	return one.ended(ctx)
}

// take returns a worker that has nothing to do, or starts one.
func (w *workers) take(caFile string) (*worker, error) {
	w.mu.Lock()
	for caFile == "" && len(w.idle) > 0 {
		one := w.idle[len(w.idle)-1]
		w.idle = w.idle[:len(w.idle)-1]
		if !one.process.hasEnded() {
			w.mu.Unlock()
			return one, nil
		}
	}
	w.mu.Unlock()
	return startWorker(w.command, caFile)
}

func (w *workers) giveBack(one *worker) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		one.end()
		return
	}
	w.idle = append(w.idle, one)
}

// end closes the standard input of all workers, and kills those that do not end then.
func (w *workers) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	var ending sync.WaitGroup
	for _, one := range w.idle {
		ending.Go(one.end)
	}
	ending.Wait()
}

func startWorker(command []string, caFile string) (*worker, error) {
	ctx, kill := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	if caFile != "" {
		cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+caFile)
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		kill()
		return nil, err
	}
	r, out, err := os.Pipe()
	if err != nil {
		kill()
		return nil, err
	}
	cmd.Stdout = out
	p, err := startProcess(cmd)
	out.Close()
	if err != nil {
		kill()
		r.Close()
		return nil, err
	}
	one := &worker{process: p, stdin: stdin, lines: make(chan string, 1), kill: kill}
	go one.read(r)
	return one, nil
}

// read passes on the lines that the process prints, until it has ended. What it left
// behind may hold the pipe for longer.
func (one *worker) read(r *os.File) {
	defer close(one.lines)
	defer r.Close()
	go func() {
		<-one.process.over
		time.AfterFunc(time.Second, func() { r.Close() })
	}()
	answers := bufio.NewReaderSize(r, longestAnswer)
	for {
		line, cut, err := answers.ReadLine()
		if err != nil {
			return
		}
		if cut {
			continue // longer than any answer
		}
		select {
		case one.lines <- string(line):
		default: // nobody waits for it, or it prints more than answers
			select {
			case one.lines <- string(line):
			case <-one.process.over:
				return
			}
		}
	}
}

// longestAnswer is the longest line that is an answer, in octets.
const longestAnswer = 4 << 10

// answered understands an answer. It returns false if the line is none.
func (one *worker) answered(line string) (end conformance.ClientEnd, ok bool) {
	word, words, _ := strings.Cut(strings.TrimSpace(printable(line)), " ")
	words = strings.TrimSpace(words)
	remark := "the client says: " + strings.TrimSpace(word+" "+words)
	switch word {
	case workerOK, workerFailed:
		end.LastWords = words
	case workerCrashed:
		end.Crash = "The client says that it crashed."
		if words != "" {
			end.Crash = "The client says that it crashed: " + strings.TrimSuffix(words, ".") + "."
		}
	default:
		return end, false
	}
	end.Remarks = []string{remark}
	if text := one.process.said.text(); text != "" {
		end.Remarks = append(end.Remarks, "the client's standard error: "+text)
	}
	return end, true
}

// ended says how the process ended in the middle of a conversation, which it is made to if
// the context is over.
func (one *worker) ended(ctx context.Context) conformance.ClientEnd {
	if ctx.Err() != nil {
		one.kill()
	}
	one.stdin.Close()
	end := endOf(ctx, one.process)
	one.kill()
	return end
}

// end lets the process end by itself, and kills it if it does not.
func (one *worker) end() {
	one.stdin.Close()
	one.process.endWithin(politeness)
	one.kill()
}
