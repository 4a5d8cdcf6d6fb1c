//go:build !(unix && !solaris && !aix)

package trace

import "os"

// No file locks are used here: one folder must not be given to two runs at once.
func hold(*os.File) error { return nil }

func wait(*os.File) error { return nil }
