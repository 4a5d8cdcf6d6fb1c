// Command layout lays the cells of DARTS out with Graphviz and writes what it
// finds, in Graphviz's plain format, to the file that package cellgraph embeds.
// It stands apart because importing Graphviz starts a WebAssembly runtime.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"edgewise/reports/figure/cellgraph"

	"github.com/goccy/go-graphviz"
)

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "layout:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, path string) error {
	text, err := layouts(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// layouts are those of the cells of 1 to MaxNodes intermediate nodes.
func layouts(ctx context.Context) ([]byte, error) {
	g, err := graphviz.New(ctx)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	var b bytes.Buffer
	for n := 1; n <= cellgraph.MaxNodes; n++ {
		parsed, err := graphviz.ParseBytes([]byte(cellgraph.Full(n)))
		if err != nil {
			return nil, err
		}
		err = g.Render(ctx, parsed, "plain", &b)
		parsed.Close()
		if err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
