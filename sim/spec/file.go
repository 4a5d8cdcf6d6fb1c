package spec

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Decode reads a TOML spec on top of base: keys that are not named keep base's
// values. Unknown keys are refused with their names; the result is checked.
// name is used in errors.
func Decode(name string, text []byte, base Spec) (Spec, error) {
	s := base.detached()
	md, err := toml.NewDecoder(bytes.NewReader(text)).Decode(&s)
	if err != nil {
		return base, fmt.Errorf("%s: %s", name, oneLine(err))
	}
	if un := md.Undecoded(); len(un) > 0 {
		keys := make([]string, len(un))
		for i, k := range un {
			keys[i] = k.String()
		}
		return base, fmt.Errorf("%s: unknown keys %s", name, strings.Join(keys, ", "))
	}
	if err := s.Check(); err != nil {
		return base, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// detached returns a copy that shares no list and no sub-table of a method with s, so
// that a file read on top of it cannot change what s was.
func (s Spec) detached() Spec {
	s.Net.Ops, s.Net.Reductions, s.Edges = slices.Clone(s.Net.Ops), slices.Clone(s.Net.Reductions), slices.Clone(s.Edges)
	fields := reflect.ValueOf(&s).Elem()
	for i := range fields.NumField() {
		if f := fields.Field(i); f.Kind() == reflect.Pointer && !f.IsNil() {
			own := reflect.New(f.Type().Elem())
			own.Elem().Set(f.Elem())
			f.Set(own)
		}
	}
	return s
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// maxFile bounds the size of a spec file.
const maxFile = 1 << 20

// Load reads a TOML spec file on top of Default.
func Load(path string) (Spec, error) { return LoadOnto(path, Default()) }

// LoadOnto reads a TOML spec file on top of base.
func LoadOnto(path string, base Spec) (Spec, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Spec{}, fmt.Errorf("reading the spec: %w", err)
	}
	if info.Size() > maxFile {
		return Spec{}, fmt.Errorf("reading the spec: %s is %d bytes, more than %d", path, info.Size(), maxFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Spec{}, fmt.Errorf("reading the spec: %w", err)
	}
	return Decode(path, text, base)
}

// Encode writes the spec as TOML that Decode reads back to the same spec.
func (s Spec) Encode() ([]byte, error) {
	var b bytes.Buffer
	err := toml.NewEncoder(&b).Encode(s)
	return b.Bytes(), err
}

// ID is the run's content address: the first 12 hex digits of the SHA-256 of
// the spec's JSON. Equal specs have equal IDs; the name is left out.
func (s Spec) ID() string {
	s.Name = ""
	b, err := json.Marshal(s)
	if err != nil {
		panic("spec: a checked spec always marshals: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])[:12]
}
