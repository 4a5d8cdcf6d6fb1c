package attack

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func concurrency() []Attack {
	return []Attack{
		{Name: "live-server", Family: "concurrency", About: "the live page under slow, broken and rude clients: still answers, on loopback only, ends when told", Run: liveServer},
		{Name: "leaks", Family: "concurrency", Long: true, About: "no goroutine is left behind, no reader unbounded", Run: func(ctx context.Context, e *Env) (Outcome, error) {
			return e.tests(ctx, []suite{
				{"./reports/page", "Serve"}, {"./sim/supernet", "ForgottenNetsEnd|SameBytesForAnyNumberOfWorkers"},
				{"./sim/mixop", "ForgottenTeamsEnd|TeamVisits"}, {"./sim/kernel", "Goroutines"}, {"./sim/search", "SameSeedSameBytes"},
			})
		}},
		{Name: "races", Family: "concurrency", Long: true, About: "the whole suite under the race detector", Run: races},
	}
}

// raceLimit is what one package may take under the race detector. One that takes
// longer is lost: what was not run has not survived.
const raceLimit = 20 * time.Minute

func races(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	if _, err := exec.LookPath("gcc"); err != nil {
		o.NotRun = "the race detector needs cgo, and there is no gcc here"
		return o, nil
	}
	list := e.tool(ctx, "list", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}", "./...")
	text, err := list.Output()
	if err != nil {
		return o, fmt.Errorf("listing packages: %w", err)
	}
	for _, pkg := range strings.Fields(string(text)) {
		var out []byte
		start := time.Now()
		late, err := within(ctx, raceLimit, func(ctx context.Context) error {
			cmd := e.tool(ctx, "test", "-race", "-count=1", "-vet=off", "-timeout", (2 * raceLimit).String(), pkg)
			cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
			var err error
			out, err = cmd.CombinedOutput()
			return err
		})
		e.progress("%s: %.0f s", pkg, time.Since(start).Seconds())
		switch {
		case ctx.Err() != nil:
			return o, ctx.Err()
		case strings.Contains(string(out), "DATA RACE"):
			err = fmt.Errorf("%s: a data race: %s", pkg, tail(out))
		case late:
			err = fmt.Errorf("%s takes more than %s under the race detector", pkg, raceLimit)
		case err != nil:
			err = fmt.Errorf("%s: %s", pkg, tail(out))
		}
		o.try(err)
	}
	return o, nil
}

var serverURL = regexp.MustCompile(`http://([^ /]+)`)

// liveServer starts the page on a search's folder and is rude to it.
func liveServer(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	spec, err := e.file("tiny.toml", tinySpec(60))
	if err != nil {
		return o, err
	}
	run := filepath.Join(e.Tmp, "run")
	if r := e.run(ctx, e.Tmp, 0, "search", "--spec", spec, "--out", run); r.code != 0 {
		return o, fmt.Errorf("making a trace: %s", r.errs)
	}
	cmd := exec.CommandContext(ctx, e.Bin, "report", run, "--serve", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return o, err
	}
	if err := cmd.Start(); err != nil {
		return o, err
	}
	defer cmd.Process.Kill()
	line, err := bufio.NewReader(out).ReadString('\n')
	m := serverURL.FindStringSubmatch(line)
	if m == nil {
		return o, fmt.Errorf("the server printed no address: %q, %v", line, err)
	}
	address := m[1]
	good := func(what string) error {
		client := http.Client{Timeout: 20 * time.Second}
		defer client.CloseIdleConnections()
		r, err := client.Get("http://" + address + "/")
		if err != nil {
			return fmt.Errorf("after %s: %w", what, err)
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != http.StatusOK || len(text) < 1000 {
			return fmt.Errorf("after %s: %s, %d bytes, %v", what, r.Status, len(text), err)
		}
		return nil
	}
	o.try(good("nothing"))
	var open []net.Conn
	send := func(text string, keep bool) {
		c, err := net.DialTimeout("tcp", address, 5*time.Second)
		if err != nil {
			return
		}
		c.SetWriteDeadline(time.Now().Add(2 * time.Second))
		io.WriteString(c, text)
		if keep {
			open = append(open, c)
		} else {
			c.Close()
		}
	}
	for _, rude := range []struct {
		what, text string
		keep       bool
		times      int
	}{
		{"clients that say nothing", "", true, 60},
		{"clients that stop in the middle of their request", "GET / HTTP/1.1\r\nHost: x\r\nX-", true, 60},
		{"clients that hang up", "GET / HT", false, 100},
		{"clients that never read the answer", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", true, 40},
		{"clients that speak nonsense", "\x00\xff\x16\x03\x01\r\n\r\n", false, 50},
		{"endless headers", "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("a", 4<<20), false, 5},
		{"a path out of the folder", "GET /../../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", false, 5},
		{"a negative body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", false, 5},
		{"a body that never comes", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n", true, 20},
	} {
		for range rude.times {
			send(rude.text, rude.keep)
		}
		o.try(good(rude.what))
	}
	o.try(loopbackOnly(address))
	for _, c := range open {
		c.Close()
	}
	start := time.Now()
	cmd.Process.Signal(os.Interrupt)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			err = fmt.Errorf("told to end, the server failed: %w", err)
		}
		o.try(err)
	case <-time.After(20 * time.Second):
		o.try(fmt.Errorf("told to end, the server still runs after %s", time.Since(start)))
	}
	return o, ctx.Err()
}

// loopbackOnly dials the server's port on every other address of this machine.
func loopbackOnly(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("it listens at %s, which is no loopback address", address)
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		if !ok || n.IP.IsLoopback() {
			continue
		}
		c, err := net.DialTimeout("tcp", net.JoinHostPort(n.IP.String(), port), time.Second)
		if err == nil {
			c.Close()
			return fmt.Errorf("it answers at %s, which is not loopback", n.IP)
		}
	}
	return nil
}
