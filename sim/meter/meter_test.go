package meter

import (
	"errors"
	"testing"
	"time"
)

func TestSleepIsNoWork(t *testing.T) {
	boom := errors.New("boom")
	slept, err := Time(func() error { time.Sleep(60 * time.Millisecond); return boom })
	if !errors.Is(err, boom) {
		t.Errorf("the error is %v", err)
	}
	if _, ok := Thread(); !ok {
		t.Skip("this system does not count the processor time of a thread")
	}
	sum := 0.0
	worked, _ := Time(func() error {
		for i := range 20_000_000 {
			sum += float64(i)
		}
		return nil
	})
	if slept > 30*time.Millisecond || worked < time.Millisecond || sum == 0 {
		t.Errorf("sleeping 60 ms took %v, 20 million additions %v", slept, worked)
	}
}
