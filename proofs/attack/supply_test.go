package attack

import "testing"

func TestClassify(t *testing.T) {
	for text, want := range map[string]string{
		"Permission is hereby granted, free of charge, to any person":               "MIT",
		"Apache License\n Version 2.0, January 2004":                                "Apache-2.0",
		"Redistribution and use in source and binary forms ... Neither the name of": "BSD-3-Clause",
		"Redistribution and use in source and binary forms are permitted":           "BSD-2-Clause",
	} {
		if got, err := classify(text); err != nil || got != want {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"GNU GENERAL PUBLIC LICENSE Version 3", "GNU AFFERO", "all rights reserved"} {
		if got, err := classify(text); err == nil {
			t.Errorf("%q passes for %s", text, got)
		}
	}
}
