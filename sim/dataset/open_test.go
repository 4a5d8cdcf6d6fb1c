package dataset

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func idxBytes(t testing.TB, s *Set) (images, labels []byte) {
	t.Helper()
	var a, b bytes.Buffer
	if err := WriteIDX(&a, &b, s); err != nil {
		t.Fatal(err)
	}
	return a.Bytes(), b.Bytes()
}

func zip(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// idxFolder is a whole small set: 3 training and 2 test images of 2×2.
func idxFolder(t testing.TB) fstest.MapFS {
	ti, tl := idxBytes(t, grey(3, 2, 2))
	vi, vl := idxBytes(t, grey(2, 2, 2))
	return fstest.MapFS{
		"train-images-idx3-ubyte": {Data: ti}, "train-labels-idx1-ubyte": {Data: tl},
		"t10k-images-idx3-ubyte.gz": {Data: zip(t, vi)}, "t10k-labels.idx1-ubyte": {Data: vl},
	}
}

// cifarBytes is n records with label i+shift modulo 10 and pixels of that value.
func cifarBytes(n, shift int) []byte {
	var b []byte
	for i := range n {
		v := byte((i + shift) % 10)
		b = append(b, v)
		b = append(b, bytes.Repeat([]byte{v}, cifarPixels)...)
	}
	return b
}

func cifarFolderOf(n int) fstest.MapFS {
	f := fstest.MapFS{"test_batch.bin": {Data: cifarBytes(n, 9)}}
	for i := range 5 {
		f[fmt.Sprintf("data_batch_%d.bin", i+1)] = &fstest.MapFile{Data: cifarBytes(n, i)}
	}
	return f
}

func TestOpenReadsIDX(t *testing.T) {
	train, test, err := openFS(idxFolder(t), "dir", "small", 2)
	if err != nil {
		t.Fatal(err)
	}
	if train.Name != "small/train" || train.Fingerprint() != grey(3, 2, 2).Fingerprint() || test.Fingerprint() != grey(2, 2, 2).Fingerprint() {
		t.Errorf("got %+v and %+v", train, test)
	}
}

func TestOpenReadsCIFAR(t *testing.T) {
	nested := fstest.MapFS{}
	for name, f := range cifarFolderOf(2) {
		nested["cifar-10-batches-bin/"+name] = f
	}
	zipped := cifarFolderOf(2)
	zipped["data_batch_3.bin"] = &fstest.MapFile{Data: zip(t, zipped["data_batch_3.bin"].Data)}
	for _, fsys := range []fstest.MapFS{cifarFolderOf(2), nested, zipped} {
		train, test, err := openFS(fsys, "dir", "small", 2)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(train.Labels, []uint8{0, 1, 1, 2, 2, 3, 3, 4, 4, 5}) || !slices.Equal(test.Labels, []uint8{9, 0}) {
			t.Errorf("labels %v and %v", train.Labels, test.Labels)
		}
		if train.Check() != nil || train.Image(9)[cifarPixels-1] != 5 {
			t.Errorf("check %v, last pixel %d", train.Check(), train.Image(9)[cifarPixels-1])
		}
	}
}

// put returns data with the big-endian word v at the given offset.
func put(data []byte, offset int, v uint32) []byte {
	out := slices.Clone(data)
	binary.BigEndian.PutUint32(out[offset:], v)
	return out
}

func TestOpenRefusesDamage(t *testing.T) {
	const ti, tl, vi = "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte.gz"
	good := idxFolder(t)
	images, labels := good[ti].Data, good[tl].Data
	unzipped, _ := idxBytes(t, grey(2, 2, 2))
	badSum := slices.Clone(good[vi].Data)
	badSum[len(badSum)-8] ^= 1
	batch := cifarBytes(2, 0)
	badLabel := slices.Clone(batch)
	badLabel[cifarRecord] = 10
	wide, _ := idxBytes(t, grey(2, 2, 3))

	for _, c := range []struct {
		name, file string
		data       []byte // nil removes the file
		want       string
	}{
		{"images cut in the header", ti, images[:9], "dir/" + ti + ": byte 9: the file ends inside the IDX header (bytes 0..15)"},
		{"images empty", ti, []byte{}, "dir/" + ti + ": byte 0: the file ends inside the IDX header (bytes 0..15)"},
		{"images cut in the pixels", ti, images[:20], "dir/" + ti + ": byte 20: the file ends inside the pixels (bytes 16..27)"},
		{"images overlong", ti, append(slices.Clone(images), 0), "dir/" + ti + ": byte 28: more bytes follow where the file should end"},
		{"labels as images", ti, labels, "dir/" + ti + ": byte 11: the file ends inside the IDX header (bytes 0..15)"},
		{"images magic", ti, put(images, 0, 0x00000d03), "dir/" + ti + ": byte 0: magic number 0x00000d03: want 0x00000803 (IDX images)"},
		{"no images", ti, put(images, 4, 0), "dir/" + ti + ": byte 4: 0 images: want 1..1048576"},
		{"absurd count", ti, put(images, 4, 1<<31), "dir/" + ti + ": byte 4: 2147483648 images: want 1..1048576"},
		{"no rows", ti, put(images, 8, 0), "dir/" + ti + ": byte 8: 0 rows: want 1..256"},
		{"absurd columns", ti, put(images, 12, 1<<20), "dir/" + ti + ": byte 12: 1048576 columns: want 1..256"},
		{"absurd product", ti, put(put(put(images, 4, 1<<20), 8, 256), 12, 256),
			"dir/" + ti + ": byte 4: 1048576 images of 256×256 are 68719476736 bytes: want at most 1073741824"},
		{"images missing", ti, nil, "dir/" + ti + ": no such file, nor " + ti + ".gz"},
		{"labels magic", tl, put(labels, 0, magicImages), "dir/" + tl + ": byte 0: magic number 0x00000803: want 0x00000801 (IDX labels)"},
		{"label above 9", tl, append(slices.Clone(labels[:10]), 10), "dir/" + tl + ": byte 10: label 10: want 0..9"},
		{"labels cut", tl, labels[:10], "dir/" + tl + ": byte 10: the file ends inside the labels (bytes 8..10)"},
		{"labels overlong", tl, append(slices.Clone(labels), 0), "dir/" + tl + ": byte 11: more bytes follow where the file should end"},
		{"absurd labels", tl, put(labels, 4, 1<<30), "dir/" + tl + ": byte 4: 1073741824 labels: want 1..1048576"},
		{"fewer labels", tl, put(labels, 4, 2)[:10], "dir/" + tl + ": byte 4: 2 labels for the 3 images of " + ti},
		{"gzip cut in its header", vi, good[vi].Data[:5], "dir/" + vi + ": byte 0: gzip header: unexpected EOF"},
		{"gzip cut in its end", vi, good[vi].Data[:len(good[vi].Data)-3], "dir/" + vi + ": byte 24 (uncompressed): the gzip stream ends without its checksum"},
		{"gzip checksum", vi, badSum, "dir/" + vi + ": byte 24 (uncompressed): gzip: invalid checksum"},
		{"gzip of too few", vi, zip(t, unzipped[:18]), "dir/" + vi + ": byte 18 (uncompressed): the file ends inside the pixels (bytes 16..23)"},
		{"gzip of too many", vi, zip(t, append(slices.Clone(unzipped), 1)), "dir/" + vi + ": byte 24 (uncompressed): more bytes follow where the file should end"},
		{"gzip with a tail", vi, append(slices.Clone(good[vi].Data), 'x'), "dir/" + vi + ": byte 24 (uncompressed): more bytes follow the gzip stream"},
		{"two shapes", vi, wide, "data folder dir: training images are 2×2 and test images 2×3"},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, idxFolder(t), c.file, c.data, c.want) })
	}
	for _, c := range []struct {
		name, file string
		data       []byte
		want       string
	}{
		{"cut", "data_batch_2.bin", batch[:cifarRecord+5], "dir/data_batch_2.bin: byte 3078: the file ends inside record 1 of 2"},
		{"cut between records", "data_batch_2.bin", batch[:cifarRecord], "dir/data_batch_2.bin: byte 3073: the file ends inside record 1 of 2"},
		{"gzip cut", "data_batch_2.bin", zip(t, batch[:cifarRecord+5]), "dir/data_batch_2.bin: byte 3078 (uncompressed): the file ends inside record 1 of 2 (bytes 3073..6145)"},
		{"overlong", "test_batch.bin", append(slices.Clone(batch), batch...), "dir/test_batch.bin: byte 6146: more bytes follow where the file should end"},
		{"label", "data_batch_5.bin", badLabel, "dir/data_batch_5.bin: byte 3073: label 10 of record 1: want 0..9"},
		{"missing", "data_batch_4.bin", nil, "dir/data_batch_4.bin: file does not exist"},
	} {
		t.Run("CIFAR "+c.name, func(t *testing.T) { refused(t, cifarFolderOf(2), c.file, c.data, c.want) })
	}
}

