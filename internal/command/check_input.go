package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"

	"github.com/wsspec/wsspec/conformance/capture"
	"github.com/wsspec/wsspec/conformance/check"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/review"
)

// peeked is how many octets of a file tell what it is.
const peeked = 4 << 10

// firstKey is the beginning of a JSON object, up to its first key.
var firstKey = regexp.MustCompile(`^\s*\{\s*"([^"\\]{0,100})"`)

// checkInput judges a file by what it is.
func checkInput(ctx context.Context, name string, stdin io.Reader, o check.Options) (*check.File, error) {
	if info, err := os.Stat(name); name != "-" && err == nil && info.IsDir() {
		report, err := readReportFile(name)
		if err != nil {
			return nil, err
		}
		return review.Report(name, report, o)
	}
	file, err := opened(name, stdin)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	plain, err := capture.Plain(&interruptedReader{ctx, file})
	if err != nil {
		return nil, err
	}
	begins, err := plain.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) && len(begins) == 0 {
		return nil, err
	}
	if mark := []byte("\xef\xbb\xbf"); bytes.HasPrefix(begins, mark) { // of UTF-8, before JSON
		_, _ = plain.Discard(len(mark))
		begins = begins[len(mark):]
	}
	key := firstKey.FindSubmatch(begins)
	switch {
	case len(begins) == 0:
		return nil, errors.New("it is empty")
	case capture.Is(begins):
		return check.Packets(nameOf(name), plain, o)
	case key == nil && bytes.HasPrefix(bytes.TrimSpace(begins), []byte("{")):
		return nil, errors.New("it is cut off within the beginning of its JSON")
	case key == nil:
		return nil, errors.New("it is none of pcap, pcapng, HAR, report.json and journal.jsonl")
	case bytes.Contains(begins, []byte(`"`+schemaFamily)):
		report, err := reports.ReadEither(plain)
		if err != nil {
			return nil, err
		}
		return review.Report(nameOf(name), report, o)
	case string(key[1]) == "log" || bytes.Contains(begins, []byte(`"log"`)):
		return check.HAR(nameOf(name), plain, o)
	}
	return nil, fmt.Errorf("it is JSON that begins with %q: neither a HAR nor a report of wsspec", key[1])
}

// schemaFamily is how the schema of every report and journal begins.
const schemaFamily = "wsspec-"
