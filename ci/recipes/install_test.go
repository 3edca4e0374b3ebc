package recipes

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const program = "#!/bin/sh\necho released\n"

// archive is a release's archive, as goreleaser makes it.
func archive(t *testing.T, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	if strings.HasSuffix(name, ".zip") {
		z := zip.NewWriter(&b)
		w, err := z.Create("wsspec.exe")
		if err == nil {
			_, err = w.Write([]byte(program))
		}
		if err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	for name, text := range map[string]string{"LICENSE": "text", "wsspec": program} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if w.Close() != nil || g.Close() != nil {
		t.Fatal("an archive in memory")
	}
	return b.Bytes()
}

// releases is a server with the release v1.2.3, as GitHub has them. sums changes the file
// with the checksums.
func releases(t *testing.T, sums func(string) string) string {
	t.Helper()
	files := map[string][]byte{}
	list := ""
	for _, name := range []string{"wsspec_1.2.3_linux_amd64.tar.gz", "wsspec_1.2.3_darwin_arm64.tar.gz", "wsspec_1.2.3_windows_amd64.zip"} {
		files[name] = archive(t, name)
		list += fmt.Sprintf("%x  %s\n", sha256.Sum256(files[name]), name)
	}
	files["wsspec_1.2.3_checksums.txt"] = []byte(sums(list))
	mux := http.NewServeMux()
	mux.Handle("/latest", http.RedirectHandler("/tag/v1.2.3", http.StatusFound))
	mux.HandleFunc("/tag/v1.2.3", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/download/v1.2.3/{name}", func(w http.ResponseWriter, r *http.Request) {
		if octets, ok := files[r.PathValue("name")]; ok {
			_, _ = w.Write(octets)
			return
		}
		http.NotFound(w, r)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// A release is downloaded for the system of the runner, and installed if its SHA-256 is
// right. Where there is none, the Go of the job builds the version that was asked for, or
// the action's own checkout, without the settings of the job.
func TestInstall(t *testing.T) {
	same := func(text string) string { return text }
	const built = "go install -trimpath github.com/wsspec/wsspec/cmd/wsspec@"
	for _, tt := range []struct {
		name, version, ref, system string
		sums                       func(string) string
		code                       int
		says                       string
		downloaded                 string // the program's file
	}{
		{"a release", "v1.2.3", "", "Linux x86_64", same, 0, "wsspec: v1.2.3 for linux_amd64 is downloaded, and its SHA-256 is right\n", "wsspec"},
		{"the latest", "latest", "", "Darwin arm64", same, 0, "wsspec: v1.2.3 for darwin_arm64 is downloaded", "wsspec"},
		{"on Windows", "v1.2.3", "", "MINGW64_NT-10.0 x86_64", same, 0, "wsspec: v1.2.3 for windows_amd64 is downloaded", "wsspec.exe"},
		{"the action's release", "", "v1.2.3", "Linux x86_64", same, 0, "wsspec: v1.2.3 for linux_amd64 is downloaded", "wsspec"},
		{"another binary", "v1.2.3", "", "Linux x86_64", func(s string) string { return strings.ReplaceAll(s, s[:64], strings.Repeat("0", 64)) }, 3, "and the release lists 0000", ""},
		{"a binary that is not listed", "v1.2.3", "", "Linux x86_64", func(string) string { return "" }, 3, "::error title=wsspec::it cannot be installed: wsspec: wsspec_1.2.3_linux_amd64.tar.gz has the SHA-256 ", ""},
		{"no such release", "v9.9.9", "", "Linux x86_64", same, 0, "/download/v9.9.9/wsspec_9.9.9_linux_amd64.tar.gz\n" + built + "v9.9.9 ", ""},
		{"no such system", "v1.2.3", "", "OpenBSD x86_64", same, 0, "wsspec: there is no release for OpenBSD on x86_64\n" + built + "v1.2.3 ", ""},
		{"no such machine", "v1.2.3", "", "Linux riscv64", same, 0, built + "v1.2.3 ", ""},
		{"a branch", "main", "", "Linux x86_64", same, 0, "wsspec: main is no release\n" + built + "main ", ""},
		{"the action's branch", "", "main", "Linux x86_64", same, 0, "go build -trimpath -o ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newJob(t)
			temp := filepath.Join(j.dir, "temp")
			_ = os.RemoveAll(filepath.Join(temp, "wsspec-bin"))
			system, machine, _ := strings.Cut(tt.system, " ")
			j.put("bin/uname", "#!/bin/sh\ncase $1 in -s) echo '"+system+"' ;; *) echo '"+machine+"' ;; esac\n")
			j.put("bin/go", "#!/bin/sh\ncase $1 in env) echo go0 ;; *) echo \"go $* , GOBIN=$GOBIN GOFLAGS=$GOFLAGS GOWORK=$GOWORK\"; [ -f cmd/wsspec/main.go ] && echo its checkout; : ;; esac\n")
			j.put("bin/unzip", "#!/bin/sh\n[ \"$1 $2 $4 $5\" = '-q -o wsspec.exe -d' ] && cp \"$3\" \"$6/wsspec.exe\"\n")
			j.env["GOFLAGS"], j.env["WSSPEC_RELEASES"] = "-mod=vendor", releases(t, tt.sums)
			said, code := j.action("github/action", "", map[string]string{"inputs.version": tt.version, "github.action_ref": tt.ref})
			if code != tt.code || !strings.Contains(said, tt.says) {
				t.Errorf("it ends with %d, want %d, and says\n%s\nand not %q", code, tt.code, said, tt.says)
			}
			if strings.Contains(said, "go install") && !strings.Contains(said, " , GOBIN="+temp+"/wsspec-bin GOFLAGS= GOWORK=off\n") {
				t.Errorf("Go gets the settings of the job: %s", said)
			}
			if strings.Contains(said, "go build") != strings.Contains(said, "its checkout") {
				t.Errorf("Go builds another folder: %s", said)
			}
			files, _ := os.ReadDir(filepath.Join(temp, "wsspec-bin"))
			if tt.downloaded == "" && len(files) > 0 || tt.downloaded != "" && (len(files) != 1 || files[0].Name() != tt.downloaded) {
				t.Errorf("the folder has %v, want only %q", files, tt.downloaded)
			}
			if left, _ := filepath.Glob(filepath.Join(temp, "tmp.*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// Without a release and without Go, a sentence says what is missing.
func TestInstallWithoutGo(t *testing.T) {
	j := newJob(t)
	for _, name := range []string{"sh", "bash", "dirname", "mkdir", "mktemp", "rm"} {
		for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				j.put("few/"+name, "#!"+filepath.Join(dir, "sh")+"\nexec "+filepath.Join(dir, name)+" \"$@\"\n")
				break
			}
		}
	}
	j.env["PATH"] = filepath.Join(j.dir, "few")
	said, code := j.action("github/action", "", map[string]string{"inputs.version": "v1.2.3"})
	const says = "wsspec: there is no curl to download a release\nwsspec: there is no Go to build it from source: install Go, or name a release that has a binary\n" +
		"::error title=wsspec::it cannot be installed: wsspec: there is no Go"
	if code != 3 || !strings.Contains(said, says) {
		t.Errorf("it ends with %d and says\n%s", code, said)
	}
}
