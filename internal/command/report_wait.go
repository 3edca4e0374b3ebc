package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wsspec/wsspec/reports"
)

// lookAgain is the time between two looks for reports that are missing.
const lookAgain = time.Second

// An incompleteError says that reports cannot be merged because shards or cases are missing:
// what comes later can change that.
type incompleteError struct{ error }

func (e *incompleteError) Unwrap() error { return e.error }

// mergeWithin is [mergeFiles]. As long as something is missing, it looks again, until the
// wait is over.
func mergeWithin(ctx context.Context, args []string, o reports.MergeOptions, wait time.Duration) (*reports.Report, error) {
	over := time.After(wait)
	for {
		merged, err := mergeFiles(args, o)
		if missing := (*incompleteError)(nil); wait == 0 || !errors.As(err, &missing) && !errors.Is(err, fs.ErrNotExist) {
			return merged, err
		}
		select {
		case <-ctx.Done():
			return nil, couldNot(fmt.Errorf("interrupted while waiting: %w", err))
		case <-over:
			return nil, usage("after %s: %w", wait, err)
		case <-time.After(lookAgain):
		}
	}
}

// matching are the files that arguments name: each by its name, or by a pattern of
// [filepath.Match]. A shell would have done it, but there is none in a container without one.
func matching(args []string) (paths []string, err error) {
	for _, arg := range args {
		if _, err := os.Stat(arg); err == nil || !strings.ContainsAny(arg, "*?[") {
			paths = append(paths, arg)
			continue
		}
		found, err := filepath.Glob(arg)
		if err != nil {
			return nil, usage("%s: %w", arg, err)
		}
		if len(found) == 0 {
			return nil, usage("%w", &incompleteError{fmt.Errorf("no file matches %s", arg)})
		}
		paths = append(paths, found...)
	}
	return paths, nil
}
