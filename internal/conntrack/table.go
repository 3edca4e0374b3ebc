package conntrack

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Table is the kernel's table. It is safe for use by several goroutines.
type Table struct {
	// Folder has the files nf_conntrack_count and nf_conntrack_max.
	Folder string

	mu     sync.Mutex
	read   time.Time
	share  float64
	waited time.Duration
}

// System is the table of this machine.
var System = &Table{Folder: "/proc/sys/net/netfilter"}

// The table is crowded if it is half full. No connection is begun if it is nearly full.
const (
	crowded = 0.5
	full    = 0.9
)

// fresh is how long a share that was read is used.
const fresh = 20 * time.Millisecond

// Share is how full the table is, from 0 to 1; 0 if there is none, or it cannot be read.
func (t *Table) Share() float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.read) < fresh {
		return t.share
	}
	t.read, t.share = time.Now(), 0
	if count, most := t.number("nf_conntrack_count"), t.number("nf_conntrack_max"); most > 0 {
		t.share = count / most
	}
	return t.share
}

func (t *Table) number(name string) float64 {
	text, err := os.ReadFile(t.Folder + "/" + name)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	if err != nil {
		return 0
	}
	return n
}

// Crowded reports whether places in the table should be given back as soon as they can.
func (t *Table) Crowded() bool { return t.Share() > crowded }

// longest is how long [Table.Wait] waits at most: Linux tracks an ended connection for 120 s.
const longest = 150 * time.Second

// Wait waits while the table is nearly full, until the context ends, and at most for 150 s.
func (t *Table) Wait(ctx context.Context) {
	if t.Share() <= full {
		return
	}
	began := time.Now()
	defer func() { t.noteWait(time.Since(began)) }()
	tick := time.NewTicker(2 * fresh)
	defer tick.Stop()
	for t.Share() > full && time.Since(began) < longest {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// noteWait keeps the longest wait.
func (t *Table) noteWait(took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waited = max(t.waited, took)
}

// Waited is the longest time that a Wait took.
func (t *Table) Waited() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waited
}