func refused(t *testing.T, fsys fstest.MapFS, file string, data []byte, want string) {
	t.Helper()
	if data == nil {
		delete(fsys, file)
	} else {
		fsys[file] = &fstest.MapFile{Data: data}
	}
	train, test, err := openFS(fsys, "dir", "small", 2)
	wantError(t, err, want)
	if train != nil || test != nil {
		t.Error("a set came with the error")
	}
}

func TestOpenRefusesEveryCut(t *testing.T) {
	for name, file := range idxFolder(t) {
		for cut := range len(file.Data) {
			fsys := idxFolder(t)
			fsys[name] = &fstest.MapFile{Data: file.Data[:cut]}
			_, _, err := openFS(fsys, "dir", "small", 2)
			var f *FormatError
			if !errors.As(err, &f) || f.File != "dir/"+name {
				t.Fatalf("%s cut at %d of %d: error %v", name, cut, len(file.Data), err)
			}
		}
	}
}

func TestOpenNamesWhatIsThere(t *testing.T) {
	both := idxFolder(t)
	both["test_batch.bin"] = &fstest.MapFile{}
	folder := idxFolder(t)
	folder["train-images-idx3-ubyte"] = &fstest.MapFile{Mode: os.ModeDir | 0o755}
	for _, c := range []struct {
		fsys fstest.MapFS
		want string
	}{
		{both, "data folder dir: it holds both IDX files and CIFAR-10 batches; keep one set per folder"},
		{folder, "dir/train-images-idx3-ubyte: is a folder, not a data file"},
		{fstest.MapFS{"data_batch_1": {}}, "data folder dir: this is the Python version of CIFAR-10; the binary version (data_batch_1.bin) is needed"},
		{fstest.MapFS{"readme": {}}, "data folder dir: neither IDX files of the MNIST family (train-images-idx3-ubyte[.gz], ...) nor CIFAR-10 binary batches (data_batch_1.bin, ...) are in it"},
	} {
		_, _, err := openFS(c.fsys, "dir", "small", 2)
		wantError(t, err, c.want)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "f")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := Open(file)
	wantError(t, err, "data folder "+file+": it is a file; give the folder that holds the data files")
	_, _, err = Open(filepath.Join(dir, "absent"))
	wantError(t, err, "data folder "+filepath.Join(dir, "absent")+": no such file or directory")
}

