package trial

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"github.com/wsspec/wsspec/internal/chromium"
)

// Pictures writes screenshots of a tab, light and dark, to a folder. It does nothing if
// the folder is "".
func Pictures(t testing.TB, tab context.Context, folder, name string) {
	t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		feature := &emulation.MediaFeature{Name: "prefers-color-scheme", Value: scheme}
		chromium.Command(t, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{feature}})
		chromium.Picture(t, tab, folder, name+"-"+scheme+".png")
	}
}
