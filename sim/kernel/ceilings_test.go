package kernel

import "testing"

// TestCeilings: a kernel cannot beat the ceilings, and every ceiling is measured.
func TestCeilings(t *testing.T) {
	forPaths(t, func(t *testing.T) {
		c := MeasureCeilings()
		if c.Single < 1e8 || c.Double < 1e8 || c.Copy < 1e8 || c.CacheCopy < 1e8 {
			t.Fatalf("%+v", c)
		}
		if f := c.Floor(c.Single, true, c.Copy/2); f != 1 {
			t.Fatalf("floor of one second's operations = %v s", f)
		}
		if f := c.Floor(c.Double/2, false, 3*c.Copy); f < 2.999 || f > 3.001 {
			t.Fatalf("floor of three seconds' bytes = %v s", f)
		}
		t.Logf("%s: %.1f and %.1f GFLOP/s, copy %.1f GB/s, in the cache %.1f GB/s", path, c.Single/1e9, c.Double/1e9, c.Copy/1e9, c.CacheCopy/1e9)
	})
}
