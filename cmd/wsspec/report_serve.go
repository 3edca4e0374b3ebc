package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/reports"
)

// How long a browser may take for a request's head, and how long pages in the
// making have when the command is told to end.
const (
	browseHead = 10 * time.Second
	browseStop = 5 * time.Second
)

func newReportServe() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "serve DIR",
		Short: "Browse a folder of reports, with each agent's history",
		Long: `Show every report below a folder in a browser: each agent's runs over time, what
changed from one to the next, and the page of each. The folder is looked through
again whenever the list is opened. Ctrl-C ends it.

It listens on the loopback interface only, for reports say much about a server.`,
		Example: `  wsspec report serve reports`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("serve takes one folder, as in: wsspec report serve reports")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := onLoopback(listen); err != nil {
				return err
			}
			folder, err := reports.OpenFolder(args[0])
			if err != nil {
				return &exitError{exitUsage, err}
			}
			defer folder.Close()
			return browse(cmd.Context(), listen, folder, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "listen on this `ADDR` of the loopback interface; port 0 takes a free one")
	return cmd
}

// onLoopback refuses an address that others could reach.
func onLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return usage("--listen %s: it has to look like 127.0.0.1:8080: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("--listen %s: reports are shown on the loopback interface only, as in --listen 127.0.0.1:8080", addr)
	}
	return nil
}

// browse serves the folder until the context ends.
func browse(ctx context.Context, addr string, folder *reports.Folder, stdout io.Writer) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return couldNot(fmt.Errorf("cannot listen on %s: %w (another port goes by --listen)", addr, err))
	}
	server := &http.Server{Handler: newBrowser(folder), ReadHeaderTimeout: browseHead}
	stopped := make(chan error, 1)
	stopping := context.AfterFunc(ctx, func() {
		end, cancel := context.WithTimeout(context.Background(), browseStop)
		defer cancel()
		stopped <- server.Shutdown(end)
	})
	fmt.Fprintf(stdout, "listening on http://%s/\n", l.Addr())
	err = server.Serve(l)
	if stopping() || !errors.Is(err, http.ErrServerClosed) {
		return couldNot(err)
	}
	if err := <-stopped; err != nil {
		return couldNot(fmt.Errorf("pages were still being drawn: %w", err))
	}
	return nil
}

// A browser shows a folder of reports over HTTP.
type browser struct {
	folder *reports.Folder
	// drawing lets one page be drawn at a time: a large report takes ten times
	// its file's room in memory.
	drawing sync.Mutex
}

func newBrowser(folder *reports.Folder) http.Handler {
	b := &browser{folder: folder}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", b.list)
	mux.HandleFunc("GET /report/{path...}", b.report)
	mux.HandleFunc("GET /diff", b.diff)
	return onlyHere(mux)
}

// onlyHere refuses a request that a page elsewhere got a browser to make, by a
// name of its own that leads to the loopback interface.
func onlyHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "reports are shown under the address that was printed", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (b *browser) list(w http.ResponseWriter, _ *http.Request) {
	b.drawing.Lock()
	defer b.drawing.Unlock()
	contents, err := b.folder.Contents()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	draw(w, contents.WriteHTML)
}

func (b *browser) report(w http.ResponseWriter, r *http.Request) {
	b.drawing.Lock()
	defer b.drawing.Unlock()
	report, err := b.folder.Report(r.PathValue("path"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	draw(w, func(w io.Writer) error { return reports.WriteHTML(w, report) })
}

func (b *browser) diff(w http.ResponseWriter, r *http.Request) {
	b.drawing.Lock()
	defer b.drawing.Unlock()
	older, err := b.folder.Report(r.FormValue("old"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	newer, err := b.folder.Report(r.FormValue("new"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	draw(w, reports.Diff(older, newer).WriteHTML)
}

// draw writes a page. Its policy is in its head; an error in the middle of it
// can only cut it off.
func draw(w http.ResponseWriter, write func(io.Writer) error) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if err := write(w); err != nil {
		panic(http.ErrAbortHandler)
	}
}
