package command

import (
	"fmt"
	"strings"
	"testing"
)

// What a program writes when it dies is long, and one line of it says why.
func TestLastWordsSayWhy(t *testing.T) {
	var stack strings.Builder
	for i := range 200 {
		fmt.Fprintf(&stack, "\tfrom somewhere/deep.rb:%d:in `call'\n", i)
	}
	frames := strings.ReplaceAll(stack.String(), "\tfrom", "  File")
	for _, tt := range []struct {
		language, said, why string
	}{
		{"Go", "listening\npanic: boom\n\ngoroutine 1 [running]:\n" + stack.String(), "panic: boom"},
		{"Python", "Traceback (most recent call last):\n" + frames + "ValueError: boom\n", "ValueError: boom"},
		{"Python, an exception of a library", "Traceback (most recent call last):\n" + frames + "library.ConnectionGone: boom\n", "library.ConnectionGone: boom"},
		{"Python, behind another one", "KeyError: 'early'\nTraceback (most recent call last):\n" + frames + "library.ConnectionGone: boom\n", "library.ConnectionGone: boom"},
		{"Ruby", "/usr/lib/x.rb:128:in `send_frame': boom (Library::Failure)\n" + stack.String(), "/usr/lib/x.rb:128:in `send_frame': boom (Library::Failure)"},
		{"PHP", "PHP Fatal error: Uncaught boom in x.php:3\nStack trace:\n" + stack.String(), "PHP Fatal error: Uncaught boom in x.php:3"},
		{"Java", "Exception in thread \"main\" boom\n" + stack.String(), "Exception in thread \"main\" boom"},
		{"none of these", "one\ntwo\nboom\n", "boom"},
	} {
		t.Run(tt.language, func(t *testing.T) {
			w := &lastWords{}
			_, _ = w.Write([]byte(tt.said))
			for what, text := range map[string]string{"lines": strings.Join(w.lines(mostLastWords), "\n"), "quoted": w.quoted(), "brief": w.brief()} {
				if !strings.Contains(text, tt.why) {
					t.Errorf("%s are without %q: %s", what, tt.why, text)
				}
			}
		})
	}
}
