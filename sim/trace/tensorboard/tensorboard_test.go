package tensorboard

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/damage"
	"edgewise/sim/trace/runlog"

	"google.golang.org/protobuf/encoding/protowire"
)

func record(data []byte) []byte {
	var b []byte
	b = binary.LittleEndian.AppendUint64(b, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, masked(b))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, masked(data))
}

func bytesField(b []byte, n protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), v)
}

func event1(step int, value []byte) []byte {
	e := protowire.AppendFixed64(protowire.AppendTag(nil, 1, protowire.Fixed64Type), math.Float64bits(1.6e9))
	e = protowire.AppendVarint(protowire.AppendTag(e, 2, protowire.VarintType), uint64(step))
	return record(bytesField(e, 5, bytesField(nil, 1, value)))
}

func scalar(step int, tag string, v float64) []byte {
	b := bytesField(nil, 1, []byte(tag))
	return event1(step, protowire.AppendFixed32(protowire.AppendTag(b, 2, protowire.Fixed32Type), math.Float32bits(float32(v))))
}

// tensorValue writes a float tensor, as content or as packed values.
func tensorValue(step int, tag string, rows, cols int, data []float32, content bool) []byte {
	var shape []byte
	for _, d := range []int{rows, cols} {
		shape = bytesField(shape, 2, protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(d)))
	}
	t := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 1)
	t = bytesField(t, 2, shape)
	var raw []byte
	for _, v := range data {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	if content {
		t = bytesField(t, 4, raw)
	} else {
		t = bytesField(t, 5, raw)
	}
	return event1(step, bytesField(bytesField(nil, 1, []byte(tag)), 8, t))
}

var ops = []string{"none", "skip_connect", "mine"}

func events() []byte {
	b := record(bytesField(nil, 3, []byte("brain.Event:2")))
	for i := range 3 {
		data := make([]float32, 15)
		for j := range data {
			data[j] = float32(i) + float32(j)/16
		}
		b = append(b, tensorValue(10*i, "alphas/normal", 5, 3, data, i == 1)...)
		b = append(b, scalar(10*i, "train/loss", 2-float64(i)/2)...)
		b = append(b, scalar(10*i, "train/top1", 0.25)...)
		b = append(b, scalar(10*i, "val/loss", 3)...)
	}
	return b
}

func TestTensorsAndScalarsBecomePoints(t *testing.T) {
	if !Magic(events()[:12]) {
		t.Error("the file is not recognised")
	}
	tr, findings, err := Import(bytes.NewReader(events()), "x", runlog.Options{Ops: ops})
	if err != nil {
		t.Fatal(err, findings)
	}
	p := tr.Points[1]
	if len(tr.Points) != 3 || p.Step != 10 || p.Alpha[0][4][2] != 1+14.0/16 || p.Train.Loss != 1.5 || p.Train.Accuracy() != .25 || p.Search.Loss != 3 {
		t.Errorf("%+v %+v", p, p.Train)
	}
}

func TestSingleParametersAreGathered(t *testing.T) {
	b := record(bytesField(nil, 3, []byte("brain.Event:2")))
	for e := range 5 {
		for o, n := range ops {
			b = append(b, scalar(0, fmt.Sprintf("alphas_normal/edge_%d/%s", e, n), float64(e)+float64(o)/8)...)
		}
	}
	tr, _, err := Import(bytes.NewReader(b), "x", runlog.Options{})
	if err != nil || strings.Join(tr.Manifest.Ops, " ") != "none skip_connect mine" || tr.Points[0].Alpha[0][3][2] != 3.25 {
		t.Errorf("%v %+v", err, tr)
	}
}

func TestDamageIsPositioned(t *testing.T) {
	whole := events()
	flipped := bytes.Clone(whole)
	flipped[60] ^= 1
	for name, c := range map[string]struct {
		data []byte
		want string
	}{"flipped": {flipped, "checksum does not match"}, "cut": {whole[:len(whole)-3], "cut off"}} {
		_, findings, err := Import(bytes.NewReader(c.data), "x", runlog.Options{Ops: ops})
		if err != nil || len(findings) == 0 || !strings.Contains(findings[0].What, c.want) || !strings.Contains(findings[0].What, "at byte") {
			t.Errorf("%s: %v %+v", name, err, findings)
		}
	}
	if _, _, err := Import(strings.NewReader("no event file at all"), "x", runlog.Options{}); err == nil {
		t.Error("text was read as events")
	}
}

func TestDamage(t *testing.T) {
	huge := bytesField(nil, 2, protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 1_000_000_000))
	damage.Binary(t, damage.File{Name: "events.out", Data: events(), Size: map[string][]byte{
		"a record of 2^60 bytes": append(binary.LittleEndian.AppendUint64(nil, 1<<60), 1, 2, 3, 4),
		"10^9 rows":              event1(0, bytesField(bytesField(nil, 1, []byte("alphas")), 8, bytesField(nil, 2, huge))),
		"edge 999 of 10^5 tags":  manyTags(),
	}, Read: func(data []byte) (*trace.Trace, []check.Finding, error) {
		return Import(bytes.NewReader(data), "d/events.out", runlog.Options{Ops: ops})
	}}, len(events()))
}

// manyTags names parameters one by one, each under a prefix of its own.
func manyTags() []byte {
	b := record(bytesField(nil, 3, []byte("brain.Event:2")))
	for i := range 100_000 {
		b = append(b, scalar(0, fmt.Sprintf("alphas_%d_x/999/%d", i, i%256), 1)...)
	}
	return b
}

func FuzzImport(f *testing.F) {
	f.Add(events()[:400])
	f.Add(record([]byte{0x2a, 0x02, 0x0a, 0x00}))
	f.Fuzz(func(t *testing.T, data []byte) {
		// Sound checksums let the fuzzer reach the decoder.
		_ = event(data, func(v Value) {
			if v.Tag == "" || len(v.Data) == 0 {
				t.Fatalf("%+v", v)
			}
		})
		_, _, _ = Import(bytes.NewReader(data), "fuzz", runlog.Options{})
		_, _, _ = Import(bytes.NewReader(record(data)), "fuzz", runlog.Options{})
	})
}
