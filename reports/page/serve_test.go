package page

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"edgewise/sim/trace"

	"go.uber.org/goleak"
)

// serve starts the server and returns its address and a function that stops it
// and fails the test unless it ends well.
func serve(t *testing.T, l Live) (url string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	address, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- Serve(ctx, "127.0.0.1:0", l, func(u string) { address <- u }) }()
	select {
	case url = <-address:
	case err := <-ended:
		t.Fatal(err)
	}
	return url, func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the server is still running 20 s after its context ended")
		}
		http.DefaultClient.CloseIdleConnections()
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v: %s", url, r.Status, err, text)
	}
	return string(text)
}

func status(t *testing.T, url string) (runs, moments int, status string) {
	t.Helper()
	var d struct {
		Runs   []struct{ Steps []int }
		Status []string
	}
	if err := json.Unmarshal([]byte(get(t, url+"data")), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Runs) > 0 {
		moments = len(d.Runs[0].Steps)
	}
	return len(d.Runs), moments, strings.Join(d.Status, "|")
}

// eventually waits until the condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 400 {
		if holds() {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("after 10 s still not: %s", what)
}

// A search is followed from before its folder exists to its end, past a slow
// reader, one that breaks off, and damage to its files; nothing runs on.
func TestServeFollowsASearch(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	dir := filepath.Join(t.TempDir(), "run")
	url, stop := serve(t, Live{Report: Report{Title: "live"}, Dirs: []string{dir}, Every: 10 * time.Millisecond})
	defer stop()
	if page := get(t, url); !strings.Contains(page, `data-live="1"`) || !strings.Contains(page, "connect-src 'self'") {
		t.Error("the page does not follow")
	}
	if runs, _, said := status(t, url); runs != 0 || said != "waiting for a search in "+dir {
		t.Errorf("%d runs, %q", runs, said)
	}
	// one reader never reads, one breaks off at once
	address := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	slow, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	for range 50 {
		fmt.Fprintf(slow, "GET /data HTTP/1.1\r\nHost: %s\r\n\r\n", address)
	}
	gone, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(gone, "GET /events HTTP/1.1\r\nHost: %s\r\n\r\n", address)
	gone.Close()

	events, err := http.Get(url + "events")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	lines := bufio.NewScanner(events.Body)
	if !lines.Scan() || lines.Text() != "data: 1" {
		t.Errorf("the first event is %q", lines.Text())
	}
	all := sample(t, 2, 100, 1, false)
	w, err := trace.Create(dir, all.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all.Points {
		if err := w.Append(&all.Points[i]); err != nil {
			t.Fatal(err)
		}
		if i == 40 {
			if _, err := w.Sync(); err != nil {
				t.Fatal(err)
			}
			eventually(t, "41 points are shown", func() bool { _, n, said := status(t, url); return n == 41 && said == "sample 1: step 40" })
			for lines.Scan() && !strings.HasPrefix(lines.Text(), "data: ") {
			}
			if lines.Text() == "data: 1" || lines.Text() == "" {
				t.Errorf("no event for the points: %q", lines.Text())
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end is shown", func() bool { _, n, said := status(t, url); return n == 100 && said == "sample 1: step 99, complete" })

	// half a line is waited for, a damaged one is named
	path := filepath.Join(dir, trace.PointsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line := text[strings.LastIndexByte(string(text[:len(text)-1]), '\n')+1:]
	damage := func(add string) {
		if err := os.WriteFile(path, append(text[:len(text):len(text)], add...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	damage(string(line[:30]))
	time.Sleep(50 * time.Millisecond)
	if _, n, said := status(t, url); n != 100 || !strings.HasSuffix(said, "complete") {
		t.Errorf("half a line gives %d points, %q", n, said)
	}
	damage(strings.Replace(string(line), "99", "98", 1))
	eventually(t, "the damage is named", func() bool {
		_, n, said := status(t, url)
		return n == 100 && strings.Contains(said, "point 101: checksum")
	})

	// a search that is started anew replaces the old one
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the folder is missed", func() bool { _, _, said := status(t, url); return strings.HasPrefix(said, "waiting") })
	fresh := sample(t, 3, 7, 2, false)
	if err := trace.Write(dir, fresh); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the new search is shown", func() bool { _, n, said := status(t, url); return n == 7 && said == "sample 2: step 6, complete" })
}

func TestServeStaysOnThisMachine(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "example.org:80", "8080"} {
		if err := Serve(t.Context(), addr, Live{}, nil); err == nil || !strings.Contains(err.Error(), "127.0.0.1:8080") {
			t.Errorf("%s: %v", addr, err)
		}
	}
	url, stop := serve(t, Live{Report: Report{Title: "live"}})
	defer stop()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{"evil.example": 403, "evil.example:80": 403, "localhost:1": 200, "127.0.0.1": 200, "[::1]:9": 200} {
		r.Host = host
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != want {
			t.Errorf("a request to %s gets %d, want %d", host, got.StatusCode, want)
		}
	}
	if got, err := http.Post(url+"data", "text/plain", nil); err != nil || got.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %v, %v", got, err)
	} else {
		got.Body.Close()
	}
}

// More readers than there is room for are turned away, and those that are there
// go on.
func TestServeBoundsItsReaders(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	url, stop := serve(t, Live{Report: Report{Title: "live"}})
	defer stop()
	for i := range maxReaders + 1 {
		r, err := http.Get(url + "events")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		if want := map[bool]int{true: 200, false: 503}[i < maxReaders]; r.StatusCode != want {
			t.Fatalf("reader %d gets %d, want %d", i, r.StatusCode, want)
		}
	}
}

// live watches a search grow in Chromium.
func live(t *testing.T, b *browser) {
	dir := filepath.Join(t.TempDir(), "run")
	url, stop := serve(t, Live{Report: Report{Title: "live"}, Dirs: []string{dir}, Every: 20 * time.Millisecond})
	defer func() { b.call("Page.navigate", map[string]any{"url": "about:blank"}, nil); stop() }()
	b.size(1280, 800, false)
	b.open(url)
	said := func(text string) bool { return b.eval(`document.querySelector("#live").textContent`) == text }
	eventually(t, "the page waits", func() bool { return said("waiting for a search in " + dir) })
	b.want(`document.querySelector("#cell").hidden`, "true")
	all := sample(t, 2, 60, 1, false)
	w, err := trace.Create(dir, all.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all.Points {
		if err := w.Append(&all.Points[i]); err != nil {
			t.Fatal(err)
		}
		if i == 30 || i == 45 {
			if _, err := w.Sync(); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the page follows", func() bool { return said(fmt.Sprintf("sample 1: step %d", i)) })
			if i == 30 {
				b.want(`document.querySelector("#step").value`, "step 30") // stays at the end
				b.eval(`state.go(10)`)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the page sees the end", func() bool { return said("sample 1: step 59, complete") })
	b.want(`document.querySelector("#step").value`, "step 10") // stays where the reader put it
	b.want(`state.run.steps.length`, "60")
	b.quiet()
}
