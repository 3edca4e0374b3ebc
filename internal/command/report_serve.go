package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
	"github.com/wsspec/wsspec/reports/page"
)

// How long a browser may take to send the header of a request, and how long pages
// that are being drawn may take when the command ends.
const (
	browseHead = 10 * time.Second
	browseStop = 5 * time.Second
)

func newReportServe() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "serve DIR",
		Short: "Browse a folder of reports, with each agent's history",
		Long: `Show every report below a folder in a browser: each agent's runs over time, the
changes from one to the next, and the page of each. The folder is read again
whenever the list is opened. Ctrl-C ends the command.

It listens on the loopback interface only, because reports have details of servers.`,
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
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "listen on this `ADDR` of the loopback interface; port 0 means any free port")
	return cmd
}

// onLoopback rejects an address that other machines could reach.
func onLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return usage("--listen %s: use an address like 127.0.0.1:8080: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("--listen %s: only addresses of the loopback interface are allowed, such as 127.0.0.1:8080", addr)
	}
	return nil
}

// browse serves the folder until the context ends.
func browse(ctx context.Context, addr string, folder *reports.Folder, stdout io.Writer) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return couldNot(fmt.Errorf("cannot listen on %s: %w (choose another port with --listen)", addr, err))
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
		return couldNot(fmt.Errorf("the command ended before all pages were drawn: %w", err))
	}
	return nil
}

// A browser shows a folder of reports over HTTP.
type browser struct {
	folder *reports.Folder
	// drawing allows one page at a time: a large report needs ten times the memory of
	// its file's size.
	drawing sync.Mutex
}

func newBrowser(folder *reports.Folder) http.Handler {
	b := &browser{folder: folder}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", b.list)
	mux.HandleFunc("GET /report/{path...}", b.report)
	mux.HandleFunc("GET /file/{form}/{path...}", b.file)
	mux.HandleFunc("GET /diff", b.diff)
	return onlyHere(mux)
}

// onlyHere rejects requests for another host name, which a foreign page could make
// point to the loopback interface (DNS rebinding).
func onlyHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "use the address that the command printed", http.StatusForbidden)
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
	draw(w, func(w io.Writer) error { return page.WriteFolder(w, contents) })
}

func (b *browser) report(w http.ResponseWriter, r *http.Request) {
	b.drawing.Lock()
	defer b.drawing.Unlock()
	report, err := b.folder.Report(r.PathValue("path"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	contents, err := b.folder.Contents()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	links := page.InFolder(contents, r.PathValue("path"), forms.All())
	draw(w, func(w io.Writer) error { return page.WriteLinked(w, report, links) })
}

// file writes a report in one of its forms, to be saved.
func (b *browser) file(w http.ResponseWriter, r *http.Request) {
	b.drawing.Lock()
	defer b.drawing.Unlock()
	form, known := forms.ByName(r.PathValue("form"))
	if !known || form.Write == nil {
		http.Error(w, "there is no such form", http.StatusNotFound)
		return
	}
	report, err := b.folder.Report(r.PathValue("path"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": form.File}))
	write(w, "application/octet-stream", func(w io.Writer) error { return form.Write(w, report) })
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
	draw(w, func(w io.Writer) error { return page.WriteDiff(w, reports.Diff(older, newer)) })
}

// draw writes a page, which itself has its Content-Security-Policy.
func draw(w http.ResponseWriter, page func(io.Writer) error) {
	write(w, "text/html; charset=utf-8", page)
}

// write writes a response. After an error in the middle, the connection is aborted.
func write(w http.ResponseWriter, kind string, content func(io.Writer) error) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if err := content(w); err != nil {
		panic(http.ErrAbortHandler)
	}
}
