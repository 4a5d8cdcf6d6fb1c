package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/damage"
	"edgewise/sim/trace/runlog"

	"codeberg.org/sbinet/npyio"
	"codeberg.org/sbinet/npyio/npz"
	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
)

// file writes an .npy file of float64.
func file(shape string, fortran bool, data []float64) []byte {
	order := "False"
	if fortran {
		order = "True"
	}
	head := fmt.Sprintf("{'descr': '<f8', 'fortran_order': %s, 'shape': (%s), }", order, shape)
	head += strings.Repeat(" ", 63-(len(head)+10)%64) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), byte(len(head)>>8))
	b = append(b, head...)
	for _, v := range data {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

func TestArraysAreReadAsAnotherReaderReadsThem(t *testing.T) {
	var b bytes.Buffer
	want := mat.NewDense(3, 4, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	if err := npyio.Write(&b, want); err != nil {
		t.Fatal(err)
	}
	a, err := Read(bytes.NewReader(b.Bytes()), "x.npy")
	if err != nil || !cmp.Equal(a.Shape, []int{3, 4}) || !cmp.Equal(a.Data, want.RawMatrix().Data) {
		t.Fatalf("%+v %v", a, err)
	}
	a, err = Read(bytes.NewReader(file("2, 3", true, []float64{1, 4, 2, 5, 3, 6})), "x.npy")
	if err != nil || !cmp.Equal(a.Matrix(), [][]float64{{1, 2, 3}, {4, 5, 6}}) {
		t.Errorf("column-major: %+v %v", a, err)
	}
}

func TestBadArraysAreRefused(t *testing.T) {
	good := file("2, 2", false, []float64{1, 2, 3, 4})
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":     {nil, "no .npy file"},
		"cut":         {good[:len(good)-3], "cut off: 3 of 4"},
		"huge":        {file("99999999, 99999999", false, nil), "shape"},
		"much":        {file("60000, 60000", false, nil), "more than"},
		"objects":     {bytes.Replace(good, []byte("<f8"), []byte("|O8"), 1), "not that of an array"},
		"cut header":  {good[:30], "header is cut off"},
		"long header": {append([]byte("\x93NUMPY\x02\x00"), 255, 255, 255, 255), "claims to be"},
	} {
		if _, err := Read(bytes.NewReader(c.data), "x.npy"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestFolderOfArraysIsATrace(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		for k, kind := range []string{"normal", "reduce"} {
			data := make([]float64, 5*8)
			for j := range data {
				data[j] = float64(i) + float64(k)/2 + float64(j)/100
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s_%03d.npy", kind, 10*i)), file("5, 8", false, data), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !Detect(dir) {
		t.Fatal("the folder is not recognised")
	}
	if _, _, err := Import(dir, runlog.Options{}); err == nil || !strings.Contains(err.Error(), "--ops") {
		t.Errorf("without names: %v", err)
	}
	ops := []string{"none", "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"}
	tr, _, err := Import(dir, runlog.Options{Ops: ops})
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.Points) != 3 || tr.Points[2].Step != 20 || tr.Points[1].Alpha[1][2][1] != 1.5+float64(2*8+3)/100 {
		t.Errorf("%d points, %v", len(tr.Points), tr.Points[1].Alpha[1][2])
	}
	path := filepath.Join(dir, "alpha.npy")
	if err := os.WriteFile(path, file("2, 5, 8", false, make([]float64, 80)), 0o644); err != nil {
		t.Fatal(err)
	}
	if tr, _, err = Import(path, runlog.Options{Ops: ops}); err != nil || len(tr.Points) != 2 {
		t.Errorf("a stack: %v", err)
	}
}

func TestDamage(t *testing.T) {
	ops := []string{"none", "skip_connect", "sep_conv_3x3"}
	data := make([]float64, 3*5*3)
	for i := range data {
		data[i] = float64(i) / 8
	}
	var zip bytes.Buffer
	w := npz.NewWriter(&zip)
	if err := errors.Join(w.Write("alphas_normal.npy", mat.NewDense(5, 3, data[:15])), w.Write("alphas_reduce.npy", mat.NewDense(5, 3, data[15:30])), w.Close()); err != nil {
		t.Fatal(err)
	}
	for _, f := range []damage.File{
		{Name: "alpha.npy", Data: file("3, 5, 3", false, data), Size: map[string][]byte{
			"10^9 edges":   file("1000000000, 8", false, nil),
			"67108863":     file("67108863,", false, data),
			"eight axes":   file("1, 1, 1, 1, 1, 1, 9, 5", false, data),
			"a deep shape": file("(((((((((((5, 3", false, data),
		}},
		{Name: "alpha.npz", Data: zip.Bytes()},
	} {
		path := filepath.Join(t.TempDir(), f.Name)
		f.Read = func(data []byte) (*trace.Trace, []check.Finding, error) {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				return nil, nil, err
			}
			return Import(path, runlog.Options{Ops: ops})
		}
		damage.Binary(t, f, bytes.Index(f.Data, []byte("PK\x01\x02"))) // names of entries have no checksum
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file("2, 2", true, []float64{1, 2, math.NaN(), 4}))
	f.Add(file("67108863,", false, []float64{1}))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Read(bytes.NewReader(data), "fuzz")
		if err != nil {
			return
		}
		n := 1
		for _, s := range a.Shape {
			n *= s
		}
		if n != len(a.Data) {
			t.Fatalf("shape %v with %d numbers", a.Shape, len(a.Data))
		}
	})
}
