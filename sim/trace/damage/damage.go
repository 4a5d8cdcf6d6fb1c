// Package damage is what every importer must withstand. It spoils a sound file in
// every way that logs are spoiled in and asks of what the importer makes of it:
//
//	dress      CRLF, a byte order mark: the same points
//	cuts       at every line and at bytes between: every point that lies whole
//	           before the cut is read as it was; a cut line or file is named
//	numbers    nan, inf, 1e999 for one number: at most one point suffers, and a
//	           finding of the importer or of package check names its lines
//	ranks      lines of another rank between the lines: the same points
//	sizes      claims of 10^9, a million rows, deep brackets, a line of megabytes:
//	           memory in proportion to the file
//
// Errors name the file. Nothing panics.
package damage

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/trace"
)

// File is a sound file in a foreign format.
type File struct {
	Name  string // that errors must give
	Data  []byte
	Ranks bool              // its lines may carry ranks
	Size  map[string][]byte // files of this format that claim too much
	Read  func(data []byte) (*trace.Trace, []check.Finding, error)
}

// outcome is what an import gave.
type outcome struct {
	trace    *trace.Trace
	findings []check.Finding // of the importer and of the check
	err      error
}

func (f File) read(data []byte) outcome {
	t, found, err := f.Read(data)
	o := outcome{t, found, err}
	if err == nil {
		o.findings = append(o.findings, check.Trace(t).Findings...)
	}
	return o
}

// named wants an error to name the file.
func (f File) named(o outcome) error {
	if o.err != nil && !strings.Contains(o.err.Error(), f.Name) {
		return fmt.Errorf("the error does not name the file: %w", o.err)
	}
	return nil
}

// Text runs all of it on a file of lines.
func Text(t *testing.T, f File) {
	whole := f.read(f.Data)
	if whole.err != nil || len(whole.trace.Points) < 3 {
		t.Fatalf("the sound file gives no trace of three points: %v", whole.err)
	}
	f.dress(t, whole)
	f.cuts(t, whole)
	f.numbers(t, whole)
	if f.Ranks {
		f.ranks(t, whole)
	}
	f.sizes(t)
}

// point is the content of a point.
func point(p *trace.Point) string {
	q := *p
	q.Status = ""
	return string(trace.AppendPoint(nil, &q))
}

func (f File) dress(t *testing.T, whole outcome) {
	for name, data := range map[string][]byte{
		"CRLF":         bytes.ReplaceAll(f.Data, []byte("\n"), []byte("\r\n")),
		"BOM":          append([]byte("\xef\xbb\xbf"), f.Data...),
		"BOM and CRLF": append([]byte("\xef\xbb\xbf"), bytes.ReplaceAll(f.Data, []byte("\n"), []byte("\r\n"))...),
	} {
		o := f.read(data)
		if o.err != nil || len(o.trace.Points) != len(whole.trace.Points) || len(o.findings) != len(whole.findings) {
			t.Errorf("%s: %v, %+v", name, o.err, o.findings)
			continue
		}
		for i := range o.trace.Points {
			if point(&o.trace.Points[i]) != point(&whole.trace.Points[i]) {
				t.Errorf("%s: point %d is another", name, i)
			}
		}
	}
}

// sound wants the points that end before the damaged line to be read as they were.
func sound(whole *trace.Trace, o outcome, line int) error {
	for i := 0; i+1 < len(whole.Points) && whole.Points[i+1].Line > 0 && whole.Points[i+1].Line <= line; i++ {
		switch {
		case o.err != nil:
			return fmt.Errorf("point %d lies before line %d, and nothing is read: %w", i, line, o.err)
		case i >= len(o.trace.Points):
			return fmt.Errorf("point %d lies before line %d, and %d points are read", i, line, len(o.trace.Points))
		case point(&o.trace.Points[i]) != point(&whole.Points[i]):
			a, b := point(&o.trace.Points[i]), point(&whole.Points[i])
			at := 0
			for at < min(len(a), len(b)) && a[at] == b[at] {
				at++
			}
			return fmt.Errorf("point %d lies before line %d, and is read otherwise: ...%.80s, not ...%.80s", i, line, a[max(0, at-40):], b[max(0, at-40):])
		}
	}
	return nil
}

// atLine says whether a finding names a line of lo to hi.
func (o outcome) atLine(lo, hi int) bool {
	for _, f := range o.findings {
		if f.Line >= lo && f.Line <= hi {
			return true
		}
	}
	return false
}

