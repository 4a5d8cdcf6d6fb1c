package spec

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"edgewise/sim/tomlfile"

	"github.com/BurntSushi/toml"
)

// Decode reads a TOML spec on top of base: keys that are not named keep base's
// values. Unknown keys are refused with their names; the result is checked.
// name is used in errors.
func Decode(name string, text []byte, base Spec) (Spec, error) {
	s := base.detached()
	md, err := tomlfile.Decode(name, text, &s)
	if err != nil {
		return base, err
	}
	if un := md.Undecoded(); len(un) > 0 {
		var keys []string
		for _, k := range un[:min(len(un), 8)] {
			keys = append(keys, k.String())
		}
		more := ""
		if n := len(un) - len(keys); n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		return base, fmt.Errorf("%s: unknown keys %s%s", name, strings.Join(keys, ", "), more)
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

// Load reads a TOML spec file on top of Default.
func Load(path string) (Spec, error) { return LoadOnto(path, Default()) }

// LoadOnto reads a TOML spec file on top of base.
func LoadOnto(path string, base Spec) (Spec, error) {
	text, err := tomlfile.Read(path)
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
