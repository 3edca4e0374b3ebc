package opening

import (
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// A case about extensions looks at names and parameters (RFC 6455 9.1, 11.4).
func TestOffered(t *testing.T) {
	for value, want := range map[string]string{
		"":                   "",
		"permessage-deflate": "",
		"permessage-deflate; client_max_window_bits, permessage-deflate": "",
		"bbf-usp-protocol; eid=\"a\"":                                    "",
		"x-webkit-deflate-frame":                                         "RFC6455-9.1-5",
		"permessage-deflate; level=9":                                    "RFC6455-9.1-6",
		"permessage-deflate, permessage-foo":                             "RFC6455-9.1-5",
	} {
		r := wire.NewRequest("/", "h", "K", wire.Fields{{Name: "Sec-WebSocket-Extensions", Value: value}})
		got := ""
		for _, v := range CheckExtensionOffers(r) {
			got += v.Rule.ID
		}
		if got != want {
			t.Errorf("%q breaks %q, want %q", value, got, want)
		}
	}
}