func (f File) cuts(t *testing.T, whole outcome) {
	cut := func(at int) {
		line := bytes.Count(f.Data[:at], []byte("\n")) + 1 // that is cut, or the first that is missing
		o := f.read(f.Data[:at])
		err := f.named(o)
		if err == nil {
			err = sound(whole.trace, o, line)
		}
		if inside := at > 0 && f.Data[at-1] != '\n'; err == nil && inside && o.err == nil && !o.atLine(line, line) {
			err = fmt.Errorf("line %d is cut, and no finding names it: %+v", line, o.findings)
		}
		if err != nil {
			t.Errorf("cut at byte %d: %v", at, err)
		}
	}
	for at := 0; at < len(f.Data); {
		cut(at)
		n := bytes.IndexByte(f.Data[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	for at := 1; at < len(f.Data); at += max(1, len(f.Data)/f.places(211)) {
		cut(at)
	}
}

var number = regexp.MustCompile(`\b\d+\.\d+(?:e[+-]?\d+)?`)

// places is how many places of a file are tried: fewer of a long one.
func (f File) places(most int) int { return max(8, min(most, 2_000_000/max(1, len(f.Data)))) }

// spread picks about n places.
func spread(all [][]int, n int) [][]int {
	var out [][]int
	for i := 0; i < len(all); i += max(1, len(all)/n) {
		out = append(out, all[i])
	}
	return out
}

func (f File) numbers(t *testing.T, whole outcome) {
	sick := map[int]bool{}
	for i := range whole.trace.Points {
		sick[i] = infirm(&whole.trace.Points[i], whole.trace)
	}
	for _, at := range spread(number.FindAllIndex(f.Data, -1), f.places(70)) {
		for _, v := range []string{"nan", "inf", "-inf", "1e999"} {
			data := append(append(bytes.Clone(f.Data[:at[0]]), v...), f.Data[at[1]:]...)
			line := bytes.Count(f.Data[:at[0]], []byte("\n")) + 1
			o := f.read(data)
			err := f.named(o)
			if err == nil {
				err = sound(whole.trace, o, line)
			}
			if err == nil && o.err == nil {
				err = o.infirmity(whole.trace, sick)
			}
			if err != nil {
				t.Errorf("%s for %s at line %d: %v", v, f.Data[at[0]:at[1]], line, err)
			}
		}
	}
}

// infirmity wants at most one point to be lost or to hold numbers that are none,
// and a finding at its lines.
func (o outcome) infirmity(whole *trace.Trace, sick map[int]bool) error {
	points := o.trace.Points
	if len(points) < len(whole.Points)-1 {
		return fmt.Errorf("%d points are left of %d", len(points), len(whole.Points))
	}
	first, count := -1, 0
	for i := range points {
		if _, err := trace.DecodePoint(trace.AppendPoint(nil, &points[i])); err != nil {
			return fmt.Errorf("point %d is not stored: %w", i, err)
		}
		if infirm(&points[i], whole) && !sick[i] {
			if count++; first < 0 {
				first = i
			}
		}
	}
	if count == 0 {
		return nil
	}
	end := math.MaxInt
	if first+1 < len(points) {
		end = points[first+1].Line
	}
	if count > 1 {
		return fmt.Errorf("%d points are spoiled", count)
	}
	if !o.atLine(points[first].Line, end) {
		return fmt.Errorf("point %d at line %d holds a number that is none, and no finding names it: %+v", first, points[first].Line, o.findings)
	}
	return nil
}

// infirm says whether a point holds numbers that are none where the sound trace
// has numbers.
func infirm(p *trace.Point, whole *trace.Trace) bool {
	has := func(get func(*trace.Point) [][][]float64) bool {
		some := false
		for i := range whole.Points {
			some = some || get(&whole.Points[i]) != nil && !holds(get(&whole.Points[i]))
		}
		return some && holds(get(p))
	}
	for _, get := range []func(*trace.Point) [][][]float64{
		func(p *trace.Point) [][][]float64 { return p.Prob }, func(p *trace.Point) [][][]float64 { return p.Alpha },
		func(p *trace.Point) [][][]float64 { return p.Grad }, func(p *trace.Point) [][][]float64 { return p.CostToDate },
	} {
		if has(get) {
			return true
		}
	}
	for _, s := range []*trace.Split{p.Train, p.Search, p.Test} {
		if s != nil && (math.IsNaN(s.Loss) || math.IsInf(s.Loss, 0)) {
			return true
		}
	}
	return false
}

func holds(cube [][][]float64) bool {
	for _, k := range cube {
		for _, e := range k {
			for _, v := range e {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return true
				}
			}
		}
	}
	return false
}

var digit = regexp.MustCompile(`\d`)

// ranks puts, behind every line, what another rank would have printed: the same
// with other numbers.
func (f File) ranks(t *testing.T, whole outcome) {
	var b strings.Builder
	for line := range strings.Lines(string(f.Data)) {
		b.WriteString(line)
		b.WriteString("[rank1]: " + digit.ReplaceAllStringFunc(line, func(d string) string { return string('0' + ('9'-d[0]+1)%10) }))
	}
	o := f.read([]byte(b.String()))
	if o.err != nil || len(o.trace.Points) != len(whole.trace.Points) {
		t.Fatalf("with another rank's lines: %v, %+v", o.err, o.findings)
	}
	for i := range o.trace.Points {
		p, q := o.trace.Points[i], whole.trace.Points[i]
		p.Line, q.Line = 0, 0
		if point(&p) != point(&q) {
			t.Errorf("with another rank's lines point %d is another", i)
		}
	}
}

var (
	row     = regexp.MustCompile(`\[[^\[\]]*\d\.\d[^\[\]]*\]`)
	integer = regexp.MustCompile(`\b\d+\b`)
)

func (f File) sizes(t *testing.T) {
	middle := bytes.IndexByte(f.Data[len(f.Data)/2:], '\n') + len(f.Data)/2 + 1
	insert := func(text []byte) []byte {
		return append(append(bytes.Clone(f.Data[:middle]), text...), f.Data[middle:]...)
	}
	all := map[string][]byte{
		"a line of 3 MB":               insert(append(bytes.Repeat([]byte("x"), 3<<20), '\n')),
		"2 million brackets":           insert(append(bytes.Repeat([]byte("["), 2<<20), '\n')),
		"100,000 brackets of a tensor": bytes.Replace(f.Data, []byte("tensor(["), append([]byte("tensor("), bytes.Repeat([]byte("["), 100_000)...), 1),
		"a million empty lines":        insert(bytes.Repeat([]byte("\n"), 1_000_000)),
	}
	if at := row.FindIndex(f.Data); at != nil {
		rows := bytes.Repeat(append(bytes.Clone(f.Data[at[0]:at[1]]), ",\n "...), 200_000)
		all["a table of 200,000 rows"] = append(append(bytes.Clone(f.Data[:at[0]]), rows...), f.Data[at[0]:]...)
	}
	for _, at := range spread(integer.FindAllIndex(f.Data, -1), f.places(60)) {
		for _, v := range []string{"1000000000", "999999"} {
			line := bytes.Count(f.Data[:at[0]], []byte("\n")) + 1
			all[fmt.Sprintf("%s for %s at line %d, byte %d", v, f.Data[at[0]:at[1]], line, at[0])] = append(append(bytes.Clone(f.Data[:at[0]]), v...), f.Data[at[1]:]...)
		}
	}
	for name, data := range f.Size {
		all[name] = data
	}
	for name, data := range all {
		if err := f.bounded(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// bounded wants an import to allocate, garbage included, in proportion to the file.
func (f File) bounded(data []byte) error {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o := f.read(data)
	runtime.ReadMemStats(&after)
	if used, limit := after.TotalAlloc-before.TotalAlloc, uint64(64<<20+40*len(data)+400*bytes.Count(data, []byte("\n"))); used > limit && !raceEnabled {
		return fmt.Errorf("%d MiB were allocated for a file of %d KiB", used>>20, len(data)>>10)
	}
	return f.named(o)
}

// Binary runs on a file without lines: cuts and flipped bits. The format has checksums
// over the first covered bytes, so that no flip of these passes without a word.
func Binary(t *testing.T, f File, covered int) {
	whole := f.read(f.Data)
	if whole.err != nil {
		t.Fatalf("the sound file is refused: %v", whole.err)
	}
	step := max(1, len(f.Data)/701)
	for at := 0; at < len(f.Data); at += step {
		o := f.read(f.Data[:at])
		err := f.named(o)
		if err == nil && o.err == nil && !o.told(whole) && !o.begins(whole) {
			err = fmt.Errorf("it is read without a word")
		}
		if err != nil {
			t.Errorf("cut at byte %d of %d: %v", at, len(f.Data), err)
		}
		data := bytes.Clone(f.Data)
		data[at] ^= 1 << (at / step % 8)
		if err := f.bounded(data); err != nil {
			t.Errorf("byte %d flipped: %v", at, err)
		}
		if o = f.read(data); at < covered && o.err == nil && !o.told(whole) && !o.same(whole) {
			t.Errorf("byte %d flipped: it is read otherwise without a word", at)
		}
	}
	for name, data := range f.Size {
		if err := f.bounded(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// told says whether there are findings that the whole file does not have.
func (o outcome) told(whole outcome) bool { return len(o.findings) > len(whole.findings) }

// begins says whether the points are those that the whole file begins with, the last
// of them perhaps in part: the file was cut between two of its records.
func (o outcome) begins(whole outcome) bool {
	n := len(o.trace.Points)
	if n > len(whole.trace.Points) || len(whole.trace.Points) == 1 {
		return false
	}
	for i := range n - 1 {
		if point(&o.trace.Points[i]) != point(&whole.trace.Points[i]) {
			return false
		}
	}
	return true
}

func (o outcome) same(whole outcome) bool {
	if len(o.trace.Points) != len(whole.trace.Points) {
		return false
	}
	for i := range o.trace.Points {
		if point(&o.trace.Points[i]) != point(&whole.trace.Points[i]) {
			return false
		}
	}
	return true
}
