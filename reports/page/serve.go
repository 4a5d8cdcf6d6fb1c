package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Live is a page that follows searches while they run.
type Live struct {
	Report Report        // what does not change; its runs come after the live ones
	Dirs   []string      // trace folders to follow; they need not exist yet
	Every  time.Duration // between two looks at the folders; 0: one second
}

// Limits of the server. A reader that does not take what it is sent within
// writeTimeout is let go.
const (
	writeTimeout = 10 * time.Second
	heartbeat    = 15 * time.Second
	maxReaders   = 32
)

// Serve shows the page at addr, which must be a loopback address ("127.0.0.1:0"
// picks a free port), until the context ends; ready, if not nil, is called with
// the page's address. Requests that name another host are refused, so that no
// web page can read it through a name of its own. Nothing of it runs on after
// it returns.
func Serve(ctx context.Context, addr string, l Live, ready func(url string)) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("serving the report at %q: %w: give an address such as 127.0.0.1:8080", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("serving the report at %q: only a loopback address is allowed, such as 127.0.0.1:8080", addr)
	}
	s := &server{live: l, changed: make(chan struct{}), slots: make(chan struct{}, maxReaders)}
	for _, d := range l.Dirs {
		s.followers = append(s.followers, &follower{dir: d})
	}
	s.look()
	if _, err := s.page(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("serving the report: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.servePage)
	mux.HandleFunc("GET /data", s.serveData)
	mux.HandleFunc("GET /events", s.serveEvents)
	web := &http.Server{Handler: local(mux), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	var wait sync.WaitGroup
	wait.Go(func() { s.watch(ctx) })
	wait.Go(func() {
		<-ctx.Done()
		grace, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer done()
		if web.Shutdown(grace) != nil {
			web.Close()
		}
	})
	if ready != nil {
		ready("http://" + listener.Addr().String() + "/")
	}
	err = web.Serve(listener)
	cancel()
	wait.Wait()
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the report: %w", err)
	}
	return nil
}

// local refuses requests that were not addressed to this machine by a loopback
// name.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this page is for loopback addresses only", http.StatusForbidden)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout))
		next.ServeHTTP(w, r)
	})
}

type server struct {
	live  Live
	slots chan struct{} // one per reader of events

	mu        sync.Mutex
	followers []*follower
	version   int
	changed   chan struct{} // closed when version grows
	data      []byte        // of dataOf
	dataOf    int
}

// watch looks at the folders until the context ends.
func (s *server) watch(ctx context.Context) {
	every := s.live.Every
	if every <= 0 {
		every = time.Second
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.look()
		}
	}
}

func (s *server) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	news := s.version == 0
	for _, f := range s.followers {
		if f.poll() {
			news = true
		}
	}
	if news {
		s.version++
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// report is the report with the live runs in front, and what they wait for. The
// caller holds the lock.
func (s *server) report() (Report, []string) {
	r := s.live.Report
	var runs []Run
	var status []string
	for _, f := range s.followers {
		status = append(status, f.status)
		if f.trace != nil && len(f.trace.Points) > 0 {
			runs = append(runs, Run{Name: f.trace.Manifest.Name, Observed: f.trace})
		}
	}
	r.Runs = append(runs, r.Runs...)
	return r, status
}

func (s *server) page() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, _ := s.report()
	return render(r, true)
}

func (s *server) servePage(w http.ResponseWriter, _ *http.Request) {
	text, err := s.page()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(text)
}

type liveData struct {
	pageData
	Status []string `json:"status"`
}

func (s *server) serveData(w http.ResponseWriter, _ *http.Request) {
	text, err := s.encoded()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(text)
}

// encoded is the data of the latest version; it is made once for all readers.
func (s *server) encoded() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.data == nil || s.dataOf != s.version {
		r, status := s.report()
		d, err := encodeRuns(r.Runs)
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(liveData{d, status})
		if err != nil {
			return nil, err
		}
		s.data, s.dataOf = text, s.version
	}
	return s.data, nil
}

// serveEvents tells a reader of every new version, as server-sent events whose
// data is the version. A reader that falls behind is told the latest only.
func (s *server) serveEvents(w http.ResponseWriter, r *http.Request) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		http.Error(w, "too many readers", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	send := func(format string, args ...any) bool {
		control.SetWriteDeadline(time.Now().Add(writeTimeout))
		_, err := fmt.Fprintf(w, format, args...)
		return err == nil && control.Flush() == nil
	}
	alive := time.NewTicker(heartbeat)
	defer alive.Stop()
	told := 0
	for {
		s.mu.Lock()
		version, changed := s.version, s.changed
		s.mu.Unlock()
		if version != told {
			if !send("data: %d\n\n", version) {
				return
			}
			told = version
		}
		select {
		case <-changed:
		case <-alive.C:
			if !send(": alive\n\n") {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}
