package conformance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
)

// Clients bound the time for the opening handshake. So a driver that plays several large
// cases at once has the response at once, also if the service has no memory for the case
// yet. Small cases do not wait. A client that does not wait as long has failed nothing.
func TestLargeCasesWaitBehindTheOpening(t *testing.T) {
	s := startService(t, &conformance.Service{Cases: named(t, "9.1.6", "1.1.2")})
	const large, small = "/runCase?case=1&agent=", "/runCase?case=2&agent="
	first, message := s.opens(large + "first") // takes only the beginning, so that the case goes on
	if _, err := message.ReadByte(); err != nil {
		t.Fatalf("the first large case does not get its memory: %v", err)
	}
	second, _, err := ref.Dial(within(t, 20*time.Second), "ws://"+s.addr+large+"second", &ref.DialOptions{})
	if err != nil {
		t.Fatalf("while the first large case is played: %v", err)
	}
	gone, _ := s.opens(large + "gone")
	s.plays(small + "small")
	s.wantResult("small", "1.1.2", verdict.Pass)
	gone.Close()
	first.Close()
	_ = ref.Echo(within(t, 20*time.Second), second)
	s.wantResult("first", "9.1.6", verdict.Fail)
	s.wantResult("second", "9.1.6", verdict.Pass)
	if r := s.wantResult("gone", "9.1.6", verdict.Error); !strings.Contains(r.Explanation, "had to wait") {
		t.Errorf("a client that did not wait: %s", r.Explanation)
	}
}
