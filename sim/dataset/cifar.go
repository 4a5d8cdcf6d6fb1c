package dataset

import (
	"fmt"
	"slices"
)

// The binary version of CIFAR-10: each file holds 10000 records of one label
// byte and 3·32·32 pixels, red plane first, each plane row by row.
const (
	cifarRecords  = 10000
	cifarChannels = 3
	cifarSide     = 32
	cifarPixels   = cifarChannels * cifarSide * cifarSide
	cifarRecord   = 1 + cifarPixels
	cifarClasses  = 10
)

// readCIFAR appends exactly the given number of records from s to the set. On an
// error the set is unusable and must be dropped.
func readCIFAR(set *Set, s *source, records int) error {
	if need := int64(records) * cifarRecord; s.size >= 0 && s.size < need {
		return s.fail(s.size, "the file ends inside record %d of %d", s.size/cifarRecord, records)
	}
	if s.size >= 0 { // the bytes are there: take the memory at once
		set.Images = slices.Grow(set.Images, records*cifarPixels)
	}
	record := make([]byte, cifarRecord)
	for i := range records {
		at := s.offset
		if err := s.full(record, fmt.Sprintf("record %d of %d", i, records)); err != nil {
			return err
		}
		if record[0] >= cifarClasses {
			return s.fail(at, "label %d of record %d: want 0..%d", record[0], i, cifarClasses-1)
		}
		set.Labels = append(set.Labels, record[0])
		set.Images = append(set.Images, record[1:]...)
	}
	return s.end()
}

// newCIFAR returns an empty set of the shape of CIFAR-10.
func newCIFAR(name string) *Set {
	return &Set{Name: name, Channels: cifarChannels, Height: cifarSide, Width: cifarSide, Classes: cifarClasses}
}
