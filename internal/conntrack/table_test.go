package conntrack

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// table is one with so many places, of which so many are taken.
func table(t *testing.T, count, most string) *Table {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"nf_conntrack_count": count, "nf_conntrack_max": most} {
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &Table{Folder: dir}
}

func TestShare(t *testing.T) {
	for _, tt := range []struct {
		title, count, most string
		share              float64
		crowded            bool
	}{
		{"no table", "", "", 0, false},
		{"garbage", "many", "65536", 0, false},
		{"no places", "3", "0", 0, false},
		{"a quarter", "25", "100", 0.25, false},
		{"more than a half", "51", "100", 0.51, true},
		{"full", "100", "100", 1, true},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if got := table(t, tt.count, tt.most); got.Share() != tt.share || got.Crowded() != tt.crowded {
				t.Errorf("share %v, crowded %t, want %v and %t", got.Share(), got.Crowded(), tt.share, tt.crowded)
			}
		})
	}
}

// A wait ends when places become free, when the context ends, or after 150 s.
func TestWait(t *testing.T) {
	for _, tt := range []struct {
		title, count string
		freed, ends  time.Duration // 0: never
		want         time.Duration // and a tick more at most
	}{
		{"there is room", "90", 0, 0, 0},
		{"places become free", "91", 7 * time.Second, 0, 7 * time.Second},
		{"the context ends", "91", 0, 5 * time.Second, 5 * time.Second},
		{"it stays full", "100", 0, 0, longest},
	} {
		t.Run(tt.title, func(t *testing.T) {
			full := table(t, tt.count, "100")
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.ends > 0 {
					time.AfterFunc(tt.ends, cancel)
				}
				if tt.freed > 0 {
					time.AfterFunc(tt.freed, func() {
						if err := os.WriteFile(filepath.Join(full.Folder, "nf_conntrack_count"), []byte("80\n"), 0o600); err != nil {
							t.Error(err)
						}
					})
				}
				began := time.Now()
				full.Wait(ctx)
				if took := time.Since(began); took < tt.want || took > tt.want+4*fresh {
					t.Errorf("it took %s, want %s", took, tt.want)
				}
			})
			if waited := full.Waited(); waited < tt.want {
				t.Errorf("it says that it waited for %s", waited)
			}
		})
	}
}
