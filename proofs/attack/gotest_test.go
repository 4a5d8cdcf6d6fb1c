package attack

import (
	"context"
	"strings"
	"testing"
)

// A name that no test has any more is lost, not survived by default.
func TestStaleSuitesAreLost(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs go test")
	}
	e := &Env{Options: Options{Root: "../.."}}
	for _, s := range []suite{{"./sim/bounded", "NoTestIsCalledThis"}, {"./sim/bounded", "Small"}, {"./sim/bounded", "Small|NoTestIsCalledThis"}} {
		o, err := e.tests(context.Background(), []suite{s})
		if err != nil {
			t.Fatal(err)
		}
		switch stale := strings.Contains(s.run, "No"); {
		case stale && (len(o.Lost) != 1 || !strings.Contains(o.Lost[0], "ran nothing") && !strings.Contains(o.Lost[0], "NoTestIsCalledThis any more")):
			t.Errorf("%v: %+v", s, o)
		case !stale && (o.Tried != 1 || o.Survived != 1):
			t.Errorf("%v: %+v", s, o)
		}
	}
}