// allocated returns the bytes that f takes from the heap.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestHeadersTakeNoMemory(t *testing.T) {
	images, _ := idxBytes(t, grey(1, 2, 2))
	huge := put(put(put(images, 4, 1<<20), 8, 32), 12, 32) // 2^30 bytes, promised by 20
	bomb := zip(t, append(slices.Clone(images), make([]byte, 64<<20)...))
	for name, data := range map[string][]byte{"promise": huge, "zipped promise": zip(t, huge), "bomb": bomb} {
		got := allocated(func() {
			s, err := newSource("f", bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			if _, _, _, _, err := readImages(s); err == nil || !strings.HasPrefix(err.Error(), "f: byte 20") {
				t.Errorf("%s: error %v", name, err)
			}
		})
		if got > 4<<20 {
			t.Errorf("%s: %d bytes taken, want at most 4 MiB", name, got)
		}
	}
}

// debian is where Debian's package dataset-fashion-mnist puts the full set.
const debian = "/usr/share/datasets/fashion-mnist"

func TestFullFashionMNIST(t *testing.T) {
	if _, err := os.Stat(debian); err != nil {
		t.Skip("Debian's dataset-fashion-mnist is not installed: ", err)
	}
	train, test, err := Open(debian)
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 60000 || test.Len() != 10000 || train.Height != 28 || train.Width != 28 {
		t.Fatalf("%d and %d images of %d×%d", train.Len(), test.Len(), train.Height, train.Width)
	}
	n, err := Measure(train)
	if err != nil {
		t.Fatal(err)
	}
	// The constants in general use for Fashion-MNIST: mean 0.2860, deviation 0.3530.
	if got := fmt.Sprintf("%.4f %.4f", n.Mean[0], n.Std[0]); got != "0.2860 0.3530" {
		t.Errorf("mean and deviation %s, want 0.2860 0.3530", got)
	}
	small, _, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	made, err := Shrink(train, EmbeddedTrainPerClass)
	if err != nil {
		t.Fatal(err)
	}
	if made.Fingerprint() != small.Fingerprint() {
		t.Error("the embedded training images are not the shrunk originals")
	}
}

func TestEmbedded(t *testing.T) {
	train, test, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set         *Set
		perClass    int
		fingerprint string // printed by the program in sim/dataset/embed
	}{
		{train, 400, "935c8025d8b7f8cc0765778c242ec04b33352c8bc3b05ca38e87431397238981"},
		{test, 100, "57d1f5cd2d18b6ec335c72dd5ca10f45d5780e47d5c5f3e5291fa93ebbd0f2c0"},
	} {
		if err := c.set.Check(); err != nil {
			t.Fatal(err)
		}
		count := make([]int, 10)
		for _, l := range c.set.Labels {
			count[l]++
		}
		if slices.Min(count) != c.perClass || slices.Max(count) != c.perClass || c.set.Height != 16 || c.set.Width != 16 {
			t.Errorf("%s: %d×%d, images per class %v", c.set.Name, c.set.Height, c.set.Width, count)
		}
		if got := c.set.Fingerprint(); got != c.fingerprint {
			t.Errorf("%s: fingerprint %s, want %s", c.set.Name, got, c.fingerprint)
		}
	}
	// The first training image of Fashion-MNIST is an ankle boot (9), then T-shirts (0, 0).
	if !slices.Equal(train.Labels[:3], []uint8{9, 0, 0}) || !slices.Equal(test.Labels[:3], []uint8{9, 2, 1}) {
		t.Errorf("first labels %v and %v", train.Labels[:3], test.Labels[:3])
	}
	train.Images[0]++
	if again, _, err := Embedded(); err != nil || again.Images[0] == train.Images[0] {
		t.Error("two calls share their pixels")
	}
	text, err := Licence()
	if err != nil || !strings.Contains(text, "MIT License") || !strings.Contains(text, "Zalando SE") {
		t.Errorf("licence %q, error %v", text, err)
	}
}
