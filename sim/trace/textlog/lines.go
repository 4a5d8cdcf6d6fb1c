package textlog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Lines reads a log line by line. Next advances; Text and Line then describe the
// line, without its ending and, on the first line, without a byte order mark.
// UTF-16 files are refused with a message that says what to do.
type Lines struct {
	r       *bufio.Reader
	file    string
	line    int
	read    int // lines read from r
	text    string
	queue   []queued // lines that were read ahead and put back, the next one last
	err     error
	Partial bool // the last line had no ending: the file may be cut
	CRLF    bool // some line ended in carriage return and newline
	Problem func(*Error)
}

// NewLines reads from r; file is the name in positions. Problems with single
// lines go to report, which may be nil.
func NewLines(r io.Reader, file string, report func(*Error)) *Lines {
	if report == nil {
		report = func(*Error) {}
	}
	return &Lines{r: bufio.NewReaderSize(r, 1<<16), file: file, Problem: report}
}

// Next advances to the next line and says whether there is one.
func (l *Lines) Next() bool {
	if n := len(l.queue); n > 0 {
		l.text, l.line = l.queue[n-1].text, l.queue[n-1].line
		l.queue = l.queue[:n-1]
		return true
	}
	if l.err != nil {
		return false
	}
	var text []byte
	cut, length := false, 0
	for {
		part, err := l.r.ReadSlice('\n')
		if length += len(part); length > MaxSkip {
			l.read++
			l.line = l.read
			l.err = l.Errorf("the line is longer than %d bytes: this is no log of text", MaxSkip)
			return false
		}
		if room := MaxLine - len(text); len(part) > room {
			part, cut = part[:max(room, 0)], true
		}
		text = append(text, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			l.err = err
			if len(text) == 0 {
				return false
			}
			l.Partial = true
		}
		break
	}
	l.read++
	l.line = l.read
	if l.line == 1 {
		if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
			l.err = l.Errorf("it is UTF-16: convert it to UTF-8 first")
			return false
		}
		text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	}
	if cut {
		l.Problem(l.Errorf("the line is longer than %d bytes: the rest of it was not read", MaxLine))
	}
	text = bytes.TrimSuffix(text, []byte("\n"))
	if n := len(text); n > 0 && text[n-1] == '\r' {
		l.CRLF = true
		text = text[:n-1]
	}
	// A progress bar overwrites its line: only what was last written counts.
	if i := bytes.LastIndexByte(text, '\r'); i >= 0 {
		text = text[i+1:]
	}
	l.text = string(text)
	if !utf8.ValidString(l.text) {
		l.text = strings.ToValidUTF8(l.text, "\uFFFD")
	}
	return true
}

type queued struct {
	text string
	line int
}

// back makes the next calls of Next return these lines.
func (l *Lines) back(lines []queued) {
	for i := len(lines) - 1; i >= 0; i-- {
		l.queue = append(l.queue, lines[i])
	}
}

// Text is the current line.
func (l *Lines) Text() string { return l.text }

// Line is its number, from 1.
func (l *Lines) Line() int { return l.line }

// At is its position.
func (l *Lines) At() Position { return Position{l.file, l.line} }

// Errorf is an error at the current line.
func (l *Lines) Errorf(format string, args ...any) *Error {
	return &Error{l.At(), fmt.Sprintf(format, args...)}
}

// Err is what ended reading, nil at the end of the file.
func (l *Lines) Err() error {
	if l.err == nil || errors.Is(l.err, io.EOF) {
		return nil
	}
	var at *Error
	if errors.As(l.err, &at) {
		return at
	}
	return fmt.Errorf("%s:%d: %w", l.file, l.read+1, l.err)
}
