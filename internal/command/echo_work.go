package command

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
)

// workEcho is the worker of "wsspec client --worker": it connects to each URL that stands
// on a line of its input, and answers with a line. It goes on behind a connection that
// fails, and ends with its input.
func workEcho(ctx context.Context, in io.Reader, out io.Writer, connect func(ctx context.Context, url string) error) error {
	urls := bufio.NewScanner(in)
	urls.Buffer(nil, mostURL)
	for urls.Scan() && ctx.Err() == nil {
		if _, err := fmt.Fprintln(out, workOnce(ctx, urls.Text(), connect)); err != nil {
			return couldNot(err)
		}
	}
	if err := urls.Err(); err != nil {
		return couldNot(err)
	}
	return nil
}

// mostURL is how long a URL may be, in octets.
const mostURL = 1 << 20

// workOnce plays one conversation, and returns the answer.
func workOnce(ctx context.Context, url string, connect func(ctx context.Context, url string) error) (answer string) {
	defer func() {
		if p := recover(); p != nil {
			answer = oneLine(workerCrashed, p)
		}
	}()
	if err := connect(ctx, url); err != nil {
		return oneLine(workerFailed, err)
	}
	return workerOK
}

// oneLine is an answer with words behind it, which stay on the line.
func oneLine(word string, words any) string {
	const most = 1 << 10
	text := strings.Join(strings.Fields(fmt.Sprint(words)), " ")
	return word + " " + strings.ToValidUTF8(text[:min(len(text), most)], "")
}
